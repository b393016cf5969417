/**
 * The state of the page as plain data, validated when it is read from a link. A network trained in the Train view is
 * stored as a seed and settings; the network of the Derive and Build views is stored with all its parameters.
 */
import * as v from 'valibot';
import { articleDescription } from './article.js';

const finite = v.pipe(v.number(), v.finite());
const name = v.pipe(v.string(), v.minLength(1), v.maxLength(60));
const count = (min: number, max: number) => v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));

/** Maximum delay of an edge, in steps. */
export const maxDelay = 100;

const node = v.object({
  id: name,
  /** Ids of the predecessors. */
  from: v.pipe(v.array(name), v.maxLength(200)),
  /** Delay of each incoming edge, in steps. Default: no delays. */
  delays: v.exactOptional(v.pipe(v.array(count(0, maxDelay)), v.maxLength(200))),
  /** Name of a built-in activation, or of one of `custom.activations`. */
  activation: name,
  /** Name of a built-in aggregation. Default: sum. */
  aggregation: v.exactOptional(name),
  b: finite,
  c: finite,
  /** One weight per predecessor, in the order of `from`. */
  w: v.pipe(v.array(finite), v.maxLength(200)),
});

const network = v.object({
  inputs: v.pipe(v.array(name), v.minLength(1), v.maxLength(200)),
  nodes: v.pipe(v.array(node), v.maxLength(400)),
  outputs: v.pipe(v.array(name), v.maxLength(200)),
  /** Values of nodes before the first step, by node id. Delayed edges read them. Default: 0. */
  initial: v.exactOptional(v.record(name, finite)),
});

const customFunction = v.object({ name, source: v.pipe(v.string(), v.maxLength(8000)) });

/** Maximum length of a sequence. */
export const maxSteps = 100;

/** Maximum length of `input` and of `target` in the Derive view. For a sequence, both include all steps. */
export const maxSampleValues = 40 * maxSteps;

/** Which steps of a sequence have a target: the last one, all but the first, or all. */
export const targetSteps = ['last', 'rest', 'each'] as const;

const defaultTime = { steps: 2, targets: 'last' } as const;

const derive = v.object({
  /** Inputs of the sample. For a sequence: the inputs of all steps, concatenated. */
  input: v.pipe(v.array(finite), v.maxLength(maxSampleValues)),
  /** Targets of the sample. For a sequence: the targets of all steps, concatenated. */
  target: v.pipe(v.array(finite), v.maxLength(maxSampleValues)),
  loss: name,
  /** Name of the number to explain, such as `dloss/dw_2to4`. */
  selected: v.pipe(v.string(), v.maxLength(1000)),
  /**
   * `own`: the user's network. `article`: the article's node 7, with its predecessors. `break`: the user's network,
   * backpropagated with a mistake. `fit`: the formula in `fit.shown`.
   */
  mode: v.picklist(['own', 'article', 'break', 'fit']),
  mistake: v.picklist(['order', 'without-dLossDx', 'without-slope']),
  /** Number of trace steps to show. Null shows all, or none if answers are hidden. */
  step: v.nullable(count(0, 100_000)),
  /**
   * For the mistake `order`: the ids of the nodes in the order in which they are visited. A node can occur several
   * times. If empty, the order is depth-first.
   */
  order: v.optional(v.pipe(v.array(name), v.maxLength(400)), []),
  /** For a network with delays: the number of steps, and which of them have a target. */
  time: v.optional(v.object({ steps: count(1, maxSteps), targets: v.picklist(targetSteps) }), defaultTime),
  /**
   * The size of an imaginary network: the number of hidden layers, and the number of nodes per layer. The Derive view
   * shows how much work the caches save in this network.
   */
  imagined: v.optional(v.object({ layers: count(1, 12), width: count(1, 32) }), { layers: 3, width: 10 }),
});

