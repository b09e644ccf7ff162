/** As much of curl as the documentation uses, for machines that have none: `curl -s[i] -X PUT <url> -H <header> -d <body>`. */
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    silent: { type: 'boolean', short: 's' },
    request: { type: 'string', short: 'X' },
    header: { type: 'string', short: 'H', multiple: true },
    data: { type: 'string', short: 'd' },
  },
});
const [url = ''] = positionals;
const answer = await fetch(url.startsWith('http') ? url : `http://${url}`, {
  method: values.request ?? (values.data === undefined ? 'GET' : 'POST'),
  headers: (values.header ?? []).map((header) => header.split(/: */, 2) as [string, string]),
  ...(values.data !== undefined && { body: values.data }),
});
process.stdout.write(await answer.text());
