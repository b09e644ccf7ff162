// Vendor page: Phone Book API, "Authentication".
import { openBook } from '../../../src/platform/auth.ts';
import { defineDialect } from '../../../src/platform/dialect.ts';
import { plainWording } from '../../../src/platform/problem.ts';

export const phonebook = defineDialect({
  base: '/api/phonebook/v1',
  wording: plainWording,
  answers: () => import('./answers.ts'),
  documentation: {
    title: 'diglot: phone book dialect',
    tag: 'Phone book',
    description: 'The phone book dialect (`/api/phonebook/v1`): who is called what, and at which number.',
    security: ['apiKey', 'bearer'],
  },
  scopes: { reads: ['accounts:read', 'accounts:all'], writes: ['accounts:all'] },
  open: (c, scopes) => openBook(c, scopes, 'Bearer'),
});
