/** `npm run client`: the types of the dialects, from their documents. With `--check` it writes nothing, and fails where they would differ. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import openapiTS, { astToString } from 'openapi-typescript';
import { dialects, documents } from '../../scripts/documents.ts';

const NOTE = '// Made by `npm run client` from the OpenAPI document. Do not edit.\n';
const checks = process.argv.includes('--check');

const served = await documents();
for (const { name, path } of dialects) {
  const file = join(import.meta.dirname, `src/schema/${name}.ts`);
  const text = NOTE + astToString(await openapiTS(JSON.parse(JSON.stringify(served[path]), withTypes)));
  if (!checks) writeFileSync(file, text);
  else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    console.error(`${relative('', file)} is not what the documents make. Run: npm run client`);
    process.exitCode = 1;
  }
}

/** Values of maps that say only what they are not, with the types that they are then: openapi-typescript does not see `not`. */
function withTypes(name: string, value: { not?: { type: string[] } }) {
  if (name !== 'additionalProperties' || !value.not) return value;
  const { not } = value;
  return {
    ...value,
    type: ['string', 'number', 'boolean', 'null'].filter((type) => !not.type.includes(type)),
  };
}
