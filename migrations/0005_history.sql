-- What happened to each contact and account, in order: written by triggers in the statement that makes the change, so that a
-- change without its line, or a line without its change, cannot be. Column changes is {field: [old, new]}. A sequence never repeats:
-- upsert also reads it, to see whether an account has changed since it looked for matches.
CREATE TABLE history (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  subject_id TEXT NOT NULL,
  account_id TEXT,
  action TEXT NOT NULL,
  changes TEXT NOT NULL,
  key_id TEXT,
  request_id TEXT,
  at TEXT NOT NULL
);

CREATE INDEX history_subject ON history (tenant_id, subject_id, sequence);

CREATE TRIGGER accounts_history_on_insert AFTER INSERT ON accounts
BEGIN
  INSERT INTO history (tenant_id, subject_id, account_id, action, key_id, request_id, at, changes)
  VALUES (NEW.tenant_id, NEW.id, NEW.id, 'created', NEW.changed_by, NEW.request_id, NEW.updated_at, '{' || substr(
    iif(NEW.number IS NOT NULL, ',"number":' || json_array(NULL, NEW.number), '')
    || iif(NEW.name IS NOT NULL, ',"name":' || json_array(NULL, NEW.name), '')
    || iif(NEW.display_reference IS NOT NULL, ',"display_reference":' || json_array(NULL, NEW.display_reference), '')
    || iif(NEW.currency IS NOT NULL, ',"currency":' || json_array(NULL, NEW.currency), '')
    || iif(NEW.language IS NOT NULL, ',"language":' || json_array(NULL, NEW.language), '')
    || iif(NEW.billing_address <> '{}', ',"billing_address":' || json_array(NULL, json(NEW.billing_address)), '')
    || iif(NEW.remit_to <> '{}', ',"remit_to":' || json_array(NULL, json(NEW.remit_to)), '')
    || iif(NEW.phone IS NOT NULL, ',"phone":' || json_array(NULL, NEW.phone), '')
    || iif(NEW.mobile_phone IS NOT NULL, ',"mobile_phone":' || json_array(NULL, NEW.mobile_phone), '')
    || iif(NEW.fax IS NOT NULL, ',"fax":' || json_array(NULL, NEW.fax), '')
    || iif(NEW.email IS NOT NULL, ',"email":' || json_array(NULL, NEW.email), '')
    || iif(NEW.payment_terms IS NOT NULL, ',"payment_terms":' || json_array(NULL, NEW.payment_terms), '')
    || iif(NEW.credit_limit IS NOT NULL, ',"credit_limit":' || json_array(NULL, NEW.credit_limit), '')
    || iif(NEW.account_group IS NOT NULL, ',"account_group":' || json_array(NULL, NEW.account_group), '')
    || iif(NEW.parent_account_number IS NOT NULL, ',"parent_account_number":' || json_array(NULL, NEW.parent_account_number), '')
    || iif(NEW.is_parent_account IS NOT NULL, ',"is_parent_account":' || json_array(NULL, NEW.is_parent_account), '')
    || iif(NEW.branch_name IS NOT NULL, ',"branch_name":' || json_array(NULL, NEW.branch_name), '')
    || iif(NEW.description IS NOT NULL, ',"description":' || json_array(NULL, NEW.description), '')
    || iif(NEW.vat IS NOT NULL, ',"vat":' || json_array(NULL, NEW.vat), '')
    || iif(NEW.company_registration_number IS NOT NULL, ',"company_registration_number":' || json_array(NULL, NEW.company_registration_number), '')
    || iif(NEW.data_providers IS NOT NULL, ',"data_providers":' || json_array(NULL, json(NEW.data_providers)), '')
    || iif(NEW.custom_fields <> '{}', ',"custom_fields":' || json_array(NULL, json(NEW.custom_fields)), '')
    || iif(NEW.source_connection_id IS NOT NULL, ',"source_connection_id":' || json_array(NULL, NEW.source_connection_id), '')
    || iif(NEW.source_id IS NOT NULL, ',"source_id":' || json_array(NULL, NEW.source_id), ''), 2) || '}');
END;

