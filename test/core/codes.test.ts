import countryCodes from 'i18n-iso-countries/codes.json';
import languages from 'iso-639-1';
import { describe, expect, it } from 'vitest';
import { isCountry, isCurrency, isLanguage } from '../../src/core/codes.ts';

const LETTERS = [...'abcdefghijklmnopqrstuvwxyz'];
const PAIRS = LETTERS.flatMap((first) => LETTERS.map((second) => first + second));
const UPPER_PAIRS = PAIRS.map((pair) => pair.toUpperCase());

describe('isLanguage', () => {
  it('knows exactly the codes of iso-639-1', () => {
    expect(PAIRS.filter(isLanguage)).toEqual(languages.getAllCodes().toSorted());
  });
});

describe('isCountry', () => {
  it('knows exactly the codes of i18n-iso-countries', () => {
    expect(UPPER_PAIRS.filter(isCountry)).toEqual(countryCodes.map(([alpha2]) => alpha2).toSorted());
  });
});

describe('isCurrency', () => {
  const ours = LETTERS.flatMap((first) => PAIRS.map((pair) => (first + pair).toUpperCase())).filter(
    isCurrency,
  );
  const known = new Set(Intl.supportedValuesOf('currency'));

  it('knows every currency that CLDR calls current, but those that ISO has withdrawn', () => {
    const withdrawn = ['ANG', 'BGN', 'CUC', 'HRK', 'SLL', 'ZWL'];
    expect([...known].filter((code) => !isCurrency(code) && !withdrawn.includes(code))).toEqual([]);
    expect(withdrawn.filter(isCurrency)).toEqual([]);
  });

  it('adds to them only the funds, metals, units of account and special codes of ISO 4217, and the newest', () => {
    const funds = ['BOV', 'CHE', 'CHW', 'CLF', 'COU', 'MXV', 'USN', 'UYI', 'UYW'];
    const metals = ['XAG', 'XAU', 'XPD', 'XPT'];
    const units = ['XAD', 'XBA', 'XBB', 'XBC', 'XBD', 'XDR', 'XSU', 'XUA'];
    const newest = ['SLE', 'VED', 'XCG', 'ZWG']; // newer than the ICU of workerd, which is behind that of Node
    const special = [...funds, ...metals, ...units, ...newest, 'XTS', 'XXX'];
    expect(special.filter((code) => !isCurrency(code))).toEqual([]);
    expect(ours.filter((code) => !known.has(code) && !special.includes(code))).toEqual([]);
    expect(ours).toHaveLength(178);
  });

  it.each(['XAF', 'XCD', 'XOF', 'XPF'])('knows %s', (code) => expect(isCurrency(code)).toBe(true));
});

it.each(['', ' ', 'd', 'DE', 'de ', 'deu', 'de-AT', 'de\n', '__proto__'])('%j is no language', (code) =>
  expect(isLanguage(code)).toBe(false),
);
it.each(['', ' ', 'D', 'de', 'DE ', 'DEU', 'UK', 'EU', 'ZZ'])('%j is no country', (code) =>
  expect(isCountry(code)).toBe(false),
);
it.each(['', ' ', 'eur', 'EU', 'EUR ', 'EURO', 'DEM', 'AAA'])('%j is no currency', (code) =>
  expect(isCurrency(code)).toBe(false),
);
