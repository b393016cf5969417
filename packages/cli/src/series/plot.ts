/** Plots a forecast as SVG: past values, forecast and baseline. */
import { extentOf } from '../extent.js';

export interface ForecastPlotData {
  readonly title: string;
  /** The last values of the series. */
  readonly observed: readonly number[];
  /** The forecast of the next values. */
  readonly forecast: readonly number[];
  /** A simple forecast of the same values, for comparison; see baselines.ts. */
  readonly baseline: readonly number[];
  /** The times of the first and the last observation, and of the last forecast. */
  readonly times: readonly [string, string, string];
}

const [width, height] = [800, 320];
const margin = { left: 72, right: 16, top: 40, bottom: 36 };

export function forecastSvgPlot({ title, observed, forecast, baseline, times }: ForecastPlotData): string {
  const end = observed.length - 1;
  const lastObserved = observed[end];
  const lines = [
    { label: 'observed', color: '#333', start: 0, values: observed },
    { label: 'baseline', color: '#999', dashed: true, start: end, values: [lastObserved, ...baseline] },
    { label: 'forecast', color: '#c2410c', start: end, values: [lastObserved, ...forecast] },
  ];
  const ticks = [0, end, end + forecast.length].map((position, k) => [position, times[k]] as const);
  const all = lines.flatMap(({ values }) => values);
  const [low, high] = extentOf(all);
  const span = high - low || 1;
  const last = Math.max(...lines.map(({ start, values }) => start + values.length - 1), 1);
  const x = (position: number) => (margin.left + (position / last) * (width - margin.left - margin.right)).toFixed(1);
  const y = (value: number) =>
    (margin.top + ((high - value) / span) * (height - margin.top - margin.bottom)).toFixed(1);
  const levels = Array.from({ length: 5 }, (_, k) => low + (span * k) / 4);
  const text = (left: string, top: string, anchor: string, content: string, color = '#444') =>
    `<text x="${left}" y="${top}" text-anchor="${anchor}" fill="${color}">${escaped(content)}</text>`;
  let nextLabelX = margin.left;
  const labels = lines.map(({ label, color }) => {
    const labelX = nextLabelX;
    nextLabelX += 24 + 7.5 * label.length;
    return text(String(labelX), '30', 'start', label, color);
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">
<rect width="${width}" height="${height}" fill="#fff"/>
${text(String(margin.left), '14', 'start', title, '#000')}
${labels.join('\n')}
${levels.map((level) => `<path d="M${margin.left} ${y(level)}H${width - margin.right}" stroke="#ddd"/>${text(String(margin.left - 6), String(Number(y(level)) + 4), 'end', String(Number(level.toPrecision(4))))}`).join('\n')}
${ticks.map(([position, content], k) => text(x(position), String(height - 12), k === 0 ? 'start' : k === ticks.length - 1 ? 'end' : 'middle', content)).join('\n')}
${lines.map(({ values, start, color, dashed }) => `<path d="${values.map((value, k) => `${k === 0 ? 'M' : 'L'}${x(start + k)} ${y(value)}`).join('')}" fill="none" stroke="${color}" stroke-width="1.6"${dashed === true ? ' stroke-dasharray="5 4"' : ''}/>`).join('\n')}
</svg>
`;
}

const escaped = (text: string) =>
  text
    // oxlint-disable-next-line no-control-regex -- XML does not allow control characters.
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '�')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
