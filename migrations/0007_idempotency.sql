-- The outcome of each write that carried an Idempotency-Key, kept in the transaction of the write itself and purged after 24 hours.
-- The scope is the tenant, or admin. The fingerprint is the SHA-256 of method, path and body. Columns seed, changed and row are what the
-- first attempt decided on, so that a replay decides the same: the answer is made from them again.
CREATE TABLE idempotency_keys (
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  seed TEXT NOT NULL,
  changed INTEGER NOT NULL,
  row TEXT,
  created_at TEXT NOT NULL,
  PRIMARY KEY (scope, key)
) WITHOUT ROWID;

CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);

CREATE TRIGGER tenants_idempotency_on_delete AFTER DELETE ON tenants
BEGIN
  DELETE FROM idempotency_keys WHERE scope = OLD.id;
END;

-- INSERT INTO refusals SELECT (a code) WHERE …: ends a batch, with nothing of it kept, for a reason that has a name.
CREATE VIEW refusals AS SELECT '' AS code;

CREATE TRIGGER refusals_on_insert INSTEAD OF INSERT ON refusals
BEGIN
  SELECT RAISE (ABORT, NEW.code);
END;
