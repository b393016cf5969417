/** Plots a forecast as SVG: past values, forecast and baseline. */

/** A line of the plot. */
export interface Line {
  readonly label: string;
  readonly color: string;
  readonly dashed?: boolean;
  /** The position of its first value on the time axis. */
  readonly start: number;
  readonly values: readonly number[];
}

const [width, height] = [800, 320];
const margin = { left: 72, right: 16, top: 40, bottom: 36 };

/** Returns the SVG. `ticks` are labels of positions on the time axis. */
export function plotOf(
  title: string,
  lines: readonly Line[],
  ticks: readonly (readonly [place: number, text: string])[],
): string {
  const all = lines.flatMap(({ values }) => values);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const span = high - low || 1;
  const last = Math.max(...lines.map(({ start, values }) => start + values.length - 1), 1);
  const x = (place: number) => (margin.left + (place / last) * (width - margin.left - margin.right)).toFixed(1);
  const y = (value: number) =>
    (margin.top + ((high - value) / span) * (height - margin.top - margin.bottom)).toFixed(1);
  const levels = Array.from({ length: 5 }, (_, k) => low + (span * k) / 4);
  const text = (at: string, down: string, anchor: string, content: string, color = '#444') =>
    `<text x="${at}" y="${down}" text-anchor="${anchor}" fill="${color}">${escaped(content)}</text>`;
  let legend = margin.left;
  const labels = lines.map(({ label, color }) => {
    const at = legend;
    legend += 24 + 7.5 * label.length;
    return text(String(at), '30', 'start', label, color);
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">
<rect width="${width}" height="${height}" fill="#fff"/>
${text(String(margin.left), '14', 'start', title, '#000')}
${labels.join('\n')}
${levels.map((level) => `<path d="M${margin.left} ${y(level)}H${width - margin.right}" stroke="#ddd"/>${text(String(margin.left - 6), String(Number(y(level)) + 4), 'end', String(Number(level.toPrecision(4))))}`).join('\n')}
${ticks.map(([place, content], k) => text(x(place), String(height - 12), k === 0 ? 'start' : k === ticks.length - 1 ? 'end' : 'middle', content)).join('\n')}
${lines.map(({ values, start, color, dashed }) => `<path d="${values.map((value, k) => `${k === 0 ? 'M' : 'L'}${x(start + k)} ${y(value)}`).join('')}" fill="none" stroke="${color}" stroke-width="1.6"${dashed === true ? ' stroke-dasharray="5 4"' : ''}/>`).join('\n')}
</svg>
`;
}

const escaped = (text: string) =>
  text
    // eslint-disable-next-line no-control-regex -- XML allows no control characters.
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '�')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
