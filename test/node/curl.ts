/**
 * As much of curl as the documentation uses, for machines that have no curl: `curl -s[i] -X PUT <url> -H <header> -d <body>`. It fails for an answer
 * that the OpenAPI document does not describe.
 */
import { parseArgs } from 'node:util';
import { documentedBy } from '../documented.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    silent: { type: 'boolean', short: 's' },
    request: { type: 'string', short: 'X' },
    header: { type: 'string', short: 'H', multiple: true },
    data: { type: 'string', short: 'd' },
  },
});
const [given = ''] = positionals;
const url = given.startsWith('http') ? given : `http://${given}`;
const request = new Request(url, {
  method: values.request ?? (values.data === undefined ? 'GET' : 'POST'),
  headers: (values.header ?? []).map((header) => header.split(/: */, 2) as [string, string]),
  ...(values.data !== undefined && { body: values.data }),
});
const answer = await fetch(request);
const document = await fetch(new URL('/openapi.json', url));
await documentedBy(await document.json())(request, answer);
process.stdout.write(await answer.text());
