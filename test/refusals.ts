/** What a refusal says, in a form to compare. */
import type { Reply } from './client.ts';

/** Its status, and the pointer and code of each of its faults. */
export const faultsOf = ({ status, body }: Reply) => [
  status,
  body.errors?.map(({ pointer, code }: Record<string, string>) => [pointer, code]),
];
