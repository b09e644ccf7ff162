-- People (or mailboxes) at an account. The *_key columns hold what is compared, folded in JavaScript (src/core/name.ts,
-- src/core/address.ts) because SQLite folds ASCII only. full_name and compared_name derive from them in one place: here.
-- The account is checked at commit, so that a contact and the stub of its account can be written in either order.
CREATE TABLE contacts (
  tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  reference TEXT NOT NULL,
  account_id TEXT,
  name TEXT,
  first_name TEXT,
  last_name TEXT,
  function TEXT,
  email TEXT,
  phone TEXT,
  mobile_phone TEXT,
  fax TEXT,
  title TEXT,
  department TEXT,
  contact_type TEXT,
  language TEXT,
  address1 TEXT,
  address2 TEXT,
  city TEXT,
  state TEXT,
  zip TEXT,
  country TEXT,
  notes TEXT,
  is_primary INTEGER,
  custom_fields TEXT NOT NULL DEFAULT '{}',
  reference_key TEXT NOT NULL,
  name_key TEXT,
  first_name_key TEXT,
  last_name_key TEXT,
  email_key TEXT,
  full_name TEXT NOT NULL GENERATED ALWAYS AS (
    coalesce(name, first_name || ' ' || last_name, first_name, last_name, email, reference)
  ) VIRTUAL,
  compared_name TEXT NOT NULL GENERATED ALWAYS AS (
    coalesce(name_key, trim(first_name_key || ' ' || last_name_key), first_name_key, last_name_key, email_key, reference_key)
  ) VIRTUAL,
  version INTEGER NOT NULL DEFAULT 1,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  changed_by TEXT,
  request_id TEXT,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, account_id) REFERENCES accounts (tenant_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
) WITHOUT ROWID;

CREATE UNIQUE INDEX contacts_reference ON contacts (tenant_id, reference);
CREATE INDEX contacts_account ON contacts (tenant_id, account_id, id);
CREATE INDEX contacts_compared_name ON contacts (tenant_id, account_id, compared_name);
CREATE INDEX contacts_email ON contacts (tenant_id, email_key, id) WHERE email_key IS NOT NULL;
CREATE INDEX contacts_updated ON contacts (tenant_id, updated_at, id);

CREATE TRIGGER contacts_custom_fields_limited BEFORE UPDATE OF custom_fields ON contacts
WHEN NEW.custom_fields <> OLD.custom_fields AND (SELECT count(*) FROM json_each (NEW.custom_fields)) > 100
BEGIN
  SELECT RAISE (ABORT, 'custom_fields.too_many');
END;

-- What the mail of this tenant has met at an address. An address without a row is Valid.
CREATE TABLE addresses (
  tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  address_key TEXT NOT NULL,
  status TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (tenant_id, address_key)
) WITHOUT ROWID;
