-- What the clock may take away is found by its age: HISTORY_DAYS in docs/operating.md.
CREATE INDEX deliveries_received ON deliveries (received_at);

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('deliveries', 'deliveries_received', '3000000 1');

ANALYZE sqlite_schema;
