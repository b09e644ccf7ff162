/** Puts recorded calls into an OpenAPI document as its examples, and removes the components that nothing refers to. */

/** A call and its answer, as scripts/openapi/record.ts has recorded them. */
export interface Example {
  operation: string;
  name: string;
  request: {
    params?: Record<string, string>;
    query?: Record<string, string>;
    headers?: Record<string, string>;
    body?: unknown;
  };
  status: number;
  /** The media type of the answer, where it is not plain JSON. */
  type?: string;
  body?: unknown;
}

// biome-ignore lint/suspicious/noExplicitAny: a document, as JSON
type Json = any;

const titled = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

/**
 * The document with the examples of its own operations. Throws when one of them sends a body to an operation that takes none, or was answered with a
 * media type that its status does not have. An answer whose status the operation does not document is left out.
 */
export function withExamples(document: Json, examples: readonly Example[]): Json {
  for (const item of Object.values<Json>(document.paths)) {
    for (const operation of Object.values<Json>(item)) {
      for (const parameter of operation.parameters ?? []) dropExample(parameter);
      const own = examples.filter((example) => example.operation === operation.operationId);
      for (const { name, request, status, type = 'application/json', body } of own) {
        const add = (place: Json, value: unknown) => {
          place.examples ??= {};
          place.examples[name] = { summary: titled(name), value };
        };
        const sent: Record<string, string> = { ...request.params, ...request.query, ...request.headers };
        for (const parameter of operation.parameters ?? [])
          if (sent[parameter.name] !== undefined) add(parameter, typed(parameter, sent[parameter.name]!));
        if (request.body !== undefined) add(operation.requestBody.content['application/json'], request.body);
        const content = operation.responses[status]?.content;
        if (content) add(content[type], body);
      }
    }
  }
  return prune(document);
}

const typed = ({ schema }: Json, text: string) =>
  ['integer', 'boolean'].includes(schema.type) ? JSON.parse(text) : text;

/**
 * Removes the example of an optional parameter's schema, so that only recorded examples remain: forms that try a call would send every other one,
 * too.
 */
function dropExample({ required, schema }: Json): void {
  if (!required) delete schema?.example;
}

/** Without the components that nothing refers to. */
function prune(document: Json): Json {
  const kinds = ['headers', 'parameters', 'examples'];
  const referred = JSON.stringify(document);
  for (const kind of kinds) {
    const components = document.components[kind] ?? {};
    for (const name of Object.keys(components))
      if (!referred.includes(`"#/components/${kind}/${name}"`)) delete components[name];
    if (Object.keys(components).length === 0) delete document.components[kind];
  }
  return document;
}
