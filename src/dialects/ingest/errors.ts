// How this dialect words its problems: its own names for the fields that a failure names.
import { plainWording, type Wording } from '../../platform/problem.ts';

export const wording: Wording = {
  ...plainWording,
  pointers: { customFields: '/custom_fields/collections', isParentAccount: '/is_parent_account' },
};
