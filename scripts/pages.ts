/** `npm run build`: the pages and documents that the Worker serves as static assets, into build/public. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { DEMO_KEY } from '../src/core/key.ts';
import { dialects, documents } from './documents.ts';
import { llms, llmsFull } from './llms.ts';
import { type Page, render, titleOf } from './markdown.ts';

const ROOT = join(import.meta.dirname, '..');
const TARGET = join(ROOT, 'build/public');
const SCALAR = join(ROOT, 'node_modules/@scalar/api-reference/dist/browser/standalone.js');

/** The order in which people read the pages. The other pages of docs/ follow. */
const ORDER = ['quick-start', 'contract', 'matching', 'errors', 'operating', 'architecture'];

const source = (name: string) => readFileSync(join(ROOT, 'public', name), 'utf8');
const fill = (template: string, values: Record<string, string>) =>
  template.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => values[name]!);

const rank = (name: string) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
const pages: Page[] = readdirSync(join(ROOT, 'docs'))
  .filter((file) => file.endsWith('.md'))
  .map((file) => basename(file, '.md'))
  .sort((one, other) => rank(one) - rank(other) || one.localeCompare(other))
  .map((name) => {
    const text = readFileSync(join(ROOT, 'docs', `${name}.md`), 'utf8');
    return { name, path: `/docs/${name}`, title: titleOf(text), text };
  });

const links = [
  { path: '/', title: 'diglot' },
  { path: '/docs', title: 'API reference' },
  ...pages.map(({ path, title }) => ({ path, title: title.replace(/^The /, '').replace(/:.*/, '') })),
];
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
const navigation = (here: string) =>
  links
    .map(
      ({ path, title }) =>
        `<a href="${path}"${path === here ? ' aria-current="page"' : ''}>${path === '/' ? title : capital(title)}</a>`,
    )
    .join('\n        ');

const layout = (path: string, title: string, content: string) =>
  fill(source('layout.html'), { title, content, navigation: navigation(path) });

/** The documents between which the API reference switches, the first one first. */
const documentsShown = [
  ...dialects.map(({ label, name, path }) => ({ title: capital(label), slug: name, url: path })),
  { title: 'Everything', slug: 'everything', url: '/openapi.json' },
];

const texts: Record<string, string | Uint8Array> = {
  'index.html': layout(
    '/',
    'diglot',
    fill(source('landing.html'), {
      pages: pages.map(({ path, title }) => `<li><a href="${path}">${title}</a></li>`).join(''),
    }),
  ),
  'docs.html': fill(source('reference.html'), { navigation: navigation('/docs') }),
  'docs/reference.css': source('reference.css'),
  'docs/reference.js': fill(source('reference.js'), {
    demoKey: DEMO_KEY,
    documents: JSON.stringify(documentsShown),
  }),
  'docs/landing.js': source('landing.js'),
  'docs/frame.css': source('frame.css'),
  'docs/style.css': source('style.css'),
  'docs/scalar.js': readFileSync(SCALAR),
  'favicon.svg': source('favicon.svg'),
};
for (const file of readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }))
  if (file.endsWith('.svg'))
    texts[`docs/${file.replaceAll('\\', '/')}`] = readFileSync(join(ROOT, 'docs', file));
for (const page of pages)
  texts[`docs/${page.name}.html`] = layout(page.path, `${page.title} · diglot`, await render(page.text));
for (const [path, document] of Object.entries(await documents()))
  texts[path.slice(1)] = JSON.stringify(document);
texts['llms.txt'] = llms(pages);
texts['llms-full.txt'] = llmsFull(pages, JSON.parse(texts['openapi.json'] as string));

// Writes only what has changed, so that a running server never meets half a file.
for (const [path, content] of Object.entries(texts)) {
  const file = join(TARGET, path);
  if (same(file, content)) continue;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}
for (const file of readdirSync(TARGET, { recursive: true, withFileTypes: true })) {
  const path = join(file.parentPath, file.name);
  if (file.isFile() && !(relative(TARGET, path) in texts)) rmSync(path);
}

function same(file: string, content: string | Uint8Array): boolean {
  try {
    return readFileSync(file).equals(Buffer.from(content));
  } catch {
    return false;
  }
}
