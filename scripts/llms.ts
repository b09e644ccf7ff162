/** llms.txt (llmstxt.org): the same documentation for language models. */
import { dialects } from './documents.ts';
import type { Page } from './markdown.ts';

const INTRODUCTION = `# diglot

> One book of contacts for accounts-receivable teams that speaks two vendors' APIs: the ingest dialect (/api/v1/ingest, by your own references) and the agent dialect (/api/public/v1, by ids). What one writes, the other reads in its next request.
`;

const DOCUMENTS = [
  '- [OpenAPI 3.1 of everything](/openapi.json)',
  ...dialects.map(({ label, path }) => `- [OpenAPI 3.1 of the ${label}](${path})`),
].join('\n');

/** The first sentence after the title, in plain text. */
const lead = ({ text }: Page) => {
  const paragraph = text.split('\n\n').find((part) => /^(?:[A-Z]|`[^`])/.test(part.trim())) ?? '';
  return paragraph
    .replaceAll('\n', ' ')
    .replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1')
    .split(/(?<=[.:])\s/)[0]!
    .replace(/:$/, '.');
};

/** The index of the documentation. */
export const llms = (pages: readonly Page[]) => `${INTRODUCTION}
## Documents

${DOCUMENTS}

## Pages

${pages.map((page) => `- [${page.title}](${page.path}): ${lead(page)}`).join('\n')}

## Optional

- [All pages in one file, with a list of every call](/llms-full.txt)
`;

// biome-ignore lint/suspicious/noExplicitAny: a document, as JSON
type Json = any;

/** Rewrites links between pages to the paths under which they are served. */
const withPaths = (text: string) =>
  text.replaceAll(/\]\((?![a-z]+:|[/#])(?:docs\/)?([^)#]+?)(?:\.md)?(#[^)]*)?\)/g, '](/docs/$1$2)');

/** Everything in one file: the pages, and every call in a line or two. */
export function llmsFull(pages: readonly Page[], document: Json): string {
  const calls = Object.entries<Json>(document.paths).flatMap(([path, item]) =>
    Object.entries<Json>(item).map(([method, { summary, description, responses }]) => {
      const statuses = Object.keys(responses).join(', ');
      const more = description === `${summary}.` ? '' : ` ${description.replaceAll(/\s+/g, ' ')}`;
      return `- \`${method.toUpperCase()} ${path}\`: ${summary}.${more} Statuses: ${statuses}.`;
    }),
  );
  return [
    INTRODUCTION,
    `## Documents\n\n${DOCUMENTS}\n`,
    `## Calls\n\n${calls.join('\n')}\n`,
    ...pages.map(({ text }) => withPaths(text.replaceAll(/<a id="[^"]+"><\/a>/g, ''))),
  ].join('\n');
}
