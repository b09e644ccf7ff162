-- A name of up to 40 letters with five digits or more is turned before it is cut, so that what follows its last digit comes first (segments in
-- src/core/match.ts): each of its pieces then has some of its number. rtrim with the letters of the name leaves all up to its last digit. Otherwise
-- as in 0017. Until the Worker that comes with this migration is live, the one before finds no near names among those that are turned.
DROP VIEW contact_segments;

CREATE VIEW contact_segments AS
WITH named AS (
  SELECT tenant_id, account_id, id, compared_name,
    replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(compared_name,
      '0', ''), '1', ''), '2', ''), '3', ''), '4', ''), '5', ''), '6', ''), '7', ''), '8', ''), '9', '') AS letters
  FROM contacts WHERE account_id IS NOT NULL AND length(compared_name) >= 5
), turned AS (
  SELECT *, length(compared_name) AS length, iif(length(compared_name) < 10, 2, 3) AS pieces,
    iif(length(compared_name) <= 40 AND compared_name GLOB '*[0-9]*[0-9]*[0-9]*[0-9]*[0-9]*',
      substr(compared_name, 1 + length(rtrim(compared_name, letters))) || rtrim(compared_name, letters), compared_name) AS turned_name
  FROM named
), cut AS (
  SELECT *, min(2, length / pieces - 2) AS head, length - 2 * pieces AS tail FROM turned
)
SELECT id AS contact_id, tenant_id, account_id, length, 1 AS position,
  substr(turned_name, 1, head) || substr(turned_name, 1 + tail, 2) AS segment, compared_name AS name FROM cut
UNION ALL
SELECT id, tenant_id, account_id, length, 2,
  substr(turned_name, 1 + head, iif(pieces = 2, tail - head, head)) || substr(turned_name, 3 + tail, 2), compared_name FROM cut
UNION ALL
SELECT id, tenant_id, account_id, length, 3,
  substr(turned_name, 1 + 2 * head, tail - 2 * head) || substr(turned_name, 5 + tail, 2), compared_name FROM cut WHERE pieces = 3;

DELETE FROM name_segments;

-- Row by row: a GROUP BY would sort the pieces of all contacts in memory, which for a million is more than the database has.
INSERT INTO name_segments (tenant_id, account_id, length, position, segment, name, oldest_id)
SELECT tenant_id, account_id, length, position, segment, name, contact_id FROM contact_segments WHERE TRUE
ON CONFLICT DO UPDATE SET oldest_id = excluded.oldest_id WHERE excluded.oldest_id < oldest_id;
