-- A piece of a name has two parts now (segments in src/core/match.ts): two of the first letters and two of the last, the last piece also what is
-- in between. A piece of one part could be a whole first or last name, or what the names of thousands begin with. The triggers of 0014 read the
-- pieces from this view. Until the Worker that comes with this migration is live, the one before finds equal names, but no near ones.
DROP VIEW contact_segments;

CREATE VIEW contact_segments AS
WITH named AS (
  SELECT tenant_id, account_id, id, compared_name, length(compared_name) AS length, iif(length(compared_name) < 10, 2, 3) AS pieces
  FROM contacts WHERE account_id IS NOT NULL AND length(compared_name) >= 5
), cut AS (
  SELECT *, min(2, length / pieces - 2) AS head, length - 2 * pieces AS tail FROM named
)
SELECT id AS contact_id, tenant_id, account_id, length, 1 AS position,
  substr(compared_name, 1, head) || substr(compared_name, 1 + tail, 2) AS segment, compared_name AS name FROM cut
UNION ALL
SELECT id, tenant_id, account_id, length, 2,
  substr(compared_name, 1 + head, iif(pieces = 2, tail - head, head)) || substr(compared_name, 3 + tail, 2), compared_name FROM cut
UNION ALL
SELECT id, tenant_id, account_id, length, 3,
  substr(compared_name, 1 + 2 * head, tail - 2 * head) || substr(compared_name, 5 + tail, 2), compared_name FROM cut WHERE pieces = 3;

DELETE FROM name_segments;

-- Row by row: a GROUP BY would sort the pieces of all contacts in memory, which for a million is more than the database has.
INSERT INTO name_segments (tenant_id, account_id, length, position, segment, name, oldest_id)
SELECT tenant_id, account_id, length, position, segment, name, contact_id FROM contact_segments WHERE TRUE
ON CONFLICT DO UPDATE SET oldest_id = excluded.oldest_id WHERE excluded.oldest_id < oldest_id;
