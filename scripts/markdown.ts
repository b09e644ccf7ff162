/** docs/*.md as HTML: links lead to the pages as they are served, headings have anchors, and whatever scrolls can be scrolled by keyboard. */
import { Marked } from 'marked';

export interface Page {
  name: string;
  path: string;
  title: string;
  text: string;
}

/** The text of the page's first heading. */
export const titleOf = (text: string) => /^# (.+)$/m.exec(text)?.[1] ?? '';

const idOf = (html: string) =>
  html
    .replaceAll(/<[^>]+>/g, '')
    .replaceAll(/&\w+;/g, '')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-|-$/g, '');

const marked = new Marked({
  renderer: {
    heading({ tokens, depth }) {
      const html = this.parser.parseInline(tokens);
      const own = /<a id="/.test(html) ? '' : ` id="${idOf(html)}"`;
      return `<h${depth}${own}>${html}</h${depth}>\n`;
    },
    code({ text }) {
      const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
      return `<pre tabindex="0"><code>${escaped}</code></pre>\n`;
    },
    link({ href, tokens }) {
      const path = href.replace(/^(?:docs\/)?([\w-]+)\.md/, '/docs/$1');
      return `<a href="${path}">${this.parser.parseInline(tokens)}</a>`;
    },
    image({ href, text }) {
      return `<img src="/docs/${href}" alt="${text}">`;
    },
  },
});

/** The text of a page as HTML. */
export async function render(text: string): Promise<string> {
  const html = await marked.parse(text);
  let table = 0;
  return html
    .replaceAll(
      '<table>',
      () => `<div class="scroll" role="region" aria-label="Table ${++table}" tabindex="0"><table>`,
    )
    .replaceAll('</table>', '</table></div>')
    .replaceAll('<th></th>', '<td></td>');
}
