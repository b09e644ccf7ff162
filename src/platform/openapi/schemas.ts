/** Turns zod's schemas into those of an OpenAPI 3.1 document, which are JSON Schema 2020-12. */
import * as z from 'zod/mini';

// biome-ignore lint/suspicious/noExplicitAny: a document, as JSON
type Json = any;

/** Writes schemas for one document. A schema with an id is written once, into `components`, and referred to. */
export class SchemaWriter {
  readonly components: Record<string, Json> = {};

  /** The schema of what callers send, or of what they are answered. */
  write(schema: z.ZodMiniType): Json {
    // inside an object, a schema with an id becomes a reference, too
    const json: Json = z.toJSONSchema(z.object({ schema }), {
      io: 'input',
      unrepresentable: 'any',
      override: ({ zodSchema, jsonSchema }) => simplify(zodSchema, jsonSchema),
    });
    for (const [id, component] of Object.entries<Json>(json.$defs ?? {}))
      this.components[id] = referring(component);
    return referring(json.properties.schema);
  }

  /** The parameters that an object's properties describe. */
  parameters(place: 'path' | 'query' | 'header', object: z.ZodMiniObject | undefined): Json[] {
    if (!object) return [];
    const { properties, required = [] } = z.toJSONSchema(object, { io: 'input' });
    return Object.keys(properties!).map((name) => {
      const { description, ...schema } = this.write(object.shape[name] as z.ZodMiniType);
      return { name, in: place, required: required.includes(name), description, schema };
    });
  }
}

/** Removes what zod writes and no reader of such documents needs; `string | null` becomes `type: ["string", "null"]`. */
function simplify(zodSchema: z.core.$ZodType, schema: Json): void {
  const meta = z.globalRegistry.get(zodSchema);
  for (const name of ['id', 'propertyNames']) delete schema[name];
  // a description that names the type says everything
  if (meta?.type) for (const name of ['anyOf', 'enum', 'const']) delete schema[name];
  if (meta?.default !== undefined) schema.default = meta.default;
  // without a format, generators for Go take 32-bit floats; with one, zod leaves a union of types as `anyOf`, and they need that, too
  if ([schema.type].flat().includes('number')) schema.format = 'double';
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  const [one, other, ...more] = schema.anyOf ?? [];
  if (other?.type !== 'null' || typeof one.type !== 'string' || 'const' in one || more.length > 0) return;
  delete schema.anyOf;
  Object.assign(schema, { ...one, ...schema, type: [one.type, 'null'] });
  if (schema.enum) schema.enum = [...schema.enum, null];
}

const referring = (schema: Json): Json =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/'));
