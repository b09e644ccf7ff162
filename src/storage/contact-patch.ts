/** Changing some fields of a contact: one UPDATE of the columns sent, or none. */
import { type Placeholder, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { isAddress } from '../core/address.ts';
import { type Contact, type ContactFields, withOneName } from '../core/contact.ts';
import { comparedName } from '../core/name.ts';
import { type AccountLink, linkedAccount, linkValues, stubs } from './contact-link.ts';
import { bySelector, type ContactSelector, contactIn, keysOf, select } from './contact-record.ts';
import { type Book, p, type Value } from './database.ts';
import { type Precondition, requireMet, tags } from './precondition.ts';
import { authorship, mergePatch, patchQueries, toValue } from './record.ts';
import { contacts } from './schema.ts';
import { write } from './writing.ts';

/** What a PATCH changes. `fullName` is the one name of the agent dialect. If it differs from the present full name, it replaces all three names. */
export type ContactChanges = Partial<ContactFields> & { fullName?: string };
/** The same, and the account that the contact is to belong to. */
export type ContactPatch = ContactChanges & { account?: AccountLink };

function assign(names: string[], tenant: Placeholder): Record<string, SQL> {
  const assignments: Record<string, SQL> = {};
  for (const name of names) {
    if (name === 'fullName') Object.assign(assignments, renaming(names.includes('email')));
    else if (name === 'account') assignments.accountId = linkedAccount(tenant);
    else if (name === 'customFields')
      assignments.customFields = mergePatch(sql`${contacts.customFields}`, p(name));
    else assignments[name] = p(name);
  }
  return assignments;
}

const patchQuery = bySelector((where) => patchQueries({ table: contacts, where, assign }));

/**
 * "Writing a `fullName` sets `name` and clears the two parts, but only if it differs from what is shown" (contract). A contact without a name shows
 * its address or its reference as its full name. If the email of such a contact changes with it, the name sent is stored even if it equals the present
 * full name, unless the contact would show the same after the change. Nor is an address stored as the name if it is not the email sent: it echoes the
 * old address. So the same PATCH again changes nothing.
 */
const renaming = (emailChanges: boolean) => {
  const { name, nameKey, firstName, firstNameKey, lastName, lastNameKey, reference, fullName } = contacts;
  const same = sql`${fullName} = ${p('fullName')}`;
  const named = sql`coalesce(${name}, ${firstName}, ${lastName}) IS NOT NULL`;
  const stays = emailChanges
    ? sql`CASE WHEN ${named} THEN ${same} ELSE ${p('isOther')} OR (${same} AND ${p('fullName')} = coalesce(${p('email')}, ${reference})) END`
    : same;
  const unlessSame = (column: SQLWrapper, next: SQL) => sql`iif(${stays}, ${column}, ${next})`;
  return {
    name: unlessSame(name, p('fullName')),
    nameKey: unlessSame(nameKey, p('fullNameKey')),
    firstName: unlessSame(firstName, sql`NULL`),
    firstNameKey: unlessSame(firstNameKey, sql`NULL`),
    lastName: unlessSame(lastName, sql`NULL`),
    lastNameKey: unlessSame(lastNameKey, sql`NULL`),
  };
};

/** True when `fullName` is an address and `email` is another one. */
const isOtherAddress = ({ fullName, email }: ContactChanges): boolean =>
  fullName !== undefined && email != null && fullName !== email && isAddress(fullName);

/**
 * The rule of `renaming` for a contact without a name that has been read: what it shows in place of one (`standIn`) after these changes, its address
 * or its reference; null when it gets the name that is sent.
 */
export function standInAfter(standIn: string, reference: string, changes: ContactChanges): string | null {
  const { fullName, email } = changes;
  const next = email === undefined ? standIn : (email ?? reference);
  const isShown = fullName === standIn && standIn === next;
  return isOtherAddress(changes) || isShown ? next : null;
}

/** The parts of the write that makes these changes (see `Write` in writing.ts). `change` is one UPDATE, or null when there is nothing to change. */
export function patching(
  book: Book,
  which: ContactSelector,
  changes: ContactPatch,
  ifMatch: Precondition['ifMatch'] = null,
) {
  const { fullName, account, ...fields } = changes;
  const values: Record<string, Value> = { ...which, ...authorship(book), ifMatch: tags(ifMatch) };
  const sent = withOneName(fields);
  const names: string[] = [];
  for (const [name, value] of Object.entries({ ...sent, ...keysOf(sent) })) {
    if (value === undefined) continue;
    values[name] = toValue(value);
    names.push(name);
  }
  if (fullName !== undefined) {
    const isOther = toValue(isOtherAddress(changes));
    Object.assign(values, { fullName, fullNameKey: comparedName(fullName), isOther });
    names.push('fullName');
  }
  if (account !== undefined) {
    Object.assign(values, linkValues(account));
    names.push('account');
  }
  return {
    change: names.length === 0 ? null : patchQuery(which)(names)(book, values),
    after: stubs(book, values),
    row: select(book, which),
  };
}

/**
 * 1 round trip. Changes the fields sent, in one UPDATE, so that concurrent patches of different fields all take effect. Values that are stored
 * already are not written again. Throws `contact.not_found`, `precondition.failed`, `custom_fields.too_many`.
 */
export async function patchContact(
  book: Book,
  which: ContactSelector,
  changes: ContactPatch,
  { ifMatch }: Precondition = {},
): Promise<Contact> {
  const outcome = await write(book, {
    ...patching(book, which, changes, ifMatch),
    seed: { ifMatch },
    once: Boolean(ifMatch),
  });
  const contact = contactIn(outcome.row);
  requireMet(contact, outcome);
  return contact;
}
