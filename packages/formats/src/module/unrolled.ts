/** Writes a small network as unrolled code: one line per node. */
import type { Network } from '@nnbp/core';
import { type Edge, type NodeNumbers, numbersOf, nodesWithState } from './edges.js';
import type { Functions } from './functions.js';
import { exact, oneLine } from './one-line.js';
import { transformSource } from './transform.js';
import { counted } from './counted.js';

const maxLineLength = 110;

/** Returns the code of `predict`, or of `step` if the network has memory. */
export function unrolledSource(network: Network, nodes: readonly number[], functions: Functions): string {
  const { graph, inputScaler, outputScaler, outputTransform } = network;
  const inputs = graph.ids.slice(0, graph.inputCount).map((id, k) => {
    const scaled = inputScaler && `(input[${k}]${plus(-inputScaler.mean[k])}) / ${exact(inputScaler.deviation[k])}`;
    return `  const x${k} = ${scaled ?? `input[${k}]`}; // ${oneLine(id)}`;
  });
  const outputs = Array.from(graph.outputs, (i, k) =>
    outputScaler ? `x${i} * ${exact(outputScaler.deviation[k])}${plus(outputScaler.mean[k])}` : `x${i}`,
  );
  const numbers = numbersOf(network);
  const memory = nodesWithState(network).flatMap(({ node, start, end }) => [
    ...(end - start > 1 ? [`  s.copyWithin(${start + 1}, ${start}, ${end - 1});`] : []),
    `  s[${start}] = x${node};`,
  ]);
  return [
    ...(memory.length > 0
      ? ['// One step: reads the state s, and replaces it with the next state.', 'function step(input, s) {']
      : ['/** The outputs for one input, in the order of `outputs`. */', 'export function predict(input) {']),
    `  if (input.length !== ${graph.inputCount}) throw new RangeError(\`expected ${counted(graph.inputCount)}, received \${input.length}\`);`,
    ...inputs,
    ...nodes.map((i) => line(network, i, numbers(i), functions)),
    ...memory,
    `  return ${transformSource(outputTransform).call(`[${outputs.join(', ')}]`)};`,
    '}',
  ].join('\n');
}

/**
 * Returns the line that computes x_i = c_i · g(b_i + A(w_e · x_source(e))), where A is the aggregation of node i. Sums
 * are computed from left to right, as in the engines.
 */
function line({ graph }: Network, i: number, { b, c, edges }: NodeNumbers, functions: Functions): string {
  const aggregation = graph.aggregation(i);
  const terms = [exact(b)];
  if (aggregation === undefined) {
    for (const edge of edges) terms.push(edge.isOne ? ` + ${source(edge)}` : `${plus(edge.w)} * ${source(edge)}`);
  } else {
    const z = edges.map((edge) => (edge.isOne ? source(edge) : `${exact(edge.w)} * ${source(edge)}`));
    const isProductOfTwo = aggregation.builtin?.name === 'product' && z.length === 2;
    const factor = (k: number) => (edges[k].isOne ? z[k] : `(${z[k]})`);
    if (isProductOfTwo) terms.push(` + ${factor(0)} * ${factor(1)}`);
    else
      terms.push(` + ${functions.declaredName(aggregation)}([`, ...z.map((ze, k) => (k === 0 ? ze : `, ${ze}`)), '])');
  }
  const name = functions.declaredName(graph.activations[graph.activationOf[i]]);
  const scale = c === undefined ? '' : `${exact(c)} * `;
  return `  const x${i} = ${scale}${name}(${wrapped(terms)}); // ${oneLine(graph.ids[i])}`;
}

const source = ({ node, state }: Edge) => (state === undefined ? `x${node}` : `s[${state}]`);

/** Writes "+ value", or "− |value|" if the value is negative: a + (−w) and a − w are bit-identical. */
const plus = (value: number) => (value < 0 || Object.is(value, -0) ? ` - ${exact(-value)}` : ` + ${exact(value)}`);

function wrapped(terms: readonly string[]): string {
  const lines = [''];
  for (const term of terms) {
    if (lines[lines.length - 1].length + term.length > maxLineLength) lines.push('');
    lines[lines.length - 1] += term;
  }
  return lines.length === 1 ? lines[0] : `\n    ${lines.map((text) => text.trimStart()).join('\n    ')}\n  `;
}