const train = v.object({
  data: v.picklist(['tripling', 'five-points', 'xor', 'circles', 'moons', 'spirals', 'drawn', 'iris', 'digits', 'csv']),
  /** Points of the data set `drawn`: x₀, y₀, x₁, y₁, …, in [-1, 1]. */
  drawn: v.pipe(v.array(finite), v.maxLength(400)),
  /** Sizes of the hidden layers. */
  hidden: v.pipe(v.array(count(1, 512)), v.maxLength(8)),
  /** A convolution with stride 2 before the hidden layers, for image inputs. Null for none. */
  convolution: v.optional(v.nullable(v.object({ filters: count(1, 10), kernel: count(2, 9) })), null),
  activation: name,
  outputActivation: name,
  loss: name,
  optimizer: v.picklist(['sgd', 'momentum', 'rmsprop', 'adagrad', 'adam', 'nadam', 'lion', 'rprop']),
  learningRate: v.pipe(finite, v.minValue(1e-9), v.maxValue(100)),
  batchSize: count(1, 4096),
  noise: v.pipe(finite, v.minValue(0), v.maxValue(1)),
  seed: count(0, 2 ** 31),
  /** Steps per second. `slow`: a few. `steady`: about 300. `full`: as many as possible. */
  speed: v.optional(v.picklist(['slow', 'steady', 'full']), 'steady'),
  /** Index of the training sample whose gradient the edges show. If null, they show the weights. */
  sample: v.optional(v.nullable(count(0, 1_000_000)), null),
  /** The user's graph with its parameters, which is trained instead of layers. If null, layers are trained. */
  graph: v.optional(v.nullable(network), null),
  /** Number of training steps taken. Training is deterministic, so a link can repeat them. */
  steps: v.optional(count(0, 100_000_000), 0),
});

/** A network to train. `graph`: the user's graph. Others: a recurrent layer of this type. */
const sequenceKind = v.picklist(['rnn', 'lstm', 'gru', 'graph']);

const sequenceSettings = v.object({
  /** Whether the Train view shows sequences instead of samples. */
  open: v.boolean(),
  data: v.picklist(['temporal-xor', 'recall', 'sine', 'series']),
  /** The networks that are trained side by side. */
  kinds: v.pipe(v.array(sequenceKind), v.minLength(1), v.maxLength(4)),
  /** The kind whose nodes are shown. */
  shown: sequenceKind,
  /** The user's graph with its parameters, for the kind `graph`. Null for none. */
  graph: v.optional(v.nullable(network), null),
  /** Name of the loss. Null selects the loss that suits the data set. */
  loss: v.optional(v.nullable(name), null),
  units: count(1, 32),
  /** Length of a sequence, in steps. */
  steps: count(3, maxSteps),
  learningRate: v.pipe(finite, v.minValue(1e-6), v.maxValue(1)),
  batchSize: count(1, 256),
  seed: count(0, 2 ** 31),
  /** Number of training steps taken. */
  taken: count(0, 1_000_000),
});

const sequences = v.pipe(
  sequenceSettings,
  v.check(
    ({ kinds, graph }) => graph !== null || !kinds.includes('graph'),
    'kinds: "graph" requires `graph`, which is null.',
  ),
);

const defaultSequences: v.InferOutput<typeof sequences> = {
  open: false,
  data: 'recall',
  kinds: ['rnn', 'lstm'],
  shown: 'lstm',
  graph: null,
  loss: null,
  units: 8,
  steps: 25,
  learningRate: 0.02,
  batchSize: 20,
  seed: 1,
  taken: 0,
};

/** Maximum length of the data to fit, in characters. */
export const maxFitData = 40_000;
/** Maximum length of a formula, in characters. */
export const maxFormula = 400;

const formula = v.pipe(v.string(), v.maxLength(maxFormula));
/** Name of a parameter or of the variable of a formula. */
const nameInFormula = v.pipe(formula, v.minLength(1));
const values = v.record(nameInFormula, finite);

const fit = v.object({
  /** The pasted text: x and y on each line. */
  data: v.pipe(v.string(), v.maxLength(maxFitData)),
  /** What to fit: the formula, or the network drawn in the Build view. */
  model: v.picklist(['formula', 'network']),
  formula,
  /** Initial values that the user has set, by parameter name. */
  start: values,
  /** Index of the point whose derivatives are shown. */
  point: count(0, 10_000),
  /** The fitted formula that the Derive view shows in `fit` mode. Null for none. */
  shown: v.nullable(
    v.object({
      formula,
      /** Name of the input in the formula. */
      variable: nameInFormula,
      /** Values of the parameters. Default: 1. */
      values,
    }),
  ),
});

const defaultFit: v.InferOutput<typeof fit> = {
  data: 'x, y\n1, 8.3\n2, 11.0\n3, 13.9\n4, 14.6\n5, 16.2\n6, 16.1\n7, 17.4\n8, 17.0',
  model: 'formula',
  formula: 'b1*(1 - exp(-b2*x))',
  start: {},
  point: 0,
  shown: null,
};

/** The chapters of the Learn view, in order; the last one is the challenge. */
export const chapterNames = [
  'forward',
  'output',
  'successors',
  'parameters',
  'order',
  'caches',
  'vanishing',
  'rate',
  'time',
  'repair',
] as const;

