//! The language of the platform stories.
