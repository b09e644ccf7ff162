/** After a run of all tests: fails it for every answer that the OpenAPI document lists for an operation, but that no test in workerd was given. */
import { readFileSync } from 'node:fs';
import type { Reporter, TestModule, Vitest } from 'vitest/node';

type Item = Record<string, { operationId: string; responses: object }>;

/** Without 500, which no test can foresee. */
function documented(): string[] {
  const text = readFileSync(new URL('../../build/public/openapi.json', import.meta.url), 'utf8');
  const { paths } = JSON.parse(text) as { paths: Record<string, Item> };
  return Object.values(paths)
    .flatMap((item) => Object.values(item))
    .flatMap(({ operationId, responses }) =>
      Object.keys(responses).map((status) => `${operationId} ${status}`),
    )
    .filter((answer) => !answer.endsWith(' 500'));
}

export default class implements Reporter {
  private vitest!: Vitest;

  onInit(vitest: Vitest) {
    this.vitest = vitest;
  }

  async onTestRunEnd(modules: readonly TestModule[]) {
    const { config, logger } = this.vitest;
    const all = await this.vitest.globTestSpecifications();
    if (modules.length < all.length || config.testNamePattern || config.project.length > 0) return;
    const seen = new Set(modules.flatMap((module) => [...(module.meta().seen ?? [])]));
    const never = documented().filter((answer) => !seen.has(answer));
    if (never.length === 0) return;
    logger.error(`Documented, and never answered in any test: ${never.join(', ')}`);
    process.exitCode = 1;
  }
}
