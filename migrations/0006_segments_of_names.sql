-- The index behind fuzzy names holds names in place of contacts: whoever shares a name shares its pieces, so that an account of many
-- equal names has few rows to look at, and a piece leads to the name itself, with no second look-up for each contact. Rebuilt here,
-- since it follows from the contacts alone. The pieces are those of 0004.
DROP TRIGGER contacts_segments_on_insert;
DROP TRIGGER contacts_segments_before_update;
DROP TRIGGER contacts_segments_after_update;
DROP TRIGGER contacts_segments_before_delete;
DROP VIEW contact_segments;
DROP TABLE name_segments;

CREATE TABLE name_segments (
  tenant_id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  length INTEGER NOT NULL,
  position INTEGER NOT NULL,
  segment TEXT NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (tenant_id, account_id, length, position, segment, name)
) WITHOUT ROWID;

CREATE VIEW contact_segments AS
WITH named AS (
  SELECT tenant_id, account_id, id, compared_name, length(compared_name) AS length
  FROM contacts WHERE account_id IS NOT NULL AND length(compared_name) >= 5
)
SELECT id AS contact_id, tenant_id, account_id, length, 1 AS position,
  substr(compared_name, 1, length / iif(length < 10, 2, 3)) AS segment, compared_name AS name FROM named
UNION ALL
SELECT id, tenant_id, account_id, length, 2,
  iif(length < 10, substr(compared_name, 1 + length / 2), substr(compared_name, 1 + length / 3, (length + 1) / 3)), compared_name FROM named
UNION ALL
SELECT id, tenant_id, account_id, length, 3,
  substr(compared_name, 1 + length / 3 + (length + 1) / 3), compared_name FROM named WHERE length >= 10;

INSERT INTO name_segments (tenant_id, account_id, length, position, segment, name)
SELECT DISTINCT tenant_id, account_id, length, position, segment, name FROM contact_segments;

CREATE TRIGGER contacts_segments_on_insert AFTER INSERT ON contacts
BEGIN
  INSERT INTO name_segments (tenant_id, account_id, length, position, segment, name)
  SELECT tenant_id, account_id, length, position, segment, name FROM contact_segments
  WHERE tenant_id = NEW.tenant_id AND contact_id = NEW.id
  ON CONFLICT DO NOTHING;
END;

-- The pieces of a name go with the last contact of the account that has it. One by one, each by its whole key: given all three in an
-- IN, SQLite may read every name of that length.
CREATE TRIGGER contacts_segments_before_update
BEFORE UPDATE OF account_id, name_key, first_name_key, last_name_key, email_key ON contacts
WHEN (NEW.account_id, NEW.name_key, NEW.first_name_key, NEW.last_name_key, coalesce(NEW.name_key, NEW.first_name_key, NEW.last_name_key, NEW.email_key))
  IS NOT (OLD.account_id, OLD.name_key, OLD.first_name_key, OLD.last_name_key, coalesce(OLD.name_key, OLD.first_name_key, OLD.last_name_key, OLD.email_key))
  AND NOT EXISTS (SELECT 1 FROM contacts INDEXED BY contacts_compared_name
    WHERE tenant_id = OLD.tenant_id AND account_id = OLD.account_id AND compared_name = OLD.compared_name AND id <> OLD.id)
BEGIN
  DELETE FROM name_segments
  WHERE tenant_id = OLD.tenant_id AND account_id = OLD.account_id AND length = length(OLD.compared_name) AND position = 1 AND name = OLD.compared_name
    AND segment = (SELECT segment FROM contact_segments WHERE tenant_id = OLD.tenant_id AND contact_id = OLD.id AND position = 1);
  DELETE FROM name_segments
  WHERE tenant_id = OLD.tenant_id AND account_id = OLD.account_id AND length = length(OLD.compared_name) AND position = 2 AND name = OLD.compared_name
    AND segment = (SELECT segment FROM contact_segments WHERE tenant_id = OLD.tenant_id AND contact_id = OLD.id AND position = 2);
  DELETE FROM name_segments
  WHERE tenant_id = OLD.tenant_id AND account_id = OLD.account_id AND length = length(OLD.compared_name) AND position = 3 AND name = OLD.compared_name
    AND segment = (SELECT segment FROM contact_segments WHERE tenant_id = OLD.tenant_id AND contact_id = OLD.id AND position = 3);
END;

CREATE TRIGGER contacts_segments_after_update
AFTER UPDATE OF account_id, name_key, first_name_key, last_name_key, email_key ON contacts
WHEN (NEW.account_id, NEW.name_key, NEW.first_name_key, NEW.last_name_key, coalesce(NEW.name_key, NEW.first_name_key, NEW.last_name_key, NEW.email_key))
  IS NOT (OLD.account_id, OLD.name_key, OLD.first_name_key, OLD.last_name_key, coalesce(OLD.name_key, OLD.first_name_key, OLD.last_name_key, OLD.email_key))
BEGIN
  INSERT INTO name_segments (tenant_id, account_id, length, position, segment, name)
  SELECT tenant_id, account_id, length, position, segment, name FROM contact_segments
  WHERE tenant_id = NEW.tenant_id AND contact_id = NEW.id
  ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER contacts_segments_before_delete BEFORE DELETE ON contacts
WHEN NOT EXISTS (SELECT 1 FROM contacts INDEXED BY contacts_compared_name
  WHERE tenant_id = OLD.tenant_id AND account_id = OLD.account_id AND compared_name = OLD.compared_name AND id <> OLD.id)
BEGIN
  DELETE FROM name_segments
  WHERE tenant_id = OLD.tenant_id AND account_id = OLD.account_id AND length = length(OLD.compared_name) AND position = 1 AND name = OLD.compared_name
    AND segment = (SELECT segment FROM contact_segments WHERE tenant_id = OLD.tenant_id AND contact_id = OLD.id AND position = 1);
  DELETE FROM name_segments
  WHERE tenant_id = OLD.tenant_id AND account_id = OLD.account_id AND length = length(OLD.compared_name) AND position = 2 AND name = OLD.compared_name
    AND segment = (SELECT segment FROM contact_segments WHERE tenant_id = OLD.tenant_id AND contact_id = OLD.id AND position = 2);
  DELETE FROM name_segments
  WHERE tenant_id = OLD.tenant_id AND account_id = OLD.account_id AND length = length(OLD.compared_name) AND position = 3 AND name = OLD.compared_name
    AND segment = (SELECT segment FROM contact_segments WHERE tenant_id = OLD.tenant_id AND contact_id = OLD.id AND position = 3);
END;
