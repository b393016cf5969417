/** A larger network as tables and one loop: nodes in a row with the same predecessors and activation are a layer. */
import type { Network } from '@nnbp/core';
import type { Functions } from './functions.js';
import { exact, oneLine } from './one-line.js';
import { transformSource } from './transform.js';

/** `layers`, and `predict` that goes through them. Values stand in a list, the inputs first. */
export function byLoops(network: Network, nodes: readonly number[], functions: Functions): string {
  const { graph, inputScaler, outputScaler, outputTransform } = network;
  const place = new Map(Array.from({ length: graph.inputCount }, (_, k) => [k, k]));
  nodes.forEach((i, k) => place.set(i, graph.inputCount + k));
  const places = (list: ArrayLike<number>) => `[${Array.from(list, (i) => place.get(i)!).join(', ')}]`;
  const numbers = (list: readonly number[]) => `[${list.map(exact).join(', ')}]`;
  const outputs = `outputPlaces.map((i${outputScaler ? ', k' : ''}) => x[i]${outputScaler ? ' * outputDeviation[k] + outputMean[k]' : ''})`;
  const constants = [
    ...(inputScaler ? [`const inputMean = ${numbers(inputScaler.mean)};`] : []),
    ...(inputScaler ? [`const inputDeviation = ${numbers(inputScaler.deviation)};`] : []),
    ...(outputScaler ? [`const outputMean = ${numbers(outputScaler.mean)};`] : []),
    ...(outputScaler ? [`const outputDeviation = ${numbers(outputScaler.deviation)};`] : []),
    `const outputPlaces = ${places(graph.outputs)};`,
  ];
  return `// x[i] = c[i] * g(b[i] + w[i][0] * x[from[0]] + w[i][1] * x[from[1]] + …), where no c is 1.
const layers = [
${layersOf(network, nodes, places, functions).join('\n')}
];
${constants.join('\n')}

/** The outputs for one input, in the order of \`outputs\`. */
export function predict(input) {
  if (input.length !== ${graph.inputCount}) throw new RangeError(\`expected ${graph.inputCount} numbers, received \${input.length}\`);
  const x = Array.from(input${inputScaler ? ', (value, k) => (value - inputMean[k]) / inputDeviation[k]' : ''});
  for (const { g, from, b, c, w } of layers) {
    for (let i = 0; i < b.length; i++) {
      let h = b[i];
      for (let j = 0; j < from.length; j++) h += w[i][j] * x[from[j]];
      x.push(c ? c[i] * g(h) : g(h));
    }
  }
  return ${transformSource(outputTransform).call(outputs)};
}`;
}

function layersOf(
  { graph, parameters: { vector } }: Network,
  nodes: readonly number[],
  places: (list: ArrayLike<number>) => string,
  functions: Functions,
): string[] {
  const edgesInto = (i: number) =>
    Array.from({ length: graph.edgeStart[i + 1] - graph.edgeStart[i] }, (_, k) => graph.edgeStart[i] + k);
  const predecessors = (i: number) => edgesInto(i).map((e) => graph.predecessors[e]);
  const sameAs = (i: number, from: readonly number[]) =>
    from.length === graph.edgeStart[i + 1] - graph.edgeStart[i] &&
    from.every((j, k) => j === graph.predecessors[graph.edgeStart[i] + k]);
  const found: string[] = [];
  let k = 0;
  while (k < nodes.length) {
    const first = k;
    const from = predecessors(nodes[first]);
    const activation = graph.activationOf[nodes[first]];
    while (k < nodes.length && graph.activationOf[nodes[k]] === activation && sameAs(nodes[k], from)) k++;
    const layer = nodes.slice(first, k);
    const scales = layer.map((i) => (graph.scaleIndex(i) < 0 ? 1 : vector[graph.scaleIndex(i)]));
    const row = (i: number) =>
      `      [${edgesInto(i)
        .map((e) => exact(vector[graph.weightIndex(e, i)]))
        .join(', ')}], // ${oneLine(graph.ids[i])}`;
    found.push(
      '  {',
      `    g: ${functions.nameOf(graph.activations[activation])},`,
      `    from: ${places(from)},`,
      `    b: [${layer.map((i) => exact(vector[graph.biasIndex(i)])).join(', ')}],`,
      ...(scales.every((c) => c === 1) ? [] : [`    c: [${scales.map(exact).join(', ')}],`]),
      '    w: [',
    );
    for (const i of layer) found.push(row(i));
    found.push('    ],', '  },');
  }
  return found;
}