CREATE TRIGGER accounts_history_on_update AFTER UPDATE ON accounts
WHEN NEW.version <> OLD.version
BEGIN
  INSERT INTO history (tenant_id, subject_id, account_id, action, key_id, request_id, at, changes)
  VALUES (NEW.tenant_id, NEW.id, NEW.id, 'updated', NEW.changed_by, NEW.request_id, NEW.updated_at, '{' || substr(
    iif(NEW.number IS NOT OLD.number, ',"number":' || json_array(OLD.number, NEW.number), '')
    || iif(NEW.name IS NOT OLD.name, ',"name":' || json_array(OLD.name, NEW.name), '')
    || iif(NEW.display_reference IS NOT OLD.display_reference, ',"display_reference":' || json_array(OLD.display_reference, NEW.display_reference), '')
    || iif(NEW.currency IS NOT OLD.currency, ',"currency":' || json_array(OLD.currency, NEW.currency), '')
    || iif(NEW.language IS NOT OLD.language, ',"language":' || json_array(OLD.language, NEW.language), '')
    || iif(NEW.billing_address IS NOT OLD.billing_address, ',"billing_address":' || json_array(json(OLD.billing_address), json(NEW.billing_address)), '')
    || iif(NEW.remit_to IS NOT OLD.remit_to, ',"remit_to":' || json_array(json(OLD.remit_to), json(NEW.remit_to)), '')
    || iif(NEW.phone IS NOT OLD.phone, ',"phone":' || json_array(OLD.phone, NEW.phone), '')
    || iif(NEW.mobile_phone IS NOT OLD.mobile_phone, ',"mobile_phone":' || json_array(OLD.mobile_phone, NEW.mobile_phone), '')
    || iif(NEW.fax IS NOT OLD.fax, ',"fax":' || json_array(OLD.fax, NEW.fax), '')
    || iif(NEW.email IS NOT OLD.email, ',"email":' || json_array(OLD.email, NEW.email), '')
    || iif(NEW.payment_terms IS NOT OLD.payment_terms, ',"payment_terms":' || json_array(OLD.payment_terms, NEW.payment_terms), '')
    || iif(NEW.credit_limit IS NOT OLD.credit_limit, ',"credit_limit":' || json_array(OLD.credit_limit, NEW.credit_limit), '')
    || iif(NEW.account_group IS NOT OLD.account_group, ',"account_group":' || json_array(OLD.account_group, NEW.account_group), '')
    || iif(NEW.parent_account_number IS NOT OLD.parent_account_number, ',"parent_account_number":' || json_array(OLD.parent_account_number, NEW.parent_account_number), '')
    || iif(NEW.is_parent_account IS NOT OLD.is_parent_account, ',"is_parent_account":' || json_array(OLD.is_parent_account, NEW.is_parent_account), '')
    || iif(NEW.branch_name IS NOT OLD.branch_name, ',"branch_name":' || json_array(OLD.branch_name, NEW.branch_name), '')
    || iif(NEW.description IS NOT OLD.description, ',"description":' || json_array(OLD.description, NEW.description), '')
    || iif(NEW.vat IS NOT OLD.vat, ',"vat":' || json_array(OLD.vat, NEW.vat), '')
    || iif(NEW.company_registration_number IS NOT OLD.company_registration_number, ',"company_registration_number":' || json_array(OLD.company_registration_number, NEW.company_registration_number), '')
    || iif(NEW.data_providers IS NOT OLD.data_providers, ',"data_providers":' || json_array(json(OLD.data_providers), json(NEW.data_providers)), '')
    || iif(NEW.custom_fields IS NOT OLD.custom_fields, ',"custom_fields":' || json_array(json(OLD.custom_fields), json(NEW.custom_fields)), '')
    || iif(NEW.source_connection_id IS NOT OLD.source_connection_id, ',"source_connection_id":' || json_array(OLD.source_connection_id, NEW.source_connection_id), '')
    || iif(NEW.source_id IS NOT OLD.source_id, ',"source_id":' || json_array(OLD.source_id, NEW.source_id), ''), 2) || '}');
END;

