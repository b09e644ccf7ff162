import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checksum, DEMO_KEY, isWellFormedKey, keyFrom } from '../../src/core/key.ts';

const base62 = fc.constantFrom(...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz');

const mintKey = () => keyFrom(crypto.getRandomValues(new Uint8Array(64)));

describe('keyFrom', () => {
  it('gives well-formed keys of one shape that never repeat', () => {
    const keys = Array.from({ length: 500 }, mintKey);
    for (const key of keys) expect(key).toMatch(/^dgl_[0-9A-Za-z]{32}_[0-9A-Za-z]{6}$/);
    expect(keys.every(isWellFormedKey)).toBe(true);
    expect(new Set(keys).size).toBe(500);
  });

  it('uses every character equally often', () => {
    const seen = new Map<string, number>();
    for (let round = 0; round < 4000; round++) {
      for (const character of mintKey().slice(4, 36)) seen.set(character, (seen.get(character) ?? 0) + 1);
    }
    const expected = (4000 * 32) / 62; // 2065, standard deviation 45: seven of them never happen by chance
    expect(seen.size).toBe(62);
    for (const count of seen.values()) expect(Math.abs(count - expected)).toBeLessThan(315);
  });
});

describe('checksum', () => {
  it('is the CRC-32 of zip in six base62 digits', () => {
    // check value of CRC-32/ISO-HDLC: crc('123456789') = 0xcbf43926 = 3421780262
    let value = 0;
    for (const digit of checksum('123456789')) {
      value = value * 62 + '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'.indexOf(digit);
    }
    expect(value).toBe(0xcbf43926);
    expect(checksum('')).toBe('000000');
  });
});

describe('isWellFormedKey', () => {
  it('accepts the demo key as it stands in the file', () => {
    expect(isWellFormedKey(DEMO_KEY)).toBe(true);
    expect(DEMO_KEY).toBe(
      `dgl_LocalOnlyDemoKeyDoNotDeploy00000_${checksum('LocalOnlyDemoKeyDoNotDeploy00000')}`,
    );
  });

  it('accepts any random part of 20 to 64 characters with its checksum, and no other length', () => {
    const random = fc.string({ unit: base62, minLength: 80, maxLength: 80 });
    fc.assert(
      fc.property(random, fc.constantFrom(0, 1, 19, 20, 21, 32, 63, 64, 65, 80), (text, length) => {
        const part = text.slice(0, length);
        expect(isWellFormedKey(`dgl_${part}_${checksum(part)}`)).toBe(length >= 20 && length <= 64);
      }),
    );
  });

  it('refuses a key with any one character changed', () => {
    const key = mintKey();
    for (let at = 0; at < key.length; at++) {
      const wrong = `${key.slice(0, at)}${key[at] === 'x' ? 'y' : 'x'}${key.slice(at + 1)}`;
      expect(isWellFormedKey(wrong), wrong).toBe(false);
    }
  });

  it.each(['', '.', '..', 'dgl_', `${DEMO_KEY}\n`, ` ${DEMO_KEY}`, `${DEMO_KEY}0`, 'é'.repeat(43)])(
    'refuses %j',
    (text) => expect(isWellFormedKey(text)).toBe(false),
  );

  it('refuses a megabyte at once', () => {
    const started = performance.now();
    for (let round = 0; round < 100; round++) isWellFormedKey('dgl_'.repeat(250_000));
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
