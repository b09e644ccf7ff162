-- The index behind fuzzy names also says who is the oldest contact of the account with the name: of several that are as near that is the
-- one that is meant, and among thousands that differ in a number only each look-up of its own was as dear as the name. The rest is as in 0006.
DROP TRIGGER contacts_segments_on_insert;
DROP TRIGGER contacts_segments_before_update;
DROP TRIGGER contacts_segments_after_update;
DROP TRIGGER contacts_segments_before_delete;
DROP TABLE name_segments;

CREATE TABLE name_segments (
  tenant_id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  length INTEGER NOT NULL,
  position INTEGER NOT NULL,
  segment TEXT NOT NULL,
  name TEXT NOT NULL,
  oldest_id TEXT NOT NULL,
  PRIMARY KEY (tenant_id, account_id, length, position, segment, name)
) WITHOUT ROWID;

INSERT INTO name_segments (tenant_id, account_id, length, position, segment, name, oldest_id)
SELECT tenant_id, account_id, length, position, segment, name, min(contact_id) FROM contact_segments
GROUP BY tenant_id, account_id, length, position, segment, name;

CREATE TRIGGER contacts_segments_on_insert AFTER INSERT ON contacts
BEGIN
  INSERT INTO name_segments (tenant_id, account_id, length, position, segment, name, oldest_id)
  SELECT tenant_id, account_id, length, position, segment, name, contact_id FROM contact_segments
  WHERE tenant_id = NEW.tenant_id AND contact_id = NEW.id
  ON CONFLICT DO UPDATE SET oldest_id = excluded.oldest_id WHERE excluded.oldest_id < oldest_id;
END;

-- The pieces of a name go with the oldest contact of the account that has it, and come again with the next, if there is one. One by one,
-- each by its whole key: given all three in an IN, SQLite may read every name of that length.
CREATE TRIGGER contacts_segments_before_update
BEFORE UPDATE OF account_id, name_key, first_name_key, last_name_key, email_key ON contacts
WHEN (NEW.account_id, NEW.name_key, NEW.first_name_key, NEW.last_name_key, coalesce(NEW.name_key, NEW.first_name_key, NEW.last_name_key, NEW.email_key))
  IS NOT (OLD.account_id, OLD.name_key, OLD.first_name_key, OLD.last_name_key, coalesce(OLD.name_key, OLD.first_name_key, OLD.last_name_key, OLD.email_key))
  AND NOT EXISTS (SELECT 1 FROM contacts INDEXED BY contacts_compared_name
    WHERE tenant_id = OLD.tenant_id AND account_id = OLD.account_id AND compared_name = OLD.compared_name AND id < OLD.id)
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
  INSERT INTO name_segments (tenant_id, account_id, length, position, segment, name, oldest_id)
  SELECT tenant_id, account_id, length, position, segment, name, contact_id FROM contact_segments
  WHERE tenant_id = OLD.tenant_id AND contact_id = (SELECT id FROM contacts INDEXED BY contacts_compared_name
    WHERE tenant_id = OLD.tenant_id AND account_id = OLD.account_id AND compared_name = OLD.compared_name ORDER BY id LIMIT 1)
  ON CONFLICT DO NOTHING;
  INSERT INTO name_segments (tenant_id, account_id, length, position, segment, name, oldest_id)
  SELECT tenant_id, account_id, length, position, segment, name, contact_id FROM contact_segments
  WHERE tenant_id = NEW.tenant_id AND contact_id = NEW.id
  ON CONFLICT DO UPDATE SET oldest_id = excluded.oldest_id WHERE excluded.oldest_id < oldest_id;
END;

CREATE TRIGGER contacts_segments_before_delete BEFORE DELETE ON contacts
WHEN NOT EXISTS (SELECT 1 FROM contacts INDEXED BY contacts_compared_name
  WHERE tenant_id = OLD.tenant_id AND account_id = OLD.account_id AND compared_name = OLD.compared_name AND id < OLD.id)
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

CREATE TRIGGER contacts_segments_after_delete AFTER DELETE ON contacts
BEGIN
  INSERT INTO name_segments (tenant_id, account_id, length, position, segment, name, oldest_id)
  SELECT tenant_id, account_id, length, position, segment, name, contact_id FROM contact_segments
  WHERE tenant_id = OLD.tenant_id AND contact_id = (SELECT id FROM contacts INDEXED BY contacts_compared_name
    WHERE tenant_id = OLD.tenant_id AND account_id = OLD.account_id AND compared_name = OLD.compared_name ORDER BY id LIMIT 1)
  ON CONFLICT DO NOTHING;
END;

-- The statistics of 0011 went with the table.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('name_segments', 'name_segments', '2500000 250000 25 9 3 2 1');

ANALYZE sqlite_schema;
