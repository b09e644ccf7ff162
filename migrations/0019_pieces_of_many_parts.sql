-- A piece of a name has every second or third letter of it now, or every third of 24 parts (segments in src/core/match.ts), so that each has some of
-- what thousands of names differ in. A name with a number is no longer turned before it is cut. The triggers of 0014 read the pieces from this view.
-- Until the Worker that comes with this migration is live, the one before finds equal names, but no near ones.
DROP VIEW contact_segments;

CREATE VIEW contact_segments AS
WITH named AS (
  SELECT tenant_id, account_id, id, compared_name AS name, length(compared_name) AS length
  FROM contacts WHERE account_id IS NOT NULL AND length(compared_name) >= 5
), cut AS (
  SELECT *, min(length - 12, 240) AS shared FROM named
)
SELECT id AS contact_id, tenant_id, account_id, length, 1 AS position,
  CASE
    WHEN length < 10 THEN
      substr(name, 1, 1) || substr(name, 3, 1) || substr(name, 5, 1) || substr(name, 7, 1) || substr(name, 9, 1)
    WHEN length < 25 THEN
      substr(name, 1, 1) || substr(name, 4, 1) || substr(name, 7, 1) || substr(name, 10, 1) ||
      substr(name, 13, 1) || substr(name, 16, 1) || substr(name, 19, 1) || substr(name, 22, 1)
    ELSE
      substr(name, 1, 1) || substr(name, 4, 1) || substr(name, 7, shared / 12) ||
      substr(name, 7 + 3 * shared / 12, 4 * shared / 12 - 3 * shared / 12) ||
      substr(name, 7 + 6 * shared / 12, 7 * shared / 12 - 6 * shared / 12) || substr(name, 7 + 9 * shared / 12, 10 * shared / 12 - 9 * shared / 12) ||
      substr(name, length - 5, 1) || substr(name, length - 2, 1)
  END AS segment, name FROM cut
UNION ALL
SELECT id, tenant_id, account_id, length, 2,
  CASE
    WHEN length < 10 THEN
      substr(name, 2, 1) || substr(name, 4, 1) || substr(name, 6, 1) || substr(name, 8, 1)
    WHEN length < 25 THEN
      substr(name, 2, 1) || substr(name, 5, 1) || substr(name, 8, 1) || substr(name, 11, 1) ||
      substr(name, 14, 1) || substr(name, 17, 1) || substr(name, 20, 1) || substr(name, 23, 1)
    ELSE
      substr(name, 2, 1) || substr(name, 5, 1) || substr(name, 7 + shared / 12, 2 * shared / 12 - shared / 12) ||
      substr(name, 7 + 4 * shared / 12, 5 * shared / 12 - 4 * shared / 12) ||
      substr(name, 7 + 7 * shared / 12, 8 * shared / 12 - 7 * shared / 12) ||
      substr(name, 7 + 10 * shared / 12, 11 * shared / 12 - 10 * shared / 12) ||
      substr(name, length - 4, 1) || substr(name, length - 1, 1)
  END, name FROM cut
UNION ALL
SELECT id, tenant_id, account_id, length, 3,
  CASE
    WHEN length < 25 THEN
      substr(name, 3, 1) || substr(name, 6, 1) || substr(name, 9, 1) || substr(name, 12, 1) ||
      substr(name, 15, 1) || substr(name, 18, 1) || substr(name, 21, 1) || substr(name, 24, 1)
    ELSE
      substr(name, 3, 1) || substr(name, 6, 1) || substr(name, 7 + 2 * shared / 12, 3 * shared / 12 - 2 * shared / 12) ||
      substr(name, 7 + 5 * shared / 12, 6 * shared / 12 - 5 * shared / 12) ||
      substr(name, 7 + 8 * shared / 12, 9 * shared / 12 - 8 * shared / 12) || substr(name, 7 + 11 * shared / 12, shared - 11 * shared / 12) ||
      substr(name, length - 3, 1) || substr(name, length, 1)
  END, name FROM cut WHERE length >= 10;

DELETE FROM name_segments;

-- Row by row: a GROUP BY would sort the pieces of all contacts in memory, which for a million is more than the database has.
INSERT INTO name_segments (tenant_id, account_id, length, position, segment, name, oldest_id)
SELECT tenant_id, account_id, length, position, segment, name, contact_id FROM contact_segments WHERE TRUE
ON CONFLICT DO UPDATE SET oldest_id = excluded.oldest_id WHERE excluded.oldest_id < oldest_id;
