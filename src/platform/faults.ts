/** From zod's issues to the faults of an answer: a pointer, a stable code, a message that never repeats the value. */
import type { z } from 'zod/mini';
import type { FaultCode } from './fault-codes.ts';
import type { Fault } from './problem.ts';

/** The checked value, or the faults for which there is none. */
type Checked<Output> = { value: Output; faults: [] } | { value: undefined; faults: Fault[] };

/** Checks a body; pointers are RFC 6901. Unknown fields are ignored: zod leaves them out of the value. */
export const checkBody = <S extends z.ZodMiniType>(schema: S, value: unknown) =>
  check(schema, value, pointer);

/** Checks parameters; the pointer is the parameter's name. */
export const checkParameters = <S extends z.ZodMiniType>(schema: S, values: Record<string, unknown>) =>
  check(schema, values, ([name]) => String(name));

function check<S extends z.ZodMiniType>(
  schema: S,
  input: unknown,
  point: (path: readonly PropertyKey[]) => string,
): Checked<z.output<S>> {
  const result = schema.safeParse(input);
  if (result.success) return { value: result.data, faults: [] };
  const faults = result.error.issues.map((issue) => ({
    pointer: point(issue.path),
    ...explain(issue, input),
  }));
  return { value: undefined, faults };
}

const pointer = (path: readonly PropertyKey[]) =>
  path.map((segment) => `/${String(segment).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

function explain(issue: z.core.$ZodIssue, input: unknown): Omit<Fault, 'pointer'> {
  if (issue.code === 'custom')
    return { code: (issue.params?.code as FaultCode) ?? 'field.invalid', message: issue.message };
  const value = valueAt(input, issue.path);
  // null means "not set" everywhere: where it is refused, a value is required
  if (value === undefined || (value === null && issue.path.length > 0))
    return { code: 'field.required', message: 'This is required.' };
  const expected = expectedType(issue);
  if (expected) return { code: 'field.type', message: `This must be of type ${expected}.` };
  if (issue.code === 'invalid_value')
    return { code: 'field.value', message: `This must be one of ${issue.values.join(', ')}.` };
  if (issue.code === 'too_small')
    return { code: 'field.invalid', message: `This must ${bound(issue, 'at least', issue.minimum)}.` };
  if (issue.code === 'too_big')
    return { code: 'field.invalid', message: `This must ${bound(issue, 'at most', issue.maximum)}.` };
  return { code: 'field.invalid', message: 'This is not valid.' };
}

/** The type that is missing. The first alternative of a union is its type, the others are values that stand for some of it. */
function expectedType(issue: z.core.$ZodIssue): string | undefined {
  const [first] = issue.code === 'invalid_union' ? (issue.errors[0] ?? []) : [issue];
  return first?.code === 'invalid_type' ? first.expected : undefined;
}

const bound = ({ origin }: { origin: string }, side: 'at least' | 'at most', count: number | bigint) =>
  origin === 'array' ? `have ${side} ${count} ${count > 1 ? 'items' : 'item'}` : `be ${side} ${count}`;

const valueAt = (input: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key],
    input,
  );
