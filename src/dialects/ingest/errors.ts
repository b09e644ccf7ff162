// How this dialect words its problems: its own names for the fields that a failure names.
import type { Wording } from '../../platform/problem.ts';

export const wording: Wording = {
  pointers: { customFields: '/custom_fields/collections', isParentAccount: '/is_parent_account' },
  detail: (_status, detail) => detail,
};