CREATE TRIGGER accounts_history_on_delete AFTER DELETE ON accounts
WHEN EXISTS (SELECT 1 FROM tenants WHERE id = OLD.tenant_id)
BEGIN
  INSERT INTO history (tenant_id, subject_id, account_id, action, key_id, request_id, at, changes)
  VALUES (OLD.tenant_id, OLD.id, OLD.id, 'deleted', OLD.changed_by, OLD.request_id, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), '{' || substr(
    iif(OLD.number IS NOT NULL, ',"number":' || json_array(OLD.number, NULL), '')
    || iif(OLD.name IS NOT NULL, ',"name":' || json_array(OLD.name, NULL), '')
    || iif(OLD.display_reference IS NOT NULL, ',"display_reference":' || json_array(OLD.display_reference, NULL), '')
    || iif(OLD.currency IS NOT NULL, ',"currency":' || json_array(OLD.currency, NULL), '')
    || iif(OLD.language IS NOT NULL, ',"language":' || json_array(OLD.language, NULL), '')
    || iif(OLD.billing_address <> '{}', ',"billing_address":' || json_array(json(OLD.billing_address), NULL), '')
    || iif(OLD.remit_to <> '{}', ',"remit_to":' || json_array(json(OLD.remit_to), NULL), '')
    || iif(OLD.phone IS NOT NULL, ',"phone":' || json_array(OLD.phone, NULL), '')
    || iif(OLD.mobile_phone IS NOT NULL, ',"mobile_phone":' || json_array(OLD.mobile_phone, NULL), '')
    || iif(OLD.fax IS NOT NULL, ',"fax":' || json_array(OLD.fax, NULL), '')
    || iif(OLD.email IS NOT NULL, ',"email":' || json_array(OLD.email, NULL), '')
    || iif(OLD.payment_terms IS NOT NULL, ',"payment_terms":' || json_array(OLD.payment_terms, NULL), '')
    || iif(OLD.credit_limit IS NOT NULL, ',"credit_limit":' || json_array(OLD.credit_limit, NULL), '')
    || iif(OLD.account_group IS NOT NULL, ',"account_group":' || json_array(OLD.account_group, NULL), '')
    || iif(OLD.parent_account_number IS NOT NULL, ',"parent_account_number":' || json_array(OLD.parent_account_number, NULL), '')
    || iif(OLD.is_parent_account IS NOT NULL, ',"is_parent_account":' || json_array(OLD.is_parent_account, NULL), '')
    || iif(OLD.branch_name IS NOT NULL, ',"branch_name":' || json_array(OLD.branch_name, NULL), '')
    || iif(OLD.description IS NOT NULL, ',"description":' || json_array(OLD.description, NULL), '')
    || iif(OLD.vat IS NOT NULL, ',"vat":' || json_array(OLD.vat, NULL), '')
    || iif(OLD.company_registration_number IS NOT NULL, ',"company_registration_number":' || json_array(OLD.company_registration_number, NULL), '')
    || iif(OLD.data_providers IS NOT NULL, ',"data_providers":' || json_array(json(OLD.data_providers), NULL), '')
    || iif(OLD.custom_fields <> '{}', ',"custom_fields":' || json_array(json(OLD.custom_fields), NULL), '')
    || iif(OLD.source_connection_id IS NOT NULL, ',"source_connection_id":' || json_array(OLD.source_connection_id, NULL), '')
    || iif(OLD.source_id IS NOT NULL, ',"source_id":' || json_array(OLD.source_id, NULL), ''), 2) || '}');
END;

