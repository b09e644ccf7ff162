-- Of custom fields the history keeps those that change, not all of both sides: a nightly sync that counts one field of thirty up would write sixty
-- values each time, and a page of the history of a contact with a hundred long ones would be tens of megabytes. Lines written before stay as they are.
-- Each value is taken as it stands in the JSON, so that numbers keep all their digits.

DROP TRIGGER accounts_history_on_update;
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
    || iif(NEW.custom_fields IS NOT OLD.custom_fields, ',"custom_fields":' || json_array(
      json((SELECT json_group_object(field.key, json(OLD.custom_fields -> field.fullkey)) FROM json_each(OLD.custom_fields) AS field WHERE (OLD.custom_fields -> field.fullkey) IS NOT (NEW.custom_fields -> field.fullkey))),
      json((SELECT json_group_object(field.key, json(NEW.custom_fields -> field.fullkey)) FROM json_each(NEW.custom_fields) AS field WHERE (NEW.custom_fields -> field.fullkey) IS NOT (OLD.custom_fields -> field.fullkey)))), '')
    || iif(NEW.source_connection_id IS NOT OLD.source_connection_id, ',"source_connection_id":' || json_array(OLD.source_connection_id, NEW.source_connection_id), '')
    || iif(NEW.source_id IS NOT OLD.source_id, ',"source_id":' || json_array(OLD.source_id, NEW.source_id), ''), 2) || '}');
END;

DROP TRIGGER contacts_history_on_update;
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
    || iif(NEW.custom_fields IS NOT OLD.custom_fields, ',"custom_fields":' || json_array(
      json((SELECT json_group_object(field.key, json(OLD.custom_fields -> field.fullkey)) FROM json_each(OLD.custom_fields) AS field WHERE (OLD.custom_fields -> field.fullkey) IS NOT (NEW.custom_fields -> field.fullkey))),
      json((SELECT json_group_object(field.key, json(NEW.custom_fields -> field.fullkey)) FROM json_each(NEW.custom_fields) AS field WHERE (NEW.custom_fields -> field.fullkey) IS NOT (OLD.custom_fields -> field.fullkey)))), ''), 2) || '}');
END;
