/** Limits the size of a network, so that a mistyped --hidden causes an error before memory runs out. */
import { misuse } from '../problem.js';

/** A network with this many nodes needs about 1 GB of memory, and so does one with this many weights. */
const [maxNodes, maxWeights] = [2 ** 18, 2 ** 25];
/** The number of weighted sums per unit. */
const sumsPerUnit = { rnn: 1, gru: 3, lstm: 4 };

/** The number of nodes in each layer. */
export interface Layers {
  readonly inputs: number;
  readonly hidden: readonly number[];
  readonly outputs: number;
  /** The type of the hidden layers. Default: dense layers. */
  readonly recurrent?: keyof typeof sumsPerUnit | undefined;
  /** Whether inputs also connect directly to outputs. Default: false. */
  readonly skip?: boolean;
}

/** Returns what is wrong with the size of a network, or undefined if it is within the limits. */
export function sizeProblem({ inputs, hidden, outputs, recurrent, skip = false }: Layers): string | undefined {
  const nodes = hidden.reduce((sum, units) => sum + units, 0);
  if (nodes > maxNodes) return expected(maxNodes, 'hidden nodes', nodes);
  let weights = skip && hidden.length > 0 ? inputs * outputs : 0;
  let before = inputs;
  for (const units of hidden) {
    weights += recurrent === undefined ? before * units : sumsPerUnit[recurrent] * (before + units) * units;
    before = units;
  }
  weights += before * outputs;
  return weights > maxWeights ? expected(maxWeights, 'weights', weights) : undefined;
}

const expected = (max: number, what: string, received: number) =>
  `Expected a network with at most ${max.toLocaleString('en')} ${what}, received ${received.toLocaleString('en')}.`;

/** @throws Problem if the network would be too large. */
export function expectNetworkSize(layers: Layers): void {
  const problem = sizeProblem(layers);
  if (problem !== undefined) throw misuse(`${problem} Set smaller layers with --hidden.`);
}
