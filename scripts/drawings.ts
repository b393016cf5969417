// Draws graphs of layers from @nnbp/layers for docs/plots/layers. The entries of `drawings` specify positions and
// labels. The rest is read from the graphs: nodes, edges, delays, and which weights are trained.
import { type Graph, GraphBuilder } from '@nnbp/core';
import { attention, bidirectional, conv1d, gru, lstm, maxPool, rnn } from '@nnbp/layers';

type Position = readonly [column: number, row: number];

interface Drawing {
  readonly title: string;
  readonly graph: Graph;
  /**
   * The positions of the nodes, by id. A value of the previous step has the key `id@-1`, or `id@-1→successor` if it is
   * drawn more than once.
   */
  readonly positions: Readonly<Record<string, Position>>;
  /**
   * The labels below nodes, by id. Default: the part of the id that names the node's role, such as `i` in `lstm.i.0`.
   */
  readonly labels?: Readonly<Record<string, string>>;
  /** Whether the labels of inputs are above them instead of below. Default: false. */
  readonly inputLabelsAbove?: boolean;
  /** The names of the weights, in the order of the parameters. Default: weights have no labels. */
  readonly weights?: readonly string[];
}

const [columnWidth, rowHeight, radius, margin] = [104, 74, 17, 34];

function build(add: (builder: GraphBuilder) => readonly string[]): Graph {
  const builder = new GraphBuilder();
  builder.output(...add(builder));
  return builder.build();
}

const drawings: Readonly<Record<string, Drawing>> = {
  rnn: {
    title: 'Two units of rnn',
    graph: build((builder) => rnn(builder, { from: [builder.input('x')], units: 2, name: 'h' })),
    positions: { x: [0, 0], 'h.0@-1': [0, 1], 'h.1@-1': [0, 2], 'h.0': [1.5, 0.5], 'h.1': [1.5, 1.5] },
    labels: { 'h.0': 'h0(t)', 'h.1': 'h1(t)', 'h.0@-1': 'h0(t−1)', 'h.1@-1': 'h1(t−1)', x: 'x(t)' },
  },
  lstm: {
    title: 'One unit of lstm',
    graph: build((builder) => lstm(builder, { from: [builder.input('x')], units: 1, name: 'h' })),
    positions: {
      x: [0, 1],
      'h.0@-1': [0, 3],
      'h.i.0': [1.3, 0],
      'h.g.0': [1.3, 1],
      'h.f.0': [1.3, 2],
      'h.c.0@-1': [1.3, 3],
      'h.o.0': [1.3, 4],
      'h.ig.0': [2.4, 0.5],
      'h.fc.0': [2.4, 2.5],
      'h.c.0': [3.4, 1.5],
      'h.tanh.0': [4.4, 1.5],
      'h.0': [5.4, 2.75],
    },
    labels: { 'h.0': 'h(t)', 'h.0@-1': 'h(t−1)', 'h.c.0@-1': 'c(t−1)', 'h.c.0': 'c(t)', x: 'x(t)' },
  },
  gru: {
    title: 'One unit of gru',
    graph: build((builder) => gru(builder, { from: [builder.input('x')], units: 1, name: 'h' })),
    positions: {
      x: [0, 0],
      'h.0@-1': [0, 2],
      'h.r.0': [1.3, 1],
      'h.u.0': [1.3, 2],
      'h.z.0': [1.3, 3],
      'h.ru.0': [2.4, 1.5],
      'h.n.0': [3.4, 0.5],
      'h.take.0': [3.4, 2],
      'h.new.0': [4.4, 1.25],
      'h.old.0': [4.4, 3],
      'h.0@-1→h.old.0': [3.4, 3.9],
      'h.0': [5.4, 2],
    },
    labels: { 'h.0': 'h(t)', 'h.0@-1': 'h(t−1)', x: 'x(t)', 'h.take.0': 'take = 1 − z' },
  },
  bidirectional: {
    title: 'bidirectional over three steps, with one unit of rnn per direction',
    graph: build((builder) =>
      bidirectional(builder, {
        steps: ['x0', 'x1', 'x2'].map((id) => [builder.input(id)]),
        cell: 'rnn',
        units: 1,
      }).flat(),
    ),
    positions: Object.fromEntries(
      [0, 1, 2].flatMap((t): [string, Position][] => [
        [`x${t}`, [1.4 * t + 0.5, 0]],
        [`bidirectional.forward.${t}.0`, [1.4 * t + 0.2, 1]],
        [`bidirectional.backward.${t}.0`, [1.4 * (2 - t) + 0.8, 2]],
      ]),
    ),
    inputLabelsAbove: true,
    labels: Object.fromEntries(
      [0, 1, 2].flatMap((t) => [
        [`bidirectional.forward.${t}.0`, `forward ${t}`],
        [`bidirectional.backward.${t}.0`, `backward ${t}`],
      ]),
    ),
  },
  conv1d: {
    title: 'A conv1d filter of length 3: both windows share b and three weights',
    graph: build((builder) =>
      conv1d(builder, {
        from: ['x0', 'x1', 'x2', 'x3'].map((id) => builder.input(id)),
        channels: 1,
        length: 4,
        filters: 1,
        kernel: 3,
        name: 'y',
      }),
    ),
    positions: { x0: [0, 0], x1: [0, 1], x2: [0, 2], x3: [0, 3], 'y.0': [2.2, 1], 'y.1': [2.2, 2] },
    labels: { 'y.0': 'y0', 'y.1': 'y1' },
    weights: ['w0', 'w1', 'w2'],
  },
  maxPool: {
    title: 'maxPool with windows of two',
    graph: build((builder) =>
      maxPool(builder, {
        from: ['x0', 'x1', 'x2', 'x3'].map((id) => builder.input(id)),
        channels: 1,
        height: 1,
        width: 4,
        kernel: [1, 2],
        name: 'y',
      }),
    ),
    positions: { x0: [0, 0], x1: [0, 1], x2: [0, 2], x3: [0, 3], 'y.0': [1.5, 0.5], 'y.1': [1.5, 2.5] },
    labels: { 'y.0': 'y0', 'y.1': 'y1' },
  },
  attention: {
    title: 'attention of one query over two keys, each a single number',
    graph: build((builder) => {
      const [q, k0, k1, v0, v1] = ['q', 'k0', 'k1', 'v0', 'v1'].map((id) => builder.input(id));
      return attention(builder, { queries: [[q]], keys: [[k0], [k1]], values: [[v0], [v1]], name: 'a' }).flat();
    }),
    positions: {
      k0: [0, 0],
      q: [0, 1.5],
      k1: [0, 3],
      'a.qk.0.0.0': [1, 0.5],
      'a.qk.0.1.0': [1, 2.5],
      'a.s.0.0': [2, 0.5],
      'a.s.0.1': [2, 2.5],
      'a.l.0': [2.8, 1.5],
      'a.e.0.0': [3.6, 0.5],
      'a.e.0.1': [3.6, 2.5],
      'a.p.0.0': [4.6, 0.5],
      'a.p.0.1': [4.6, 2.5],
      v0: [4.6, -0.5],
      v1: [4.6, 3.5],
      'a.pv.0.0.0': [5.6, 0.5],
      'a.pv.0.1.0': [5.6, 2.5],
      'a.0.0': [6.4, 1.5],
    },
    labels: {
      'a.qk.0.0.0': 'q · k0',
      'a.qk.0.1.0': 'q · k1',
      'a.s.0.0': 's0',
      'a.s.0.1': 's1',
      'a.l.0': 'l',
      'a.e.0.0': 's0 − l',
      'a.e.0.1': 's1 − l',
      'a.p.0.0': 'p0',
      'a.p.0.1': 'p1',
      'a.pv.0.0.0': 'p0 · v0',
      'a.pv.0.1.0': 'p1 · v1',
      'a.0.0': 'result',
    },
  },
};

