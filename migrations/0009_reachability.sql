-- Whom the mail of a tenant can still reach. How the contacts of each account stand is counted by triggers in the statement that changes a
-- contact or an address, so that it is exact, costs no round trip, and the portfolio is read by index. docs/deliverability.md.
CREATE TABLE reachability (
  tenant_id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  steady INTEGER NOT NULL DEFAULT 0,
  wavering INTEGER NOT NULL DEFAULT 0,
  bounced INTEGER NOT NULL DEFAULT 0,
  complained INTEGER NOT NULL DEFAULT 0,
  silent INTEGER NOT NULL DEFAULT 0,
  primaries_lost INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL GENERATED ALWAYS AS (
    CASE
      WHEN steady + wavering = 0 THEN 'dark'
      WHEN steady = 0 OR primaries_lost > 0 OR (steady + wavering = 1 AND bounced + complained > 0) THEN 'at_risk'
      ELSE 'reachable'
    END
  ) VIRTUAL,
  changed_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  PRIMARY KEY (tenant_id, account_id),
  FOREIGN KEY (tenant_id, account_id) REFERENCES accounts (tenant_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
) WITHOUT ROWID;

CREATE INDEX reachability_state ON reachability (tenant_id, state, account_id);

CREATE TABLE reachability_totals (
  tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  state TEXT NOT NULL,
  accounts INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, state)
) WITHOUT ROWID;

-- What has changed in how a contact or an account can be reached, in order, written in the statement that changes it: what outbound
-- webhooks and a change feed read. Column data is what it was before and what it is now: from, to.
CREATE TABLE events (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  type TEXT NOT NULL,
  account_id TEXT,
  contact_id TEXT,
  data TEXT NOT NULL,
  at TEXT NOT NULL
);

CREATE INDEX events_tenant ON events (tenant_id, sequence);

CREATE TRIGGER accounts_reachability_on_insert AFTER INSERT ON accounts
BEGIN
  INSERT INTO reachability (tenant_id, account_id) VALUES (NEW.tenant_id, NEW.id) ON CONFLICT DO NOTHING;
END;

-- A contact may be written before the stub of its account: then the row of its account begins here.
CREATE TRIGGER contacts_reachability_on_insert AFTER INSERT ON contacts
WHEN NEW.account_id IS NOT NULL
BEGIN
  INSERT INTO reachability (tenant_id, account_id, steady, wavering, bounced, complained, silent, primaries_lost)
  SELECT NEW.tenant_id, NEW.account_id, standing = 'steady', standing = 'wavering', standing = 'bounced', standing = 'complained',
    standing = 'silent', NEW.is_primary IS TRUE AND standing IN ('bounced', 'complained')
  FROM (SELECT iif(NEW.email_key IS NULL, 'silent', coalesce((SELECT standing FROM addresses
    WHERE tenant_id = NEW.tenant_id AND address_key = NEW.email_key), 'steady')) AS standing)
  WHERE TRUE
  ON CONFLICT DO UPDATE SET steady = steady + excluded.steady, wavering = wavering + excluded.wavering,
    bounced = bounced + excluded.bounced, complained = complained + excluded.complained, silent = silent + excluded.silent,
    primaries_lost = primaries_lost + excluded.primaries_lost;
END;

-- One statement takes away the old side and adds the new one, so that an account is never seen between the two.
CREATE TRIGGER contacts_reachability_on_update AFTER UPDATE OF account_id, email_key, is_primary ON contacts
WHEN (NEW.account_id, NEW.email_key, NEW.is_primary IS TRUE) IS NOT (OLD.account_id, OLD.email_key, OLD.is_primary IS TRUE)
BEGIN
  INSERT INTO reachability (tenant_id, account_id, steady, wavering, bounced, complained, silent, primaries_lost)
  SELECT NEW.tenant_id, account_id, sum(sign * (standing = 'steady')), sum(sign * (standing = 'wavering')),
    sum(sign * (standing = 'bounced')), sum(sign * (standing = 'complained')), sum(sign * (standing = 'silent')),
    sum(sign * (is_primary AND standing IN ('bounced', 'complained')))
  FROM (
    SELECT side.account_id, side.sign, side.is_primary,
      iif(side.email_key IS NULL, 'silent', coalesce(addresses.standing, 'steady')) AS standing
    FROM (
      SELECT OLD.account_id AS account_id, -1 AS sign, OLD.email_key AS email_key, OLD.is_primary IS TRUE AS is_primary
      UNION ALL SELECT NEW.account_id, 1, NEW.email_key, NEW.is_primary IS TRUE
    ) AS side
    LEFT JOIN addresses ON addresses.tenant_id = NEW.tenant_id AND addresses.address_key = side.email_key
    WHERE side.account_id IS NOT NULL
  )
  GROUP BY account_id
  ON CONFLICT DO UPDATE SET steady = steady + excluded.steady, wavering = wavering + excluded.wavering,
    bounced = bounced + excluded.bounced, complained = complained + excluded.complained, silent = silent + excluded.silent,
    primaries_lost = primaries_lost + excluded.primaries_lost;
  INSERT INTO events (tenant_id, type, account_id, contact_id, data, at)
  SELECT NEW.tenant_id, 'contact.email_status_changed', NEW.account_id, NEW.id, json_object('from', was, 'to', is_now), NEW.updated_at
  FROM (
    SELECT coalesce((SELECT status FROM addresses WHERE tenant_id = NEW.tenant_id AND address_key = OLD.email_key), 'Valid') AS was,
      coalesce((SELECT status FROM addresses WHERE tenant_id = NEW.tenant_id AND address_key = NEW.email_key), 'Valid') AS is_now
  )
  WHERE was <> is_now;