CREATE TRIGGER contacts_history_on_insert AFTER INSERT ON contacts
BEGIN
  INSERT INTO history (tenant_id, subject_id, account_id, action, key_id, request_id, at, changes)
  VALUES (NEW.tenant_id, NEW.id, NEW.account_id, 'created', NEW.changed_by, NEW.request_id, NEW.updated_at, '{' || substr(
    iif(NEW.reference IS NOT NULL, ',"reference":' || json_array(NULL, NEW.reference), '')
    || iif(NEW.account_id IS NOT NULL, ',"account_id":' || json_array(NULL, NEW.account_id), '')
    || iif(NEW.name IS NOT NULL, ',"name":' || json_array(NULL, NEW.name), '')
    || iif(NEW.first_name IS NOT NULL, ',"first_name":' || json_array(NULL, NEW.first_name), '')
    || iif(NEW.last_name IS NOT NULL, ',"last_name":' || json_array(NULL, NEW.last_name), '')
    || iif(NEW.function IS NOT NULL, ',"function":' || json_array(NULL, NEW.function), '')
    || iif(NEW.email IS NOT NULL, ',"email":' || json_array(NULL, NEW.email), '')
    || iif(NEW.phone IS NOT NULL, ',"phone":' || json_array(NULL, NEW.phone), '')
    || iif(NEW.mobile_phone IS NOT NULL, ',"mobile_phone":' || json_array(NULL, NEW.mobile_phone), '')
    || iif(NEW.fax IS NOT NULL, ',"fax":' || json_array(NULL, NEW.fax), '')
    || iif(NEW.title IS NOT NULL, ',"title":' || json_array(NULL, NEW.title), '')
    || iif(NEW.department IS NOT NULL, ',"department":' || json_array(NULL, NEW.department), '')
    || iif(NEW.contact_type IS NOT NULL, ',"contact_type":' || json_array(NULL, NEW.contact_type), '')
    || iif(NEW.language IS NOT NULL, ',"language":' || json_array(NULL, NEW.language), '')
    || iif(NEW.address1 IS NOT NULL, ',"address1":' || json_array(NULL, NEW.address1), '')
    || iif(NEW.address2 IS NOT NULL, ',"address2":' || json_array(NULL, NEW.address2), '')
    || iif(NEW.city IS NOT NULL, ',"city":' || json_array(NULL, NEW.city), '')
    || iif(NEW.state IS NOT NULL, ',"state":' || json_array(NULL, NEW.state), '')
    || iif(NEW.zip IS NOT NULL, ',"zip":' || json_array(NULL, NEW.zip), '')
    || iif(NEW.country IS NOT NULL, ',"country":' || json_array(NULL, NEW.country), '')
    || iif(NEW.notes IS NOT NULL, ',"notes":' || json_array(NULL, NEW.notes), '')
    || iif(NEW.is_primary IS NOT NULL, ',"is_primary":' || json_array(NULL, NEW.is_primary), '')
    || iif(NEW.custom_fields <> '{}', ',"custom_fields":' || json_array(NULL, json(NEW.custom_fields)), ''), 2) || '}');
END;

CREATE TRIGGER contacts_history_on_update AFTER UPDATE ON contacts
WHEN NEW.version <> OLD.version
BEGIN
  INSERT INTO history (tenant_id, subject_id, account_id, action, key_id, request_id, at, changes)
  VALUES (NEW.tenant_id, NEW.id, NEW.account_id, 'updated', NEW.changed_by, NEW.request_id, NEW.updated_at, '{' || substr(
    iif(NEW.reference IS NOT OLD.reference, ',"reference":' || json_array(OLD.reference, NEW.reference), '')
    || iif(NEW.account_id IS NOT OLD.account_id, ',"account_id":' || json_array(OLD.account_id, NEW.account_id), '')
    || iif(NEW.name IS NOT OLD.name, ',"name":' || json_array(OLD.name, NEW.name), '')
    || iif(NEW.first_name IS NOT OLD.first_name, ',"first_name":' || json_array(OLD.first_name, NEW.first_name), '')
    || iif(NEW.last_name IS NOT OLD.last_name, ',"last_name":' || json_array(OLD.last_name, NEW.last_name), '')
    || iif(NEW.function IS NOT OLD.function, ',"function":' || json_array(OLD.function, NEW.function), '')
    || iif(NEW.email IS NOT OLD.email, ',"email":' || json_array(OLD.email, NEW.email), '')
    || iif(NEW.phone IS NOT OLD.phone, ',"phone":' || json_array(OLD.phone, NEW.phone), '')
    || iif(NEW.mobile_phone IS NOT OLD.mobile_phone, ',"mobile_phone":' || json_array(OLD.mobile_phone, NEW.mobile_phone), '')
    || iif(NEW.fax IS NOT OLD.fax, ',"fax":' || json_array(OLD.fax, NEW.fax), '')
    || iif(NEW.title IS NOT OLD.title, ',"title":' || json_array(OLD.title, NEW.title), '')
    || iif(NEW.department IS NOT OLD.department, ',"department":' || json_array(OLD.department, NEW.department), '')
    || iif(NEW.contact_type IS NOT OLD.contact_type, ',"contact_type":' || json_array(OLD.contact_type, NEW.contact_type), '')
    || iif(NEW.language IS NOT OLD.language, ',"language":' || json_array(OLD.language, NEW.language), '')
    || iif(NEW.address1 IS NOT OLD.address1, ',"address1":' || json_array(OLD.address1, NEW.address1), '')
    || iif(NEW.address2 IS NOT OLD.address2, ',"address2":' || json_array(OLD.address2, NEW.address2), '')
    || iif(NEW.city IS NOT OLD.city, ',"city":' || json_array(OLD.city, NEW.city), '')
    || iif(NEW.state IS NOT OLD.state, ',"state":' || json_array(OLD.state, NEW.state), '')
    || iif(NEW.zip IS NOT OLD.zip, ',"zip":' || json_array(OLD.zip, NEW.zip), '')
    || iif(NEW.country IS NOT OLD.country, ',"country":' || json_array(OLD.country, NEW.country), '')
    || iif(NEW.notes IS NOT OLD.notes, ',"notes":' || json_array(OLD.notes, NEW.notes), '')
    || iif(NEW.is_primary IS NOT OLD.is_primary, ',"is_primary":' || json_array(OLD.is_primary, NEW.is_primary), '')
    || iif(NEW.custom_fields IS NOT OLD.custom_fields, ',"custom_fields":' || json_array(json(OLD.custom_fields), json(NEW.custom_fields)), ''), 2) || '}');
