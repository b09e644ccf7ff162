-- A table in place of the view: an export has triggers before views, so that one of a view cannot be made again from it. No row ever stays.
DROP VIEW refusals;

CREATE TABLE refusals (code TEXT NOT NULL);

CREATE TRIGGER refusals_on_insert BEFORE INSERT ON refusals
BEGIN
  SELECT RAISE (ABORT, NEW.code);
END;