END;

CREATE TRIGGER contacts_reachability_on_delete AFTER DELETE ON contacts
WHEN OLD.account_id IS NOT NULL
BEGIN
  UPDATE reachability SET steady = steady - (side.standing = 'steady'), wavering = wavering - (side.standing = 'wavering'),
    bounced = bounced - (side.standing = 'bounced'), complained = complained - (side.standing = 'complained'),
    silent = silent - (side.standing = 'silent'),
    primaries_lost = primaries_lost - (OLD.is_primary IS TRUE AND side.standing IN ('bounced', 'complained'))
  FROM (SELECT iif(OLD.email_key IS NULL, 'silent', coalesce((SELECT standing FROM addresses
    WHERE tenant_id = OLD.tenant_id AND address_key = OLD.email_key), 'steady')) AS standing) AS side
  WHERE tenant_id = OLD.tenant_id AND account_id = OLD.account_id;
END;

-- Every account that has a contact has a row already: the upsert finds it by its key, where UPDATE FROM would scan. The plus signs
-- keep SQLite on the index by address.
CREATE TRIGGER addresses_reachability_on_insert AFTER INSERT ON addresses
WHEN NEW.standing <> 'steady'
BEGIN
  INSERT INTO reachability (tenant_id, account_id, steady, wavering, bounced, complained, primaries_lost)
  SELECT tenant_id, account_id, -count(*), count(*) * (NEW.standing = 'wavering'),
    count(*) * (NEW.standing = 'bounced'), count(*) * (NEW.standing = 'complained'), sum(is_primary IS TRUE) * (NEW.status <> 'Valid')
  FROM contacts WHERE tenant_id = NEW.tenant_id AND email_key = NEW.address_key AND +account_id IS NOT NULL GROUP BY +account_id
  ON CONFLICT DO UPDATE SET steady = steady + excluded.steady, wavering = wavering + excluded.wavering,
    bounced = bounced + excluded.bounced, complained = complained + excluded.complained,
    primaries_lost = primaries_lost + excluded.primaries_lost;
  INSERT INTO events (tenant_id, type, account_id, contact_id, data, at)
  SELECT tenant_id, 'contact.email_status_changed', account_id, id, json_object('from', 'Valid', 'to', NEW.status), NEW.updated_at
  FROM contacts WHERE tenant_id = NEW.tenant_id AND email_key = NEW.address_key AND NEW.status <> 'Valid' ORDER BY +id;
END;

CREATE TRIGGER addresses_reachability_on_update AFTER UPDATE OF status, soft_bounces ON addresses
WHEN NEW.standing <> OLD.standing
BEGIN
  INSERT INTO reachability (tenant_id, account_id, steady, wavering, bounced, complained, primaries_lost)
  SELECT tenant_id, account_id, count(*) * ((NEW.standing = 'steady') - (OLD.standing = 'steady')), count(*) * ((NEW.standing = 'wavering') - (OLD.standing = 'wavering')),
    count(*) * ((NEW.standing = 'bounced') - (OLD.standing = 'bounced')), count(*) * ((NEW.standing = 'complained') - (OLD.standing = 'complained')), sum(is_primary IS TRUE) * ((NEW.status <> 'Valid') - (OLD.status <> 'Valid'))
  FROM contacts WHERE tenant_id = NEW.tenant_id AND email_key = NEW.address_key AND +account_id IS NOT NULL GROUP BY +account_id
  ON CONFLICT DO UPDATE SET steady = steady + excluded.steady, wavering = wavering + excluded.wavering,
    bounced = bounced + excluded.bounced, complained = complained + excluded.complained,
    primaries_lost = primaries_lost + excluded.primaries_lost;
  INSERT INTO events (tenant_id, type, account_id, contact_id, data, at)
  SELECT tenant_id, 'contact.email_status_changed', account_id, id, json_object('from', OLD.status, 'to', NEW.status), NEW.updated_at
  FROM contacts WHERE tenant_id = NEW.tenant_id AND email_key = NEW.address_key AND NEW.status <> OLD.status ORDER BY +id;
