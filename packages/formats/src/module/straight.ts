/** A small network as a program: a line a node, as one would write it by hand. */
import type { Network } from '@nnbp/core';
import type { Functions } from './functions.js';
import { exact, oneLine } from './one-line.js';
import { transformSource } from './transform.js';

const widest = 110;

/** `predict`, node after node. */
export function straight(network: Network, nodes: readonly number[], functions: Functions): string {
  const { graph, inputScaler, outputScaler, outputTransform } = network;
  const inputs = graph.ids.slice(0, graph.inputCount).map((id, k) => {
    const units = inputScaler && `(input[${k}]${plus(-inputScaler.mean[k])}) / ${exact(inputScaler.deviation[k])}`;
    return `  const x${k} = ${units ?? `input[${k}]`}; // ${oneLine(id)}`;
  });
  const outputs = Array.from(graph.outputs, (i, k) =>
    outputScaler ? `x${i} * ${exact(outputScaler.deviation[k])}${plus(outputScaler.mean[k])}` : `x${i}`,
  );
  return [
    '/** The outputs for one input, in the order of `outputs`. */',
    'export function predict(input) {',
    `  if (input.length !== ${graph.inputCount}) throw new RangeError(\`expected ${graph.inputCount} numbers, received \${input.length}\`);`,
    ...inputs,
    ...nodes.map((i) => line(network, i, functions)),
    `  return ${transformSource(outputTransform).call(`[${outputs.join(', ')}]`)};`,
    '}',
  ].join('\n');
}

/** x_i = c_i · g(b_i + Σ w_ji · x_j), added up from the left as the engines do. */
function line({ graph, parameters: { vector } }: Network, i: number, functions: Functions): string {
  const terms = [exact(vector[graph.biasIndex(i)])];
  for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) {
    terms.push(`${plus(vector[graph.weightIndex(e, i)])} * x${graph.predecessors[e]}`);
  }
  const name = functions.nameOf(graph.activations[graph.activationOf[i]]);
  const scale = graph.scaleIndex(i);
  const c = scale < 0 ? '' : `${exact(vector[scale])} * `;
  return `  const x${i} = ${c}${name}(${wrapped(terms)}); // ${oneLine(graph.ids[i])}`;
}

/** a + (−w) is a − w, to the bit. */
const plus = (value: number) => (value < 0 || Object.is(value, -0) ? ` - ${exact(-value)}` : ` + ${exact(value)}`);

function wrapped(terms: readonly string[]): string {
  const lines = [''];
  for (const term of terms) {
    if (lines[lines.length - 1].length + term.length > widest) lines.push('');
    lines[lines.length - 1] += term;
  }
  return lines.length === 1 ? lines[0] : `\n    ${lines.map((text) => text.trimStart()).join('\n    ')}\n  `;
}
