/** Every link in the documents leads somewhere: in the repository, and on the pages that the build makes of docs/. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { expect, it } from 'vitest';
import { problems } from '../../src/platform/problems.ts';

const ROOT = join(import.meta.dirname, '../..');
const PUBLIC = join(ROOT, 'build/public');

const filesIn = (folder: string, ending: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .map((file) => join(folder, file));
const texts = [...readdirSync(ROOT).filter((file) => file.endsWith('.md')), 'packages/client/README.md'].map(
  (file) => join(ROOT, file),
);
const sources = [...texts, ...filesIn(join(ROOT, 'docs'), '.md')];
const pages = filesIn(PUBLIC, '.html');

/** The anchor that GitHub makes of a heading's text. */
const slug = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');

function anchorsIn(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  const own = [...text.matchAll(/\bid="([^"]+)"/g)].map(([, id]) => id!);
  const headings = file.endsWith('.md') ? [...text.matchAll(/^#+ (.+)$/gm)] : [];
  return [...own, ...headings.map(([, heading]) => slug(heading!))];
}

/** What is wrong with a link to this file and to this anchor in it; null when nothing is. */
function faultOf(file: string, anchor: string | undefined): string | null {
  if (!existsSync(file)) return 'leads to nothing';
  return anchor && !anchorsIn(file).includes(anchor) ? `leads to no #${anchor}` : null;
}

/** The file that the asset server finds at a path; the Worker itself answers /health. */
const served = (path: string) =>
  [`${path}.html`, `${path}/index.html`, path].map((file) => join(PUBLIC, file)).find(existsSync) ?? path;

it('links in the repository lead to files and headings that there are', () => {
  const broken = sources.flatMap((source) =>
    [...readFileSync(source, 'utf8').matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, href]) => {
      if (/^https?:/.test(href!)) return [];
      const [path, anchor] = href!.split('#');
      const fault = faultOf(path ? join(dirname(source), path) : source, anchor);
      return fault ? [`${relative(ROOT, source)}: ${href} ${fault}`] : [];
    }),
  );
  expect(broken).toEqual([]);
  expect(sources.length).toBeGreaterThan(12);
});

it.each(['llms.txt', 'llms-full.txt'])('links in /%s lead to what is served', (file) => {
  const links = [...readFileSync(join(PUBLIC, file), 'utf8').matchAll(/\]\(([^)\s]+)\)/g)].map(
    ([, href]) => href!,
  );
  const own = links.filter((href) => !/^https?:/.test(href));
  const broken = own.filter(
    (href) => !href.startsWith('#') && !(href.startsWith('/') && existsSync(served(href.split('#')[0]!))),
  );
  expect(broken).toEqual([]);
  expect(own.length).toBeGreaterThan(3);
});

it('links on the pages lead to what is served', () => {
  let links = 0;
  const broken = pages.flatMap((page) =>
    [...readFileSync(page, 'utf8').matchAll(/\b(?:href|src)="([^"]+)"/g)].flatMap(([, href]) => {
      if (/^https?:/.test(href!) || href === '/health') return [];
      links += 1;
      const { pathname, hash } = new URL(href!, `https://diglot.test/${relative(PUBLIC, page)}`);
      const fault = faultOf(served(pathname), hash.slice(1));
      return fault ? [`${basename(page)}: ${href} ${fault}`] : [];
    }),
  );
  expect(broken).toEqual([]);
  expect(links).toBeGreaterThan(50);
});

it('the type of each problem leads to its paragraph', () => {
  const anchors = anchorsIn(served('/docs/errors'));
  expect(Object.keys(problems).filter((code) => !anchors.includes(code))).toEqual([]);
});
