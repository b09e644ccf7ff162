// How this dialect words its problems: its own names for our fields, and the status in the text of a 404, which public clients look for there.
import type { Wording } from '../../platform/problem.ts';

export const wording: Wording = {
  pointers: { currency: '/currencyCode' },
  detail: (status, detail) => (status === 404 ? `404: ${detail}` : detail),
};
