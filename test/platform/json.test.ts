import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../../src/platform/json.ts';
import { Problem } from '../../src/platform/problem.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

function fault(body: Uint8Array): string | null {
  try {
    parseJson(body);
    return null;
  } catch (thrown) {
    if (!(thrown instanceof Problem)) throw thrown;
    return thrown.errors[0]?.code ?? thrown.code;
  }
}

describe('parseJson', () => {
  it('gives what JSON.parse gives, for any value in any layout', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('', ' ', '\t\r\n'), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(parseJson(bytes(text))).toEqual(JSON.parse(text));
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps __proto__ as a member', () => {
    const value = parseJson(bytes('{"__proto__":{"a":1},"constructor":2}')) as object;
    expect(Object.keys(value)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  it('drops one UTF-8 byte order mark', () => {
    expect(parseJson(bytes('\ufeff{"a":1}'))).toEqual({ a: 1 });
    expect(fault(bytes('\ufeff\ufeff{}'))).toBe('body.malformed_json');
  });

  it.each([
    ['a stray continuation octet', [0x22, 0x80, 0x22]],
    ['a cut sequence', [0x22, 0xc3, 0x22]],
    ['an overlong slash', [0x22, 0xc0, 0xaf, 0x22]],
    ['a surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['UTF-16 with a byte order mark', [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]],
    ['Latin-1', [0x22, 0xfc, 0x22]],
  ])('refuses %s', (_, octets) => {
    expect(fault(Uint8Array.from(octets))).toBe('body.invalid_encoding');
    expect(parseJson(bytes('"ü"'))).toBe('ü'); // and the decoder still works afterwards
  });

  it.each([
    '',
    ' ',
    '{',
    '{"a":1,}',
    '[1,]',
    '{}{}',
    '{a:1}',
    "{'a':1}",
    'NaN',
    '01',
    '"\t"',
    '"\\x"',
    'nul',
    '\0',
  ])('refuses %j as malformed', (text) => expect(fault(bytes(text))).toBe('body.malformed_json'));

  it.each([
    '{"a":1,"a":1}',
    '{"a":1,"b":2,"a":3}',
    '{"a":1,"\\u0061":2}',
    '{"\\ud83d\\ude00":1,"😀":2}',
    '{"\\"":1,"\\u0022":2}',
    '{"\\\\":1,"\\\\":2}',
    '{"":1 , "" : 2}',
    '{"a/b~c":1,"a/b~c":2}',
    '{"__proto__":1,"__proto__":2}',
    '{"1":1,"1":2}',
    '[0,{"a":[[],{"b":"x,y","b":{}}]}]',
    '{"x":{"a":1},"y":{"a":1,"z":[1,2],"a":2}}',
    '{"x":{"a":1},"x":{}}',
    '{"x":{"y":{},"z":[{}]},"y":0,"y":1}',
  ])('finds the duplicate in %s', (text) => expect(fault(bytes(text))).toBe('body.duplicate_key'));

  it.each([
    '{"a":{"a":{"a":1}}}',
    '[{"a":1},{"a":1}]',
    '{"a":"a","b":"a"}',
    '{"a":"\\"a\\":1,","b":"{\\"a\\":1"}',
    '{"a":[":",",","{","}","[","]"],"b":"\\\\"}',
    '{"a":1,"A":2,"a ":3,"á":4,"a\u0301":5}',
    '["a","a",{"b":["b"]},"a"]',
  ])('finds none in %s', (text) => expect(parseJson(bytes(text))).toEqual(JSON.parse(text)));

  it('finds a duplicate wherever one is put', () => {
    const name = fc.string({
      unit: fc.constantFrom('a', 'b', '"', '\\', '/', '~', '{', ',', ':', '😀', '\n'),
      maxLength: 3,
    });
    const plain = fc.uniqueArray(name, { maxLength: 6 });
    fc.assert(
      fc.property(plain, fc.nat(), fc.nat(2), (names, pick, depth) => {
        const members = (list: string[]) => `{${list.map((one) => `${JSON.stringify(one)}:[{}]`).join()}}`;
        const wrap = (text: string) => '[0,{"in":'.repeat(depth) + text + '}]'.repeat(depth);
        expect(fault(bytes(wrap(members(names))))).toBeNull();
        fc.pre(names.length > 0);
        const twice = names[pick % names.length] as string;
        expect(fault(bytes(wrap(members([...names, twice]))))).toBe('body.duplicate_key');
      }),
    );
  });

  it('reads 64 levels and no more', () => {
    const arrays = (depth: number) => bytes(`${'['.repeat(depth)}${']'.repeat(depth)}`);
    const objects = (depth: number) => bytes(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`);
    expect(fault(arrays(64))).toBeNull();
    expect(fault(objects(64))).toBeNull();
    expect(fault(arrays(65))).toBe('body.too_deep');
    expect(fault(objects(65))).toBe('body.too_deep');
    expect(fault(bytes(`[${'[[]],'.repeat(1000)}0]`))).toBeNull();
  });

  it('reads hostile bodies of 256 KiB in time that grows with their length only', () => {
    const bodies = [
      `${'['.repeat(131_000)}${']'.repeat(131_000)}`,
      '['.repeat(262_144),
      `"${'\\'.repeat(262_140)}"`,
      `["${'\\"'.repeat(131_000)}"]`,
      `[${'{},'.repeat(87_000)}0]`,
      `{${Array.from({ length: 24_000 }, (_, index) => `"k${index}":1`).join()}}`,
      `{${Array.from({ length: 14_000 }, (_, index) => `"\\u006b${index}":1`).join()}}`,
      `{"${'a'.repeat(131_000)}":1,"${'a'.repeat(131_000)}":2}`,
    ].map(bytes);
    for (const body of bodies) {
      const started = performance.now();
      fault(body);
      expect(performance.now() - started).toBeLessThan(2_000);
    }
  });
});