END;

CREATE TRIGGER contacts_history_on_delete AFTER DELETE ON contacts
WHEN EXISTS (SELECT 1 FROM tenants WHERE id = OLD.tenant_id)
BEGIN
  INSERT INTO history (tenant_id, subject_id, account_id, action, key_id, request_id, at, changes)
  VALUES (OLD.tenant_id, OLD.id, OLD.account_id, 'deleted', OLD.changed_by, OLD.request_id, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), '{' || substr(
    iif(OLD.reference IS NOT NULL, ',"reference":' || json_array(OLD.reference, NULL), '')
    || iif(OLD.account_id IS NOT NULL, ',"account_id":' || json_array(OLD.account_id, NULL), '')
    || iif(OLD.name IS NOT NULL, ',"name":' || json_array(OLD.name, NULL), '')
    || iif(OLD.first_name IS NOT NULL, ',"first_name":' || json_array(OLD.first_name, NULL), '')
    || iif(OLD.last_name IS NOT NULL, ',"last_name":' || json_array(OLD.last_name, NULL), '')
    || iif(OLD.function IS NOT NULL, ',"function":' || json_array(OLD.function, NULL), '')
    || iif(OLD.email IS NOT NULL, ',"email":' || json_array(OLD.email, NULL), '')
    || iif(OLD.phone IS NOT NULL, ',"phone":' || json_array(OLD.phone, NULL), '')
    || iif(OLD.mobile_phone IS NOT NULL, ',"mobile_phone":' || json_array(OLD.mobile_phone, NULL), '')
    || iif(OLD.fax IS NOT NULL, ',"fax":' || json_array(OLD.fax, NULL), '')
    || iif(OLD.title IS NOT NULL, ',"title":' || json_array(OLD.title, NULL), '')
    || iif(OLD.department IS NOT NULL, ',"department":' || json_array(OLD.department, NULL), '')
    || iif(OLD.contact_type IS NOT NULL, ',"contact_type":' || json_array(OLD.contact_type, NULL), '')
    || iif(OLD.language IS NOT NULL, ',"language":' || json_array(OLD.language, NULL), '')
    || iif(OLD.address1 IS NOT NULL, ',"address1":' || json_array(OLD.address1, NULL), '')
    || iif(OLD.address2 IS NOT NULL, ',"address2":' || json_array(OLD.address2, NULL), '')
    || iif(OLD.city IS NOT NULL, ',"city":' || json_array(OLD.city, NULL), '')
    || iif(OLD.state IS NOT NULL, ',"state":' || json_array(OLD.state, NULL), '')
    || iif(OLD.zip IS NOT NULL, ',"zip":' || json_array(OLD.zip, NULL), '')
    || iif(OLD.country IS NOT NULL, ',"country":' || json_array(OLD.country, NULL), '')
    || iif(OLD.notes IS NOT NULL, ',"notes":' || json_array(OLD.notes, NULL), '')
    || iif(OLD.is_primary IS NOT NULL, ',"is_primary":' || json_array(OLD.is_primary, NULL), '')
    || iif(OLD.custom_fields <> '{}', ',"custom_fields":' || json_array(json(OLD.custom_fields), NULL), ''), 2) || '}');
END;
