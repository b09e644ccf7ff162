/** A refusal in a form that tests can compare. */
import type { Reply } from './client.ts';

/** Its status, and the pointer and code of each of its faults. */
export const faultsOf = ({ status, body }: Reply) => [
  status,
  body.errors?.map(({ pointer, code }: Record<string, string>) => [pointer, code]),
];
