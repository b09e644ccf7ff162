/** The plots of the report: SVG, drawn by Observable Plot on a DOM in memory. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as Plot from '@observablehq/plot';
import { Window } from 'happy-dom';

const FOLDER = join(import.meta.dirname, '../docs/performance');
const { document } = new Window();

/** Readable on light and dark pages alike. */
const style = { background: '#ffffff', color: '#1f2933', fontSize: '12px' };
const colors = ['#1f6feb', '#8b949e', '#c9d1d9', '#d29922'];

function save(name: string, options: Plot.PlotOptions): void {
  const svg = Plot.plot({ width: 720, style, ...options, document } as never);
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, `${name}.svg`), `${svg.outerHTML}\n`);
}

interface Bar {
  group: string;
  server: string;
  value: number;
}

/** Horizontal bars, by group, one for each server. */
export function bars(name: string, label: string, data: Bar[]): void {
  const servers = [...new Set(data.map(({ server }) => server))];
  save(name, {
    height: 54 + data.length * 26 + new Set(data.map(({ group }) => group)).size * 12,
    marginLeft: 140,
    marginBottom: 44,
    marginRight: 140,
    x: { label, grid: true, insetRight: 50 },
    y: { label: null, domain: servers },
    fy: { label: null, domain: [...new Set(data.map(({ group }) => group))] },
    color: { domain: servers, range: colors },
    marks: [
      Plot.barX(data, { x: 'value', y: 'server', fy: 'group', fill: 'server' }),
      Plot.text(data, {
        x: 'value',
        y: 'server',
        fy: 'group',
        text: ({ value }: Bar) =>
          value >= 10 ? Math.round(value).toLocaleString('en-US') : value.toFixed(1),
        textAnchor: 'start',
        dx: 4,
      }),
      Plot.ruleX([0]),
    ],
  });
}
