import { describe, expect, it } from 'vitest';
import { newContact, withOneName } from '../../src/core/contact.ts';

describe('withOneName', () => {
  it('clears both parts when a whole name is given', () => {
    expect(withOneName({ name: 'Ann Other', phone: '1' })).toEqual({
      name: 'Ann Other',
      firstName: null,
      lastName: null,
      phone: '1',
    });
  });

  it.each([{ firstName: 'Ann' }, { lastName: 'Other' }, { firstName: 'Ann', lastName: 'Other' }])(
    'clears the whole name when a part is given: %j',
    (changes) => {
      expect(withOneName(changes)).toEqual({ ...changes, name: null });
    },
  );

  it.each([
    {},
    { name: null },
    { firstName: null },
    { lastName: null },
    { phone: '1' },
    { name: null, firstName: null },
  ])('leaves alone what gives no name: %j', (changes) => {
    expect(withOneName(changes)).toEqual(changes);
  });

  it('changes nothing of what it was given', () => {
    const changes = Object.freeze({ name: 'Ann' });
    expect(withOneName(changes)).not.toBe(changes);
    expect(changes).toEqual({ name: 'Ann' });
  });
});

describe('newContact', () => {
  it('has what is given, and its full name as its name', () => {
    const contact = newContact({ fullName: 'Ann Other', language: 'en', isPrimary: true });
    expect(contact).toMatchObject({ name: 'Ann Other', language: 'en', isPrimary: true, customFields: {} });
    const rest = Object.entries(contact).filter(([, value]) => value === null);
    expect(rest).toHaveLength(Object.keys(contact).length - 4);
  });

  it('has no name without one', () => {
    expect(newContact({ email: 'ann@example.com' })).toMatchObject({ name: null, email: 'ann@example.com' });
  });

  it('has the name that is given as a name or in parts, too', () => {
    expect(newContact({ name: 'Ann Other' })).toMatchObject({ name: 'Ann Other' });
    expect(newContact({ firstName: 'Ann' })).toMatchObject({ name: null, firstName: 'Ann' });
  });
});
