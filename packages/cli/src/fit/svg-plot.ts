/** Draws a fit as an SVG file: observations, curve and the confidence band of the curve. */
import { yRangeOf, type FitPlotData, rangeOf, ticksIn } from './plot-data.js';

const [width, height] = [720, 440];
const margin = { left: 72, right: 20, top: 20, bottom: 56 };

const escaped = (text: string) =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`).replace(/[\u0000-\u001f]/g, ' '); // oxlint-disable-line no-control-regex

/** Returns the content of the file. Its colors follow the light or dark theme of the viewer's system. */
export function svgPlot(plotData: FitPlotData, title: string): string {
  const { points, curve, xLabel, yLabel } = plotData;
  const xRange = rangeOf([...points.map(([x]) => x), ...curve.map(({ x }) => x)]);
  const [min, max] = yRangeOf(plotData);
  const space = 0.05 * (max - min);
  const yRange: [number, number] = [min - space, max + space];
  const right = width - margin.right;
  const bottom = height - margin.bottom;
  const across = (x: number) => margin.left + ((x - xRange[0]) / (xRange[1] - xRange[0])) * (right - margin.left);
  // Limited, because the band may extend far beyond the plot.
  const down = (y: number) =>
    Math.min(
      2 * height,
      Math.max(-height, bottom - ((y - yRange[0]) / (yRange[1] - yRange[0])) * (bottom - margin.top)),
    );
  const at = (x: number, y: number) => `${across(x).toFixed(1)},${down(y).toFixed(1)}`;
  const band = [...curve.map(({ x, high }) => at(x, high)), ...curve.toReversed().map(({ x, low }) => at(x, low))];
  const xTicks = ticksIn(xRange, 7).map(
    (x) =>
      `<line x1="${across(x)}" x2="${across(x)}" y1="${margin.top}" y2="${bottom}"/><text x="${across(x)}" y="${bottom + 20}" text-anchor="middle">${x}</text>`,
  );
  const yTicks = ticksIn(yRange, 6).map(
    (y) =>
      `<line x1="${margin.left}" x2="${right}" y1="${down(y)}" y2="${down(y)}"/><text x="${margin.left - 8}" y="${down(y) + 4}" text-anchor="end">${y}</text>`,
  );
  const middle = (margin.top + bottom) / 2;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="13">
<title>${escaped(title)}</title>
<style>
  .paper { fill: #fff } text { fill: #333 } .grid line { stroke: #ddd } .band { fill: #2563eb; opacity: 0.18 }
  .curve { fill: none; stroke: #2563eb; stroke-width: 2 } .points circle { fill: #b45309 }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #111 } text { fill: #ddd } .grid line { stroke: #333 } .band { fill: #60a5fa }
    .curve { stroke: #60a5fa } .points circle { fill: #fbbf24 }
  }
</style>
<clipPath id="area"><rect x="${margin.left}" y="${margin.top}" width="${right - margin.left}" height="${bottom - margin.top}"/></clipPath>
<rect class="paper" width="${width}" height="${height}"/>
<g class="grid">${xTicks.join('')}${yTicks.join('')}</g>
<g clip-path="url(#area)">
<polygon class="band" points="${band.join(' ')}"/>
<polyline class="curve" points="${curve.map(({ x, y }) => at(x, y)).join(' ')}"/>
</g>
<g class="points">${points.map(([x, y]) => `<circle cx="${across(x).toFixed(1)}" cy="${down(y).toFixed(1)}" r="3.5"/>`).join('')}</g>
<text x="${(margin.left + right) / 2}" y="${height - 12}" text-anchor="middle">${escaped(xLabel)}</text>
<text transform="translate(16 ${middle}) rotate(-90)" text-anchor="middle">${escaped(yLabel)}</text>
</svg>
`;
}
