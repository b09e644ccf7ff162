-- That a person was removed, when, and how much of what: a count, not the person. Column subjects holds the ids of the contacts concerned
-- only inside the transaction that removes them.
CREATE TABLE erasures (
  tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  at TEXT NOT NULL,
  request_id TEXT,
  subjects TEXT,
  removed TEXT,
  PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;
