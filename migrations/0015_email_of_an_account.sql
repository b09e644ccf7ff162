-- Who of an account has an address is found at once, however many other accounts have it too: an upsert read each of them, twice, which for
-- the mailbox of a shared service centre may be thousands. For the list by address its contacts are sorted then.
DROP INDEX contacts_email;
CREATE INDEX contacts_email ON contacts (tenant_id, email_key, account_id, id) WHERE email_key IS NOT NULL;

-- The statistics of 0011 went with the index.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('contacts', 'contacts_email', '1000000 100000 2 1 1');

ANALYZE sqlite_schema;