/** Returns the symbol inside a node: its activation or aggregation, or '' for an input. */
function symbolOf(graph: Graph, i: number): string {
  if (i < graph.inputCount) return '';
  const { name } = graph.activations[graph.activationOf[i]];
  const aggregation = graph.aggregation(i)?.name;
  if (aggregation === 'product') return '×';
  if (aggregation !== undefined) return aggregation === 'logSumExp' ? 'lse' : aggregation;
  return { identity: '+', sigmoid: 'σ' }[name] ?? name;
}

function draw({ title, graph, positions, labels = {}, inputLabelsAbove = false, weights = [] }: Drawing): string {
  const rows = Object.values(positions).map(([, row]) => row);
  const columns = Object.values(positions).map(([column]) => column);
  const [left, top] = [Math.min(...columns), Math.min(...rows)];
  const toPixels = ([column, row]: Position) =>
    [margin + (column - left) * columnWidth, margin + (row - top) * rowHeight] as const;
  const width = 2 * margin + (Math.max(...columns) - left) * columnWidth;
  const height = 2 * margin + (Math.max(...rows) - top) * rowHeight + 12;
  const edges: string[] = [];
  const circles = new Map<string, string>();
  const circle = (key: string, kind: string, symbol: string, label: string) => {
    const [x, y] = toPixels(positions[key]).map((value) => value.toFixed(0));
    circles.set(
      key,
      `<g class="${kind}"><circle cx="${x}" cy="${y}" r="${radius}"/>` +
        `<text class="symbol" x="${x}" y="${Number(y) + 4}">${symbol}</text>` +
        `<text x="${x}" y="${Number(y) + (inputLabelsAbove && kind === 'input' ? -radius - 6 : radius + 13)}">${label}</text></g>`,
    );
  };
  const labelOf = (id: string) => labels[id] ?? id.split('.').find((part, k) => k > 0 && /^[a-z]+$/.test(part)) ?? id;
  for (const [i, id] of graph.ids.entries()) {
    if (!(id in positions)) continue;
    circle(id, i < graph.inputCount ? 'input' : 'node', symbolOf(graph, i), labelOf(id));
    for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) {
      const name = graph.edgeName(e);
      const from = [`${name}→${id}`, name].find((key) => key in positions);
      if (from === undefined) continue;
      const isDelayed = graph.delay(e) > 0;
      if (isDelayed) circle(from, 'before', '', labelOf(name));
      const weight = graph.weightIndex(e, i);
      edges.push(edge(toPixels(positions[from]), toPixels(positions[id]), isDelayed, weight >= 0, weightLabel(e, i)));
    }
  }
  /** Returns the name of a trained weight or the value of a constant weight, or '' if the weight is 1 or unnamed. */
  function weightLabel(e: number, i: number): string {
    const index = graph.weightIndex(e, i);
    if (index >= 0)
      return weights.length === 0 ? '' : weights[index - graph.biasIndex(i) - 1 - Number(graph.scaleIndex(i) >= 0)];
    const value = graph.constants[graph.weightSlot(e, i) - graph.parameterCount];
    return value === 1 ? '' : String(value).replace('-', '−');
  }
  const missing = Object.keys(positions).filter((key) => !circles.has(key));
  if (missing.length > 0)
    throw new Error(
      `${title}: \`positions\` has keys that are not nodes or delayed values of the graph: ${missing.join(', ')}.`,
    );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width.toFixed(0)} ${height.toFixed(0)}" width="${width.toFixed(0)}" role="img" aria-label="${title}">
