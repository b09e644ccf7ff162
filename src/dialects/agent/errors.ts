// How this dialect words its problems: its own names for our fields, and the status that public clients look for in a 404's text.
import type { Wording } from '../../platform/problem.ts';

export const wording: Wording = {
  pointers: { currency: '/currencyCode' },
  detail: (status, detail) => (status === 404 ? `404: ${detail}` : detail),
};
