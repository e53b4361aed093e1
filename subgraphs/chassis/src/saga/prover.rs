//! What must hold of every service's sagas.

/// The rules, to be proved with the service's own.
pub(crate) const RULES: [(&str, &str); 4] = [
    (
        "every step belongs to a saga of its tenant",
        "SELECT COUNT(*) FROM saga_step s LEFT JOIN saga g ON g.id = s.saga_id AND g.tenant_id = s.tenant_id \
         WHERE g.id IS NULL",
    ),
    (
        "every saga has steps, without a gap",
        "SELECT COUNT(*) FROM saga g LEFT JOIN \
         (SELECT saga_id, COUNT(*) AS steps, MAX(position) AS last FROM saga_step GROUP BY saga_id) s \
         ON s.saga_id = g.id WHERE COALESCE(s.steps, 0) = 0 OR s.steps <> s.last + 1",
    ),
    (
        "a completed saga has only steps that are done or were not needed",
        "SELECT COUNT(*) FROM saga g JOIN saga_step s ON s.saga_id = g.id \
         WHERE g.status = 'COMPLETED' AND s.status NOT IN ('DONE', 'SKIPPED')",
    ),
    (
        "a saga that was undone has nothing left to undo, and failed exactly when a step did",
        "SELECT COUNT(*) FROM saga g LEFT JOIN saga_step s ON s.saga_id = g.id \
           AND s.status IN ('PENDING', 'RUNNING', 'COMPENSATING', 'FAILED') \
         WHERE (g.status = 'COMPENSATED' AND s.saga_id IS NOT NULL) OR (s.status = 'FAILED' AND g.status <> 'FAILED') \
           OR (g.status = 'FAILED' AND NOT EXISTS \
             (SELECT 1 FROM saga_step f WHERE f.saga_id = g.id AND f.status = 'FAILED'))",
    ),
];
