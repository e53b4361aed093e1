//! router-planner.
