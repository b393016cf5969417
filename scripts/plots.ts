// Draws figures in docs/plots: the value and derivative of every activation and loss, and the nodes and edges of
// layers. With `--check`, writes nothing and fails if a figure is out of date.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { activationRecords } from '@nnbp/activations';
import { type LossRecord, lossRecords } from '@nnbp/losses';
import { layerDrawings } from './drawings.js';

interface Curve {
  readonly label: string;
  readonly f: (x: number) => number;
}

const [width, height, margin] = [320, 200, 28];

/** Plots the value as a solid line and the derivative as a dashed line, with axes. */
function plot(title: string, xLabel: string, from: number, to: number, curves: readonly Curve[]): string {
  const xs = Array.from({ length: 241 }, (_, k) => from + ((to - from) * k) / 240);
  const ys = curves.flatMap(({ f }) => xs.map(f)).filter(Number.isFinite);
  const low = Math.max(-4, Math.min(0, ...ys));
  const high = Math.min(6, Math.max(0.5, ...ys));
  const px = (x: number) => margin + ((x - from) / (to - from)) * (width - 2 * margin);
  const py = (y: number) => height - margin - ((y - low) / (high - low)) * (height - 2 * margin);
  const points = (f: Curve['f']) =>
    xs
      .map((x) => ({ x, y: f(x) }))
      .filter(({ y }) => y >= low - 1e-9 && y <= high + 1e-9)
      .map(({ x, y }) => `${px(x).toFixed(1)},${py(y).toFixed(1)}`)
      .join(' ');
  const ticks = (a: number, b: number) => {
    const step = [0.25, 0.5, 1, 2, 5].find((size) => (b - a) / size <= 8) ?? 10;
    return Array.from(
      { length: Math.floor(b / step) - Math.ceil(a / step) + 1 },
      (_, k) => (Math.ceil(a / step) + k) * step,
    );
  };
  const [axisX, axisY] = [py(Math.max(low, Math.min(high, 0))), px(Math.max(from, Math.min(to, 0)))];
  const lines = curves.map(({ f }, k) => `<polyline class="curve c${k}" points="${points(f)}"/>`);
  const legend = curves.map(
    ({ label }, k) =>
      `<line class="curve c${k}" x1="${margin + 110 * k}" x2="${margin + 18 + 110 * k}" y1="14" y2="14"/><text x="${margin + 23 + 110 * k}" y="18">${label}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}: value and derivative">
<!-- Made by scripts/plots.ts. -->
<style>
text { font: 11px system-ui, sans-serif; fill: #444 }
.axis { stroke: #999; stroke-width: 1 }
.curve { fill: none; stroke-width: 2; stroke-linejoin: round }
.c0 { stroke: #1967d2 } .c1 { stroke: #d9480f; stroke-dasharray: 5 3 }
@media (prefers-color-scheme: dark) { text { fill: #ccc } .axis { stroke: #777 } .c0 { stroke: #8ab4f8 } .c1 { stroke: #ffa94d } }
</style>
<line class="axis" x1="${margin}" x2="${width - margin}" y1="${axisX.toFixed(1)}" y2="${axisX.toFixed(1)}"/>
<line class="axis" x1="${axisY.toFixed(1)}" x2="${axisY.toFixed(1)}" y1="${margin}" y2="${height - margin}"/>
${ticks(from, to)
  .filter((x) => x !== 0)
  .map((x) => `<text x="${px(x).toFixed(1)}" y="${(axisX + 13).toFixed(1)}" text-anchor="middle">${x}</text>`)
  .join('')}
${ticks(low, high)
  .filter((y) => y !== 0)
  .map((y) => `<text x="${(axisY - 4).toFixed(1)}" y="${(py(y) + 4).toFixed(1)}" text-anchor="end">${y}</text>`)
  .join('')}
<text x="${width - margin}" y="${(axisX - 5).toFixed(1)}" text-anchor="end">${xLabel}</text>
${lines.join('\n')}
${legend.join('\n')}
</svg>
`;
}

const files = new Map(layerDrawings);

for (const { activation } of Object.values(activationRecords)) {
  files.set(
    `activations/${activation.name}.svg`,
    plot(activation.name, 'h', -4, 4, [
      { label: 'g(h)', f: (h) => activation.value(h) },
      { label: 'g′(h)', f: (h) => activation.derivative(h, activation.value(h)) },
    ]),
  );
}

// Each loss for a single output x and a fixed target, as a function of x. Losses for classes need a second output,
// which is 0.
for (const [name, record] of Object.entries<LossRecord>(lossRecords)) {
  const loss = record.make({});
  const needsTwoOutputs = record.task === 'classes';
  const isProbability = record.output === 'probability';
  const target = needsTwoOutputs ? [1, 0] : [1];
  const outputs = (x: number) => (needsTwoOutputs ? [x, 0] : [x]);
  const derivative = (x: number) => {
    const dLossDx = new Float64Array(target.length);
    loss.derivative(outputs(x), target, dLossDx);
    return dLossDx[0];
  };
  files.set(
    `losses/${name}.svg`,
    plot(
      name,
      needsTwoOutputs ? 'x, t = 1 (other output 0)' : 'x, t = 1',
      isProbability ? 0.005 : -3,
      isProbability ? 0.995 : 4,
      [
        { label: 'loss', f: (x) => loss.value(outputs(x), target) },
        { label: 'dloss/dx', f: derivative },
      ],
    ),
  );
}

const stale: string[] = [];
for (const [name, svg] of files) {
  const url = new URL(`../docs/plots/${name}`, import.meta.url);
  if (process.argv.includes('--check')) {
    let current = '';
    try {
      current = readFileSync(url, 'utf8');
    } catch {
      // A missing figure is out of date too.
    }
    if (current !== svg) stale.push(name);
  } else {
    mkdirSync(new URL('.', url), { recursive: true });
    writeFileSync(url, svg);
  }
}
if (stale.length > 0) {
  console.error(`Out of date: ${stale.join(', ')}. Run "pnpm plots".`);
  process.exit(1);
}
console.log(
  process.argv.includes('--check') ? `All ${files.size} figures are up to date.` : `Drew ${files.size} figures.`,
);