/** A learner's work on a chapter. */
const work = v.object({
  /** Seed of the exercise's numbers. In chapters about the article's graph, 0 selects the article's numbers. */
  seed: count(0, 2 ** 31),
  /** Index of the current task. */
  task: count(0, 20),
  /** Checked answers of each task, in the order in which they were given. */
  tries: v.pipe(v.array(v.pipe(v.array(v.pipe(v.string(), v.maxLength(400))), v.maxLength(3))), v.maxLength(20)),
  /** The answer to the current task, as typed so far and not checked yet. */
  draft: v.pipe(v.string(), v.maxLength(400)),
});

const learn = v.object({
  chapter: v.picklist(chapterNames),
  work: v.partial(v.object(v.entriesFromList(chapterNames, work))),
});

/** The views, in the order of the navigation. */
export const viewNames = ['learn', 'derive', 'train', 'fit', 'build', 'extend'] as const;

/** Display options for use in a classroom or for embedding in another page. */
const display = v.object({
  /** Whether only the view in the link is shown, without navigation. */
  locked: v.boolean(),
  /** Views to leave out of the navigation. */
  hide: v.pipe(v.array(v.picklist(viewNames)), v.maxLength(viewNames.length)),
  /**
   * `shown`: after three wrong answers, the Learn view shows the solution. `hidden`: it does not, and the Derive view
   * starts before the first step.
   */
  answers: v.picklist(['shown', 'hidden']),
  size: v.picklist(['normal', 'large']),
});

const state = v.object({
  version: v.literal(1),
  view: v.picklist(viewNames),
  language: v.picklist(['en', 'zh']),
  theme: v.picklist(['system', 'light', 'dark']),
  display: v.optional(display, { locked: false, hide: [], answers: 'shown', size: 'normal' }),
  learn: v.optional(learn, { chapter: 'forward', work: {} }),
  /** The seed of the printable exercise sheet that the Learn view shows instead of a chapter. Null for none. */
  sheet: v.optional(v.nullable(count(0, 2 ** 31)), null),
  /** The task of the Learn view that is to be done in another view. Null for none. */
  task: v.optional(v.nullable(v.picklist(['four-successors', 'softsign'])), null),
  network,
  derive,
  train,
  sequences: v.optional(sequences, defaultSequences),
  fit: v.optional(fit, defaultFit),
  custom: v.object({
    activations: v.pipe(v.array(customFunction), v.maxLength(20)),
    losses: v.pipe(v.array(customFunction), v.maxLength(20)),
  }),
});

export type NodeDescription = v.InferOutput<typeof node>;
export type NetworkDescription = v.InferOutput<typeof network>;
/** A formula of one variable, with the values of its parameters. */
export type FormulaDescription = NonNullable<PlaygroundState['fit']['shown']>;
export type CustomFunction = v.InferOutput<typeof customFunction>;
export type PlaygroundState = v.InferOutput<typeof state>;
export type ChapterName = (typeof chapterNames)[number];
export type ChapterWork = v.InferOutput<typeof work>;
export type ViewName = PlaygroundState['view'];
export type LanguageName = PlaygroundState['language'];

export const defaultState: PlaygroundState = {
  version: 1,
  view: 'learn',
  language: 'en',
  theme: 'system',
  display: { locked: false, hide: [], answers: 'shown', size: 'normal' },
  learn: { chapter: 'forward', work: {} },
  sheet: null,
  task: null,
  network: articleDescription,
  derive: {
    input: [0.5],
    target: [10],
    loss: 'mse',
    selected: 'dloss/dw_4to7',
    mode: 'own',
    mistake: 'order',
    step: null,
    order: [],
    time: defaultTime,
    imagined: { layers: 3, width: 10 },
  },
  train: {
    data: 'circles',
    drawn: [],
    hidden: [8, 8],
    convolution: null,
    activation: 'tanh',
    outputActivation: 'identity',
    loss: 'binaryCrossEntropyWithLogits',
    optimizer: 'adam',
    learningRate: 0.03,
    batchSize: 16,
    noise: 0.1,
    seed: 1,
    speed: 'steady',
    sample: null,
    graph: null,
    steps: 0,
  },
  sequences: defaultSequences,
  fit: defaultFit,
  custom: { activations: [], losses: [] },
};

/**
 * Validates a state.
 *
 * @throws ValiError with the path of the invalid entry
 */
export const parseState = (value: unknown): PlaygroundState => v.parse(state, value);
