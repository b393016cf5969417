/** Imports a link to TensorFlow Playground. A link has the settings of the page, but no weights. */
import { identity, relu, sigmoid, tanh } from '@nnbp/activations';
import { type Activation, GraphBuilder, type Initializer, mismatch, Network, NnbpError } from '@nnbp/core';

/** The features of a point, in the order of the page's inputs. */
const features = {
  x: (x) => x,
  y: (_, y) => y,
  xSquared: (x) => x * x,
  ySquared: (_, y) => y * y,
  xTimesY: (x, y) => x * y,
  sinX: (x) => Math.sin(x),
  sinY: (_, y) => Math.sin(y),
} as const satisfies Readonly<Record<string, (x: number, y: number) => number>>;

const activations: ReadonlyMap<string, Activation> = new Map([
  ['relu', relu],
  ['tanh', tanh],
  ['sigmoid', sigmoid],
  ['linear', identity],
]);
const datasets = ['circle', 'xor', 'gauss', 'spiral'] as const;
const regressionDatasets = ['reg-plane', 'reg-gauss', 'reg-maximum', 'reg-argmax'] as const;

/** Maximum number of weights, more than the page supports. A short link can describe a very large network. */
const maxEdges = 2 ** 16;

/** The content of a link. */
export interface Playground {
  /**
   * The network. Inputs are named after the features (`x`, `xSquared`, …); the output is `output.0`. Each c is fixed at
   * 1.
   */
  readonly network: Network;
  /** The network input for a point: its selected features. */
  row(x: number, y: number): number[];
  /** The data to train on. */
  readonly data: {
    /**
     * `classification`: targets are −1 and 1, and the output is a tanh. `regression`: targets are numbers from −1 to 1,
     * and the output is linear.
     */
    readonly problem: 'classification' | 'regression';
    /** The name of the data set in the link. */
    readonly dataset: 'circle' | 'xor' | 'gauss' | 'spiral' | 'reg-plane' | 'reg-gauss' | 'reg-maximum' | 'reg-argmax';
    /** Noise in percent, 0 to 80. */
    readonly noise: number;
    /** Percentage of the data for training, 0 to 100. */
    readonly trainingShare: number;
  };
  /** The training options. */
  readonly training: {
    /** Samples per batch. */
    readonly batchSize: number;
    /** Learning rate for `sgd` with the `mse()` loss: half the learning rate of the page, whose loss is ½ (x − t)². */
    readonly learningRate: number;
    /** Term that is added to the loss for each weight, but not for biases: |w| for `L1`, ½ w² for `L2`. */
    readonly regularization: 'none' | 'L1' | 'L2';
    /** Factor of the regularization term. */
    readonly regularizationRate: number;
  };
}

/**
 * Imports a link to TensorFlow Playground. A link does not contain weights. As on the page, weights are drawn from −½
 * to ½ and biases are 0.1 (all are 0 if the link has `initZero=true`), but the random number generator differs. Missing
 * settings have the defaults of the page: hidden layers of 4 and 2 nodes, tanh, and the circle data set. Noise above 80
 * becomes 50 and noise below 0 becomes 0, as on the page. Links that another program has escaped (`&amp;`, `4%2C2`) and
 * a trailing comma in `networkShape` are accepted.
 *
 * @param url - The link, or the part after its `#`.
 * @param options - `seed`: seed of the weights. Default: the seed in the link, or 0 if it has none.
 * @throws NnbpError `WRONG_TYPE`, `MALFORMED` (not a link to TensorFlow Playground, an invalid number, or no feature),
 * `UNSUPPORTED` (an activation, a feature or a data set that the page does not have), `TOO_LARGE`, `NOT_FINITE` (the
 * seed)
 *
 * @example
 * ```ts
 * import { fromPlayground } from '@nnbp/interop';
 *
 * const { network, row, training } = fromPlayground(
 *   'https://playground.tensorflow.org/#activation=relu&networkShape=3&xSquared=true&learningRate=0.1',
 * );
 * network.graph.ids; // ['x', 'y', 'xSquared', 'layer1.0', 'layer1.1', 'layer1.2', 'output.0']
 * row(2, 3); // [2, 3, 4]
 * training.learningRate; // 0.05
 * ```
 */
export function fromPlayground(url: string, options: { readonly seed?: number } = {}): Playground {
  const link = new Link(url);
  for (const name of ['cosX', 'cosY']) {
    if (link.flag(name, false)) link.unsupported(name, 'the page no longer has this feature.');
  }
  const names = Object.keys(features) as (keyof typeof features)[];
  const selected = names.filter((name) => link.flag(name, name === 'x' || name === 'y'));
  if (selected.length === 0)
    throw new NnbpError(
      'MALFORMED',
      'The link has no features, so the network has no inputs. Select at least one feature.',
    );
  const problem = link.one('problem', ['classification', 'regression']);
  return {
    network: networkOf(link, selected, problem === 'classification' ? tanh : identity, options.seed),
    row: (x, y) => selected.map((name) => features[name](x, y)),
    data: {
      problem,
      dataset:
        problem === 'classification' ? link.one('dataset', datasets) : link.one('regDataset', regressionDatasets),
      noise: noiseOf(link.number('noise', 0)),
      trainingShare: link.number('percTrainData', 50, 0, 100),
    },
    training: {
      batchSize: link.integer('batchSize', 10),
      learningRate: link.number('learningRate', 0.03, 0, Number.MAX_VALUE) / 2,
      regularization: link.one('regularization', ['none', 'L1', 'L2']),
      regularizationRate: link.number('regularizationRate', 0, 0, Number.MAX_VALUE),
    },
  };
}

