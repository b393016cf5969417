/**
 * Writes a large network as tables and one loop: consecutive nodes that differ only in their parameters form a layer.
 */
import type { Network } from '@nnbp/core';
import { type NodeNumbers, numbersOf, nodesWithState } from './edges.js';
import type { Functions } from './functions.js';
import { exact, oneLine } from './one-line.js';
import { transformSource } from './transform.js';
import { counted } from './counted.js';

/**
 * Returns the code of `layers` and of the function that loops over them: `predict`, or `step` for a network with delays.
 * All values are in one list: the inputs, the state, then the nodes.
 */
export function loopSource(network: Network, nodes: readonly number[], functions: Functions): string {
  const { graph, inputScaler, outputScaler, outputTransform } = network;
  const first = graph.inputCount + graph.stateSize;
  const indexOf = new Map(Array.from({ length: graph.inputCount }, (_, k) => [k, k]));
  nodes.forEach((i, k) => indexOf.set(i, first + k));
  const arrayLiteral = (list: readonly number[]) => `[${list.map(exact).join(', ')}]`;
  const outputs = `outputIndices.map((i${outputScaler ? ', k' : ''}) => x[i]${outputScaler ? ' * outputDeviation[k] + outputMean[k]' : ''})`;
  const memory = nodesWithState(network);
  const constants = [
    ...(inputScaler ? [`const inputMean = ${arrayLiteral(inputScaler.mean)};`] : []),
    ...(inputScaler ? [`const inputDeviation = ${arrayLiteral(inputScaler.deviation)};`] : []),
    ...(outputScaler ? [`const outputMean = ${arrayLiteral(outputScaler.mean)};`] : []),
    ...(outputScaler ? [`const outputDeviation = ${arrayLiteral(outputScaler.deviation)};`] : []),
    `const outputIndices = [${Array.from(graph.outputs, (i) => indexOf.get(i)!).join(', ')}];`,
    ...(memory.length > 0
      ? [
          '// Each entry: the index of a value in x, and the range of its previous values in the state.',
          `const memory = [${memory.map(({ node, start, end }) => `[${indexOf.get(node)!}, ${start}, ${end}]`).join(', ')}];`,
        ]
      : []),
  ];
  return `// ${graph.aggregations.length > 1 ? 'Node i of a layer appends c[i] * g(b[i] + a(w[i][0] * x[from[0]], …)) to x. A layer without `a` uses the sum; a layer without `c` has c = 1.' : 'Node i of a layer appends c[i] * g(b[i] + w[i][0] * x[from[0]] + w[i][1] * x[from[1]] + …) to x. A layer without `c` has c = 1.'}
const layers = [
${layersOf(network, nodes, indexOf, functions).join('\n')}
];
${constants.join('\n')}

${memory.length > 0 ? '// One step: reads the state s, and replaces it with the next state.\nfunction step(input, s) {' : '/** The outputs for one input, in the order of `outputs`. */\nexport function predict(input) {'}
  if (input.length !== ${graph.inputCount}) throw new RangeError(\`expected ${counted(graph.inputCount)}, received \${input.length}\`);
  const x = Array.from(input${inputScaler ? ', (value, k) => (value - inputMean[k]) / inputDeviation[k]' : ''});
${memory.length > 0 ? '  x.push(...s);\n' : ''}${loop(graph.aggregations.length > 1)}${
    memory.length > 0
      ? `
  for (const [i, start, end] of memory) {
    s.copyWithin(start + 1, start, end - 1);
    s[start] = x[i];
  }`
      : ''
  }
  return ${transformSource(outputTransform).call(outputs)};
}`;
}

const loop = (aggregations: boolean) => `  for (const { g,${aggregations ? ' a,' : ''} from, b, c, w } of layers) {
    for (let i = 0; i < b.length; i++) {
      let h = b[i];
${
  aggregations
    ? `      if (a) h += a(from.map((k, j) => w[i][j] * x[k]));
      else for (let j = 0; j < from.length; j++) h += w[i][j] * x[from[j]];`
    : `      for (let j = 0; j < from.length; j++) h += w[i][j] * x[from[j]];`
}
      x.push(c ? c[i] * g(h) : g(h));
    }
  }`;

function layersOf(
  network: Network,
  nodes: readonly number[],
  indexOf: ReadonlyMap<number, number>,
  functions: Functions,
): string[] {
  const { graph } = network;
  const numbers = numbersOf(network);
  const indices = ({ edges }: NodeNumbers) =>
    edges.map(({ node, state }) => (state === undefined ? indexOf.get(node)! : graph.inputCount + state));
  const layers: string[] = [];
  let k = 0;
  while (k < nodes.length) {
    const start = k;
    const from = indices(numbers(nodes[start]));
    const activation = graph.activationOf[nodes[start]];
    const aggregation = graph.aggregation(nodes[start]);
    const isAlike = (i: number) =>
      graph.activationOf[i] === activation &&
      graph.aggregation(i) === aggregation &&
      graph.edgeStart[i + 1] - graph.edgeStart[i] === from.length &&
      indices(numbers(i)).every((one, e) => one === from[e]);
    while (k < nodes.length && isAlike(nodes[k])) k++;
    const layer = nodes.slice(start, k).map((i) => ({ id: graph.ids[i], ...numbers(i) }));
    layers.push(
      '  {',
      `    g: ${functions.declaredName(graph.activations[activation])},`,
      ...(aggregation ? [`    a: ${functions.declaredName(aggregation)},`] : []),
      `    from: [${from.join(', ')}],`,
      `    b: [${layer.map(({ b }) => exact(b)).join(', ')}],`,
      ...(layer.every(({ c = 1 }) => c === 1) ? [] : [`    c: [${layer.map(({ c = 1 }) => exact(c)).join(', ')}],`]),
      '    w: [',
    );
    for (const { id, edges } of layer) {
      layers.push(`      [${edges.map(({ w }) => exact(w)).join(', ')}], // ${oneLine(id)}`);
    }
    layers.push('    ],', '  },');
  }
  return layers;
}
