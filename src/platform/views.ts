/**
 * How each dialect shows a contact. A dialect has its own way and knows of no other. `?view=` shows a contact as another dialect does, and
 * `X-Diglot-Hidden` names the fields that an answer cannot show.
 */
import * as z from 'zod/mini';
import type { Contact, ContactFields } from '../core/contact.ts';
import type { PlainAnswer } from './answer.ts';
import { described } from './described.ts';
import type { Operation } from './dialect.ts';
import { Problem } from './problem.ts';

/** One dialect's way to show a contact. */
export interface ContactView {
  /** The name in `?view=name`. */
  name: string;
  /** Loads the schema of what it shows. */
  schema: () => Promise<z.ZodMiniType>;
  /** The dialect's word for each field that it shows. */
  words: Partial<Record<keyof ContactFields, string>>;
  /** The contact as it is shown; null for one that this dialect does not show at all. */
  show(contact: Contact): object | null;
}

const views = new Map<string, ContactView>();

/** Registers a view under its name, for every dialect. Where several have a word for a field that another hides, the first one's is used. */
export const registerView = (view: ContactView) => void views.set(view.name, view);

/** The query parameters of an operation; a GET that answers one contact also takes `view`. Only correct once all dialects are registered. */
export const queryOf = ({ method, contact, query }: Operation): z.ZodMiniObject | undefined =>
  contact && method === 'get' ? z.extend(query ?? z.object({}), { view: viewParameter() }) : query;

const viewParameter = () =>
  described(z.optional(z.enum([...views.keys()] as [string, ...string[]])), {
    description:
      'Show the contact as this dialect does. The media type of the answer then names the view. `X-Diglot-Hidden` names the fields that are set but not shown there.',
    example: [...views.keys()].at(-1),
  });

/** The media type of an answer that shows a resource as another dialect does. */
export const viewType = (name: string) => `application/json; view=${name}`;

/** The other views in which `?view=` can show the contact of an operation's answers. */
export const otherViews = (own: ContactView | undefined, { method, contact }: Operation): ContactView[] =>
  contact && method === 'get' ? [...views.values()].filter((view) => view !== own) : [];

/** The answer as the view shows its contact, with the header that names what the view cannot show. Throws `contact.not_shown`. */
export function viewed(answer: PlainAnswer, own: ContactView, name = own.name): PlainAnswer {
  const contact = answer.contact ?? (answer.revision as Contact | undefined);
  if (!contact) return answer;
  const view = views.get(name)!;
  const hidden = hiddenIn(view, contact);
  const headers = hidden === '' ? undefined : { 'X-Diglot-Hidden': hidden };
  if (view === own) return { ...answer, headers };
  const body = view.show(contact);
  if (body === null) throw new Problem('contact.not_shown');
  return { ...answer, body, headers: { ...headers, 'Content-Type': `${viewType(name)}; charset=utf-8` } };
}

type Unseen = (readonly [field: keyof ContactFields, word: string])[];
/** By view: the fields that it has no word for, in the words of the others. */
const unseen = new Map<ContactView, Unseen>();

function unseenIn(view: ContactView): Unseen {
  const known = unseen.get(view);
  if (known) return known;
  const all = [...views.values()].map(({ words }) => words);
  // the second time for the values: those of the first dialect that has a word
  const words = Object.assign({}, ...all, ...all.toReversed());
  const found = Object.entries(words).filter(([field]) => !(field in view.words)) as Unseen;
  unseen.set(view, found);
  return found;
}

const hiddenIn = (view: ContactView, contact: Contact): string =>
  unseenIn(view)
    .filter(([field]) => isSet(contact[field]))
    .map(([, word]) => word)
    .join(', ');

const isSet = (value: Contact[keyof ContactFields]) =>
  typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : value !== null;