<!-- Made by scripts/drawings.ts. -->
<style>
text { font: 11px system-ui, sans-serif; fill: #444; text-anchor: middle }
.symbol { font-weight: 600; fill: #222 }
circle { fill: #fff; stroke: #666; stroke-width: 1.5 }
.input circle { fill: #e8f0fe; stroke: #1967d2 }
.before circle { fill: none; stroke: #1967d2; stroke-dasharray: 3 3 }
line { stroke: #888; stroke-width: 1.2 }
.trained line { stroke: #d9480f; stroke-width: 1.8 }
.delayed line { stroke-dasharray: 5 4 }
path { fill: #888 } .trained path { fill: #d9480f }
@media (prefers-color-scheme: dark) { text { fill: #ccc } .symbol { fill: #eee } circle { fill: #22262b; stroke: #aaa } .input circle { fill: #1c2b45; stroke: #8ab4f8 } .before circle { fill: none; stroke: #8ab4f8 } .trained line { stroke: #ffa94d } .trained path { fill: #ffa94d } }
</style>
${edges.join('\n')}
${[...circles.values()].join('\n')}
</svg>
`;
}

/** Draws a line between two circles, with an arrowhead at its end. */
function edge(
  [x0, y0]: readonly [number, number],
  [x1, y1]: readonly [number, number],
  isDelayed: boolean,
  isTrained: boolean,
  label: string,
): string {
  const length = Math.hypot(x1 - x0, y1 - y0);
  const [dx, dy] = [(x1 - x0) / length, (y1 - y0) / length];
  const point = (from: number, side = 0) =>
    `${(x0 + dx * from - dy * side).toFixed(1)} ${(y0 + dy * from + dx * side).toFixed(1)}`;
  const end = length - radius - 1;
  const [startX, startY] = point(radius).split(' ');
  const [endX, endY] = point(end - 5).split(' ');
  const kinds = [isTrained && 'trained', isDelayed && 'delayed'].filter(Boolean).join(' ');
  const [labelX, labelY] = point(length / 3, -5).split(' ');
  return (
    `<g class="${kinds}"><line x1="${startX}" y1="${startY}" x2="${endX}" y2="${endY}"/>` +
    `<path d="M${point(end)}L${point(end - 8, 4)}L${point(end - 8, -4)}Z"/>` +
    (label === '' ? '' : `<text x="${labelX}" y="${labelY}">${label}</text>`) +
    '</g>'
  );
}

/** The SVG of each drawing, by its path in docs/plots. */
export const layerDrawings: ReadonlyMap<string, string> = new Map(
  Object.entries(drawings).map(([name, drawing]) => [`layers/${name}.svg`, draw(drawing)]),
);
