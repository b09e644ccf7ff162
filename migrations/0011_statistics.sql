-- What the planner is told of the tables: that one tenant has very many rows, and one account, address or name has few. Without it
-- SQLite takes ten rows a tenant for granted, and reads all of a tenant by primary key where an index would lead to the one row.
-- nRow, then rows per equal first column, first two, … (https://www.sqlite.org/fileformat2.html#stat1tab). Only proportions matter.
-- A later ANALYZE or PRAGMA optimize may replace these numbers by true ones.
ANALYZE tenants;
DELETE FROM sqlite_stat1;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('tenants', 'tenants', '10 1'),
  ('api_keys', 'api_keys', '100 1'),
  ('api_keys', 'api_keys_hash', '100 1'),
  ('api_keys', 'api_keys_tenant', '100 10 1'),
  ('accounts', 'accounts', '100000 10000 1'),
  ('accounts', 'accounts_number', '100000 10000 1'),
  ('accounts', 'accounts_source', '100000 10000 10000 1'),
  ('contacts', 'contacts', '1000000 100000 1'),
  ('contacts', 'contacts_reference', '1000000 100000 1'),
  ('contacts', 'contacts_account', '1000000 100000 10 1'),
  ('contacts', 'contacts_compared_name', '1000000 100000 10 1'),
  ('contacts', 'contacts_email', '1000000 100000 2 1'),
  ('contacts', 'contacts_updated', '1000000 100000 2 1'),
  ('addresses', 'addresses', '1000000 100000 1'),
  ('name_segments', 'name_segments', '2500000 250000 25 9 3 2 1'),
  ('history', 'history_subject', '3000000 300000 3 1'),
  ('idempotency_keys', 'idempotency_keys', '100000 10000 1'),
  ('idempotency_keys', 'idempotency_keys_created', '100000 2'),
  ('deliveries', 'deliveries', '3000000 300000 100000 1 1'),
  ('deliveries', 'deliveries_address', '3000000 300000 3 1 1 1'),
  ('hook_receipts', 'hook_receipts', '10000 1000 500 1'),
  ('hook_receipts', 'hook_receipts_at', '10000 2'),
  ('reachability', 'reachability', '100000 10000 1'),
  ('reachability', 'reachability_state', '100000 10000 3000 1'),
  ('reachability_totals', 'reachability_totals', '30 3 1'),
  ('events', 'events_tenant', '1000000 100000 1');

ANALYZE sqlite_schema;
