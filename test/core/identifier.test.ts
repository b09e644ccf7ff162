import { describe, expect, it } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import { identifierFault } from '../../src/core/text.ts';

describe('identifierFault', () => {
  it.each(['a', 'x'.repeat(255), '😀'.repeat(255), 'a/b', '%', '...', ' ', 'ü', '\u202e', '.a', 'a.', '..a'])(
    'takes %j',
    (text) => {
      expect(identifierFault(text)).toBeNull();
    },
  );

  it.each([
    ['', 'length'],
    ['x'.repeat(256), 'length'],
    ['😀'.repeat(256), 'length'],
    ['.', 'folded'],
    ['..', 'folded'],
    ['\0', 'unprintable'],
    ['a\tb', 'unprintable'],
    ['\x85', 'unprintable'],
    ['\ud800', 'unprintable'],
    ['\u2028', 'unprintable'],
    ['\u2029', 'unprintable'],
  ])('refuses %j: %s', (text, fault) => {
    expect(identifierFault(text)).toBe(fault);
  });
});

describe('Failure', () => {
  it('carries its code as its message, the fields at fault, and its cause', () => {
    const cause = new Error('why');
    const failure = new Failure('contact.incomplete', ['fullName'], { cause });
    expect(failure).toMatchObject({
      message: 'contact.incomplete',
      code: 'contact.incomplete',
      fields: ['fullName'],
      cause,
    });
    expect(new Failure('contact.not_found').fields).toEqual([]);
  });
});
