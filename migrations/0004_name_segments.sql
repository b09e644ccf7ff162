-- The index behind fuzzy names (segments in src/core/match.ts): a name of 10 or more code points is cut in three, one of 5 to 9
-- in two, and a name within the allowed distance shares at least one piece. Kept by triggers, so that it cannot disagree.
CREATE TABLE name_segments (
  tenant_id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  length INTEGER NOT NULL,
  position INTEGER NOT NULL,
  segment TEXT NOT NULL,
  contact_id TEXT NOT NULL,
  PRIMARY KEY (tenant_id, account_id, length, position, segment, contact_id)
) WITHOUT ROWID;

CREATE VIEW contact_segments AS
WITH named AS (
  SELECT tenant_id, account_id, id, compared_name, length(compared_name) AS length
  FROM contacts WHERE account_id IS NOT NULL AND length(compared_name) >= 5
)
SELECT tenant_id, account_id, length, 1 AS position,
  substr(compared_name, 1, length / iif(length < 10, 2, 3)) AS segment, id AS contact_id FROM named
UNION ALL
SELECT tenant_id, account_id, length, 2,
  iif(length < 10, substr(compared_name, 1 + length / 2), substr(compared_name, 1 + length / 3, (length + 1) / 3)), id FROM named
UNION ALL
SELECT tenant_id, account_id, length, 3,
  substr(compared_name, 1 + length / 3 + (length + 1) / 3), id FROM named WHERE length >= 10;

CREATE TRIGGER contacts_segments_on_insert AFTER INSERT ON contacts
BEGIN
  INSERT INTO name_segments (tenant_id, account_id, length, position, segment, contact_id)
  SELECT tenant_id, account_id, length, position, segment, contact_id FROM contact_segments
  WHERE tenant_id = NEW.tenant_id AND contact_id = NEW.id;
END;

CREATE TRIGGER contacts_segments_before_update
BEFORE UPDATE OF account_id, name_key, first_name_key, last_name_key, email_key ON contacts
WHEN (NEW.account_id, NEW.name_key, NEW.first_name_key, NEW.last_name_key, coalesce(NEW.name_key, NEW.first_name_key, NEW.last_name_key, NEW.email_key))
  IS NOT (OLD.account_id, OLD.name_key, OLD.first_name_key, OLD.last_name_key, coalesce(OLD.name_key, OLD.first_name_key, OLD.last_name_key, OLD.email_key))
BEGIN
  DELETE FROM name_segments WHERE (tenant_id, account_id, length, position, segment, contact_id) IN (
    SELECT tenant_id, account_id, length, position, segment, contact_id FROM contact_segments
    WHERE tenant_id = OLD.tenant_id AND contact_id = OLD.id);
END;

CREATE TRIGGER contacts_segments_after_update
AFTER UPDATE OF account_id, name_key, first_name_key, last_name_key, email_key ON contacts
WHEN (NEW.account_id, NEW.name_key, NEW.first_name_key, NEW.last_name_key, coalesce(NEW.name_key, NEW.first_name_key, NEW.last_name_key, NEW.email_key))
  IS NOT (OLD.account_id, OLD.name_key, OLD.first_name_key, OLD.last_name_key, coalesce(OLD.name_key, OLD.first_name_key, OLD.last_name_key, OLD.email_key))
BEGIN
  INSERT INTO name_segments (tenant_id, account_id, length, position, segment, contact_id)
  SELECT tenant_id, account_id, length, position, segment, contact_id FROM contact_segments
  WHERE tenant_id = NEW.tenant_id AND contact_id = NEW.id;
END;

CREATE TRIGGER contacts_segments_before_delete BEFORE DELETE ON contacts
BEGIN
  DELETE FROM name_segments WHERE (tenant_id, account_id, length, position, segment, contact_id) IN (
    SELECT tenant_id, account_id, length, position, segment, contact_id FROM contact_segments
    WHERE tenant_id = OLD.tenant_id AND contact_id = OLD.id);
END;
