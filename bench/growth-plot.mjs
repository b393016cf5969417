/**
 * Plots seconds per step against the number of edges, both on logarithmic scales, with a line of slope 1 for
 * comparison.
 */
const [width, height, margin] = [480, 320, 48];
const decades = (values) => [Math.floor(Math.log10(Math.min(...values))), Math.ceil(Math.log10(Math.max(...values)))];
const timeLabel = (exponent) =>
  exponent >= 0 ? `${10 ** exponent} s` : exponent >= -3 ? `${10 ** (exponent + 3)} ms` : `${10 ** (exponent + 6)} µs`;

/** @param {{ kind: string, edges: number, batch: number, secondsPerStep: number }[]} points */
export function growthPlot(points) {
  const [left, right] = [points[0], points.at(-1)].map(({ edges }) => Math.round(Math.log10(edges)));
  const [low, high] = decades(points.map(({ secondsPerStep }) => secondsPerStep));
  const px = (edges) => margin + ((Math.log10(edges) - left) / (right - left)) * (width - 2 * margin);
  const py = (seconds) => height - margin - ((Math.log10(seconds) - low) / (high - low)) * (height - 2 * margin);
  const at = (x, y) => `${px(x).toFixed(1)},${py(y).toFixed(1)}`;
  const range = (from, to) => Array.from({ length: to - from + 1 }, (_, k) => from + k);

  const xTicks = range(left, right).map((e) => {
    const x = px(10 ** e).toFixed(1);
    return `<line class="grid" x1="${x}" x2="${x}" y1="${margin}" y2="${height - margin}"/><text x="${x}" y="${height - margin + 16}" text-anchor="middle">10<tspan dy="-5" font-size="8">${e}</tspan></text>`;
  });
  const yTicks = range(low, high).map((e) => {
    const y = py(10 ** e).toFixed(1);
    return `<line class="grid" x1="${margin}" x2="${width - margin}" y1="${y}" y2="${y}"/><text x="${margin - 5}" y="${Number(y) + 4}" text-anchor="end">${timeLabel(e)}</text>`;
  });
  const kinds = [...new Set(points.map(({ kind }) => kind))];
  const curves = kinds.map((kind, c) => {
    const pointsOfKind = points.filter((point) => point.kind === kind);
    const dots = pointsOfKind.map(({ edges, secondsPerStep }) => {
      const [x, y] = at(edges, secondsPerStep).split(',');
      return `<circle class="f${c}" cx="${x}" cy="${y}" r="3"/>`;
    });
    return `<polyline class="curve c${c}" points="${pointsOfKind.map((p) => at(p.edges, p.secondsPerStep)).join(' ')}"/>${dots.join('')}`;
  });
  const legend = kinds.map(
    (kind, c) =>
      `<line class="curve c${c}" x1="${margin + 8}" x2="${margin + 28}" y1="${margin + 12 + 16 * c}" y2="${margin + 12 + 16 * c}"/><text x="${margin + 34}" y="${margin + 16 + 16 * c}">${kind}</text>`,
  );
  // The line of slope 1 goes from the last point (the largest sparse graph) to the left or bottom edge of the frame.
  const { edges, secondsPerStep } = points.at(-1);
  const decadesToFrame = Math.min(Math.log10(edges) - left, Math.log10(secondsPerStep) - low);
  const slope = `<polyline class="slope" points="${at(edges / 10 ** decadesToFrame, secondsPerStep / 10 ** decadesToFrame)} ${at(edges, secondsPerStep)}"/>`;

  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="Seconds per step against edges">
<!-- Made by bench/growth.mjs. -->
<style>
text { font: 11px system-ui, sans-serif; fill: #444 }
.grid { stroke: #ddd } .curve { fill: none; stroke-width: 2; stroke-linejoin: round }
.slope { fill: none; stroke: #999; stroke-dasharray: 4 4 }
.c0 { stroke: #1967d2 } .f0 { fill: #1967d2 } .c1 { stroke: #d9480f } .f1 { fill: #d9480f }
@media (prefers-color-scheme: dark) { text { fill: #ccc } .grid { stroke: #444 } .c0 { stroke: #8ab4f8 } .f0 { fill: #8ab4f8 } .c1 { stroke: #ffa94d } .f1 { fill: #ffa94d } }
</style>
${[...xTicks, ...yTicks, slope, ...curves, ...legend].join('\n')}
<text x="${width / 2}" y="${height - 8}" text-anchor="middle">edges (dashed: time proportional to edges)</text>
<text x="${margin}" y="${margin - 12}">one step of ${points[0].batch} samples, one thread</text>
</svg>
`;
}