END;

CREATE TRIGGER addresses_reachability_on_delete AFTER DELETE ON addresses
WHEN OLD.standing <> 'steady' AND EXISTS (SELECT 1 FROM tenants WHERE id = OLD.tenant_id)
BEGIN
  INSERT INTO reachability (tenant_id, account_id, steady, wavering, bounced, complained, primaries_lost)
  SELECT tenant_id, account_id, count(*), -count(*) * (OLD.standing = 'wavering'),
    -count(*) * (OLD.standing = 'bounced'), -count(*) * (OLD.standing = 'complained'), -sum(is_primary IS TRUE) * (OLD.status <> 'Valid')
  FROM contacts WHERE tenant_id = OLD.tenant_id AND email_key = OLD.address_key AND +account_id IS NOT NULL GROUP BY +account_id
  ON CONFLICT DO UPDATE SET steady = steady + excluded.steady, wavering = wavering + excluded.wavering,
    bounced = bounced + excluded.bounced, complained = complained + excluded.complained,
    primaries_lost = primaries_lost + excluded.primaries_lost;
  INSERT INTO events (tenant_id, type, account_id, contact_id, data, at)
  SELECT tenant_id, 'contact.email_status_changed', account_id, id, json_object('from', OLD.status, 'to', 'Valid'),
    strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
  FROM contacts WHERE tenant_id = OLD.tenant_id AND email_key = OLD.address_key AND OLD.status <> 'Valid' ORDER BY +id;
END;

CREATE TRIGGER reachability_on_insert AFTER INSERT ON reachability
BEGIN
  INSERT INTO reachability_totals (tenant_id, state, accounts) VALUES (NEW.tenant_id, NEW.state, 1)
  ON CONFLICT DO UPDATE SET accounts = accounts + 1;
END;

-- While a tenant or an account is being removed, what is left of it changes too: nobody is told of that.
CREATE TRIGGER reachability_on_update AFTER UPDATE ON reachability
WHEN NEW.state <> OLD.state AND EXISTS (SELECT 1 FROM tenants WHERE id = NEW.tenant_id)
BEGIN
  UPDATE reachability SET changed_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
  WHERE tenant_id = NEW.tenant_id AND account_id = NEW.account_id;
  UPDATE reachability_totals SET accounts = accounts - 1 WHERE tenant_id = OLD.tenant_id AND state = OLD.state;
  INSERT INTO reachability_totals (tenant_id, state, accounts) VALUES (NEW.tenant_id, NEW.state, 1)
  ON CONFLICT DO UPDATE SET accounts = accounts + 1;
  INSERT INTO events (tenant_id, type, account_id, contact_id, data, at)
  SELECT NEW.tenant_id, 'account.reachability_changed', NEW.account_id, NULL, json_object('from', OLD.state, 'to', NEW.state),
    strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
  WHERE EXISTS (SELECT 1 FROM accounts WHERE tenant_id = NEW.tenant_id AND id = NEW.account_id);
END;

CREATE TRIGGER reachability_on_delete AFTER DELETE ON reachability
BEGIN
  UPDATE reachability_totals SET accounts = accounts - 1 WHERE tenant_id = OLD.tenant_id AND state = OLD.state;
END;

-- The accounts there are already.
INSERT INTO reachability (tenant_id, account_id, steady, wavering, bounced, complained, silent, primaries_lost)
SELECT accounts.tenant_id, accounts.id,
  coalesce(sum(contacts.email_key IS NOT NULL AND coalesce(addresses.standing, 'steady') = 'steady'), 0),
  coalesce(sum(addresses.standing = 'wavering'), 0), coalesce(sum(addresses.standing = 'bounced'), 0),
  coalesce(sum(addresses.standing = 'complained'), 0), coalesce(sum(contacts.id IS NOT NULL AND contacts.email_key IS NULL), 0),
  coalesce(sum(contacts.is_primary IS TRUE AND addresses.standing IN ('bounced', 'complained')), 0)
FROM accounts
LEFT JOIN contacts ON contacts.tenant_id = accounts.tenant_id AND contacts.account_id = accounts.id
LEFT JOIN addresses ON addresses.tenant_id = contacts.tenant_id AND addresses.address_key = contacts.email_key
GROUP BY accounts.tenant_id, accounts.id;
