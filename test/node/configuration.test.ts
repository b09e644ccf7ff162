/** What wrangler.toml configures on the platform, where no test of the Worker would notice a mistake. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { unstable_readConfig as readConfig } from 'wrangler';

const { observability } = readConfig({ config: join(import.meta.dirname, '../../wrangler.toml') });

it('keeps addresses out of the log: a line of ours has the URL of its request beside it', () => {
  expect(observability).toMatchObject({ redact_query_string: true, logs: { invocation_logs: false } });
});
