/** How the report shows numbers. */

/** A table in Markdown: words in the first column, numbers in the others. */
export const table = (head: string[], rows: (string | number)[][]) =>
  [head, head.map((_, column) => (column === 0 ? '---' : '---:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
export const times = (value: number) => `${value.toFixed(2)}×`;
export const whole = (value: number) => Math.round(value).toLocaleString('en-US');
export const dollars = (value: number) => `$${value < 10 ? value.toFixed(2) : whole(value)}`;
export const percent = (part: number, all: number) => `${whole((100 * part) / all)} %`;
export const kilobytes = (bytes: number) => `${(bytes / 1024).toFixed(1)} KiB`;
