-- What delivery results have shown of an address. The evidence is the summary that src/core/delivery.ts keeps, from which the status
-- follows, cause and cause_at name the event that the status rests on, and version lets two writers at once notice each other.
ALTER TABLE addresses ADD COLUMN evidence TEXT NOT NULL DEFAULT '{}';
ALTER TABLE addresses ADD COLUMN soft_bounces INTEGER NOT NULL DEFAULT 0;
ALTER TABLE addresses ADD COLUMN cause TEXT;
ALTER TABLE addresses ADD COLUMN cause_at TEXT;
ALTER TABLE addresses ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE addresses ADD COLUMN standing TEXT GENERATED ALWAYS AS (
  CASE status WHEN 'Bounced' THEN 'bounced' WHEN 'Complained' THEN 'complained' ELSE iif(soft_bounces > 0, 'wavering', 'steady') END
) VIRTUAL;

-- Every event once, by the id that its provider gave it. One event may concern several addresses.
CREATE TABLE deliveries (
  tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  provider TEXT NOT NULL,
  event_id TEXT NOT NULL,
  address_key TEXT NOT NULL,
  kind TEXT NOT NULL,
  at TEXT NOT NULL,
  code TEXT,
  reason TEXT,
  received_at TEXT NOT NULL,
  PRIMARY KEY (tenant_id, provider, event_id, address_key)
) WITHOUT ROWID;

CREATE INDEX deliveries_address ON deliveries (tenant_id, address_key, at, provider, event_id);

-- What differs from the defaults of the rule, and whether the simulator may speak for this tenant.
CREATE TABLE delivery_settings (
  tenant_id TEXT PRIMARY KEY NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  soft_bounces INTEGER NOT NULL,
  within_days INTEGER NOT NULL,
  test INTEGER NOT NULL
) WITHOUT ROWID;

-- The domains from which a tenant sends through Cloudflare Email Service: its events name nothing else that tells tenants apart.
CREATE TABLE sender_domains (
  domain TEXT PRIMARY KEY NOT NULL,
  tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE
) WITHOUT ROWID;

CREATE INDEX sender_domains_tenant ON sender_domains (tenant_id, domain);

-- By what the requests of a provider are known. Two are good at once, so that neither side of a rotation loses an event. They are kept
-- in clear because an HMAC can only be made anew: nothing ever shows them again.
CREATE TABLE hooks (
  tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  provider TEXT NOT NULL,
  secret TEXT NOT NULL,
  previous_secret TEXT,
  created_at TEXT NOT NULL,
  rotated_at TEXT NOT NULL,
  PRIMARY KEY (tenant_id, provider)
) WITHOUT ROWID;

-- Mail finds its tenant by the secret local part.
CREATE UNIQUE INDEX hooks_mailbox ON hooks (secret) WHERE provider = 'email';
CREATE INDEX hooks_previous_mailbox ON hooks (previous_secret) WHERE provider = 'email' AND previous_secret IS NOT NULL;

-- Requests that were accepted, for as long as their timestamp would still be good: each is accepted once.
CREATE TABLE hook_receipts (
  tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  provider TEXT NOT NULL,
  nonce TEXT NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (tenant_id, provider, nonce)
) WITHOUT ROWID;

CREATE INDEX hook_receipts_at ON hook_receipts (at);

-- What could not be applied, until somebody replays or drops it.
CREATE TABLE dead_letters (
  id TEXT PRIMARY KEY NOT NULL,
  tenant_id TEXT REFERENCES tenants (id) ON DELETE CASCADE,
  provider TEXT NOT NULL,
  body TEXT NOT NULL,
  reason TEXT NOT NULL,
  received_at TEXT NOT NULL,
  died_at TEXT NOT NULL
) WITHOUT ROWID;

CREATE INDEX dead_letters_tenant ON dead_letters (tenant_id, id);