/** The noise as on the page: its slider ends at 50, but a link can set values up to 80. A higher value becomes 50. */
const noiseOf = (percent: number): number => (percent > 80 ? 50 : Math.max(0, percent));

function networkOf(link: Link, inputs: readonly string[], outputActivation: Activation, seed?: number): Network {
  const activation = activations.get(link.one('activation', ['tanh', 'relu', 'sigmoid', 'linear']))!;
  const sizes = link.sizes('networkShape', [4, 2]);
  const edges = [...sizes, 1].reduce((sum, size, l) => sum + size * (l === 0 ? inputs.length : sizes[l - 1]), 0);
  if (!(edges <= maxEdges)) {
    throw mismatch('TOO_LARGE', 'networkShape', `at most ${maxEdges} weights`, edges);
  }
  const isZero = link.flag('initZero', false);
  const draw: Initializer = (_, __, random) => (isZero ? 0 : random.uniform() - 0.5);
  const builder = new GraphBuilder();
  let from = inputs.map((id) => builder.input(id));
  for (const units of sizes) from = builder.layer(units, { from, activation, fixed: { c: 1 } });
  builder.output(...builder.layer(1, { from, activation: outputActivation, fixed: { c: 1 }, name: 'output' }));
  const graph = builder.build();
  const network = new Network(graph, { seed: seed ?? link.number('seed', 0), initializer: draw });
  if (!isZero) for (const id of graph.ids.slice(graph.inputCount)) network.setParameters(id, { b: 0.1 });
  return network;
}

/** Decodes HTML escapes (`&amp;`) and URL escapes (`%2C`). */
function unescaped(fragment: string): string {
  const text = fragment.replaceAll('&amp;', '&');
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The settings in the part after the `#`, by name. */
class Link {
  readonly #entries: ReadonlyMap<string, string>;

  constructor(url: string) {
    if (typeof url !== 'string')
      throw new NnbpError('WRONG_TYPE', 'Expected a link to TensorFlow Playground, as a string.');
    const at = url.indexOf('#');
    if (at < 0 && !url.includes('=') && !url.includes('playground.tensorflow.org')) {
      throw new NnbpError('MALFORMED', 'This is not a link to TensorFlow Playground: it has no settings.');
    }
    const pairs = at < 0 && !url.includes('=') ? [] : unescaped(url.slice(at + 1)).split('&');
    this.#entries = new Map(
      pairs.map((pair): [string, string] => {
        const equalsAt = pair.indexOf('=');
        return equalsAt < 0 ? [pair, ''] : [pair.slice(0, equalsAt), pair.slice(equalsAt + 1).trim()];
      }),
    );
  }

  flag(name: string, fallback: boolean): boolean {
    const text = this.#text(name);
    return text === undefined ? fallback : text !== 'false';
  }

  number(name: string, fallback: number, min = -Number.MAX_VALUE, max = Number.MAX_VALUE): number {
    const text = this.#text(name);
    const value = text === undefined ? fallback : Number(text);
    const range = max < Number.MAX_VALUE ? ` from ${min} to ${max}` : min > -Number.MAX_VALUE ? ` ≥ ${min}` : '';
    return value >= min && value <= max ? value : this.#throwExpected(name, `a number${range}`);
  }

  integer(name: string, fallback: number): number {
    const value = this.number(name, fallback);
    return Number.isSafeInteger(value) && value >= 1 ? value : this.#throwExpected(name, 'an integer ≥ 1');
  }

  /** A setting that is one of the `known` names. Default: the first. */
  one<Name extends string>(name: string, known: readonly Name[]): Name {
    const text = this.#text(name);
    if (text === undefined) return known[0];
    return known.find((one) => one === text) ?? this.unsupported(name, `expected one of ${known.join(', ')}.`);
  }

  /**
   * Numbers separated by commas. Empty entries are ignored. An empty setting means no layers.
   */
  sizes(name: string, fallback: readonly number[]): readonly number[] {
    const text = this.#entries.get(name);
    if (text === undefined) return fallback;
    const sizes = text
      .split(',')
      .filter((size) => size.trim() !== '')
      .map(Number);
    if (sizes.some((size) => !Number.isSafeInteger(size) || size < 1))
      this.#throwExpected(name, 'numbers of nodes, such as 4,2');
    return sizes;
  }

  unsupported(name: string, reason: string): never {
    throw new NnbpError('UNSUPPORTED', `${name}=${this.#shown(name)} in the link: ${reason}`);
  }

  #throwExpected(name: string, expected: string): never {
    throw mismatch('MALFORMED', `${name} in the link`, expected, this.#shown(name));
  }

  /** The text of a setting; undefined if it is missing or empty. */
  #text(name: string): string | undefined {
    const text = this.#entries.get(name);
    return text === '' ? undefined : text;
  }

  #shown = (name: string) => (this.#entries.get(name) ?? '').slice(0, 60);
}
