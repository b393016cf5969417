/**
 * Measures how time and memory grow with the graph, from a thousand to ten million edges. Each graph is measured in a
 * fresh process. Prints a table and draws docs/plots/growth.svg.
 */
import { writeFileSync } from 'node:fs';
import { growthPlot } from './growth-plot.mjs';
import { runScript } from './processes.mjs';
import { changeResults } from './results.mjs';
import { smoke } from './smoke.mjs';
import { short, table } from './table.mjs';

const sizes = smoke ? [1e4] : [1e3, 1e4, 1e5, 1e6, 1e7];
const kinds = smoke ? ['sparse'] : ['dense', 'sparse'];
/** The builder stores ten million edges as lists of ids, which need a large heap. */
const flags = ['--expose-gc', '--max-old-space-size=12000'];

const growth = kinds.flatMap((kind) => sizes.map((edges) => runScript('growth-point.mjs', [kind, String(edges)], flags)));
/**
 * Minimum number of edges for which memory is shown. With fewer edges, other allocations of the process exceed those of
 * the graph.
 */
const minVisible = 1e5 / 2;
const bytes = (point) =>
  [point.graphBytesPerEdge, point.engineBytesPerEdge, point.engineReservedBytesPerEdge].map(short);
const milliseconds = (seconds) => short(1000 * seconds);
console.log(
  table(
    [
      'kind',
      'edges',
      'ms per step',
      'ns per edge and sample',
      'ms to build',
      'ms to prepare',
      'graph B/edge',
      'engine B/edge',
      'engine B/edge, reserved',
    ],
    growth.map((point) => [
      point.kind,
      point.edges.toLocaleString('en'),
      milliseconds(point.secondsPerStep),
      short((1e9 * point.secondsPerStep) / point.edges / point.batch),
      milliseconds(point.secondsToBuild),
      milliseconds(point.secondsToPrepare),
      ...(point.edges < minVisible ? ['', '', ''] : bytes(point)),
    ]),
  ),
);
const plot = growthPlot(growth);
if (!smoke) writeFileSync(new URL('../docs/plots/growth.svg', import.meta.url), plot);
changeResults(() => ({ growth }));
