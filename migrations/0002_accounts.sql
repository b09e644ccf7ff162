-- Customer companies that owe money. Column number is account_number of the ingest dialect, id is accountId of the agent dialect.
-- Column version counts the changes (it makes the ETag), changed_by and request_id say who made the last one, for the history.
CREATE TABLE accounts (
  tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  number TEXT NOT NULL,
  name TEXT,
  display_reference TEXT,
  currency TEXT,
  language TEXT,
  billing_address TEXT NOT NULL DEFAULT '{}',
  remit_to TEXT NOT NULL DEFAULT '{}',
  phone TEXT,
  mobile_phone TEXT,
  fax TEXT,
  email TEXT,
  payment_terms TEXT,
  credit_limit REAL,
  account_group TEXT,
  parent_account_number TEXT,
  is_parent_account INTEGER,
  branch_name TEXT,
  description TEXT,
  vat TEXT,
  company_registration_number TEXT,
  data_providers TEXT,
  custom_fields TEXT NOT NULL DEFAULT '{}',
  source_connection_id TEXT,
  source_id TEXT,
  source_updated_at TEXT,
  version INTEGER NOT NULL DEFAULT 1,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  changed_by TEXT,
  request_id TEXT,
  PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;

CREATE UNIQUE INDEX accounts_number ON accounts (tenant_id, number);
CREATE UNIQUE INDEX accounts_source ON accounts (tenant_id, source_connection_id, source_id) WHERE source_id IS NOT NULL;

-- The currency is locked once set (Accounts page of the ingest vendor).
CREATE TRIGGER accounts_currency_locked BEFORE UPDATE OF currency ON accounts
WHEN OLD.currency IS NOT NULL AND NEW.currency IS NOT OLD.currency
BEGIN
  SELECT RAISE (ABORT, 'currency.locked');
END;

CREATE TRIGGER accounts_custom_fields_limited BEFORE UPDATE OF custom_fields ON accounts
WHEN NEW.custom_fields <> OLD.custom_fields AND (SELECT count(*) FROM json_each (NEW.custom_fields)) > 100
BEGIN
  SELECT RAISE (ABORT, 'custom_fields.too_many');
END;

-- is_parent_account is required when parent_account_number is set (the same page), and a PATCH may send only one of the two.
CREATE TRIGGER accounts_parent_flag_required BEFORE UPDATE OF parent_account_number, is_parent_account ON accounts
WHEN NEW.parent_account_number IS NOT NULL AND NEW.is_parent_account IS NULL
BEGIN
  SELECT RAISE (ABORT, 'account.parent_flag_required');
END;
