/**
 * The state of the page as plain data, validated when it comes from a link. A network trained in the Train view is
 * stored through its seed and options, the network of Derive and Build with all its parameters.
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
  /** The predecessors' ids. */
  from: v.pipe(v.array(name), v.maxLength(200)),
  /** The name of a built-in activation, or of one of `custom.activations`. */
  /** Delay of each incoming edge in steps; 0: the same step. Default: no edge is delayed. */
  delays: v.exactOptional(v.pipe(v.array(count(0, maxDelay)), v.maxLength(200))),
  activation: name,
  /** The name of a built-in aggregation. Default: the sum. */
  aggregation: v.exactOptional(name),
  b: finite,
  c: finite,
  /** One weight per predecessor, in their order. */
  w: v.pipe(v.array(finite), v.maxLength(200)),
});

const network = v.object({
  inputs: v.pipe(v.array(name), v.minLength(1), v.maxLength(200)),
  nodes: v.pipe(v.array(node), v.maxLength(400)),
  outputs: v.pipe(v.array(name), v.maxLength(200)),
  /** Values of nodes before the first step, which delayed edges read, by node id. Default: 0. */
  initial: v.exactOptional(v.record(name, finite)),
});

const customFunction = v.object({ name, source: v.pipe(v.string(), v.maxLength(8000)) });

/** Maximum length of a sequence. */
export const maxSteps = 100;

const firstTime = { steps: 2, targets: 'last' } as const;

const derive = v.object({
  /** Of a sequence, one step after another. */
  input: v.pipe(v.array(finite), v.maxLength(40 * maxSteps)),
  target: v.pipe(v.array(finite), v.maxLength(40 * maxSteps)),
  loss: name,
  /** The derivative that is explained, as `explain` reads it: `dloss/dw_2to4`. */
  selected: v.pipe(v.string(), v.maxLength(1000)),
  /**
   * `own`: the network as it is; `article`: the article's own numbers at node 7; `break`: with a mistake made; `fit`: the
   * formula of `fit.shown`.
   */
  mode: v.picklist(['own', 'article', 'break', 'fit']),
  mistake: v.picklist(['order', 'without-dLossDx', 'without-slope']),
  /** Steps of the trace that have been taken; null: all. */
  step: v.nullable(count(0, 100_000)),
  /** For the mistake `order`: the nodes in the order they are visited, some perhaps again. Empty: depth first. */
  order: v.optional(v.pipe(v.array(name), v.maxLength(400)), []),
  /** For a network with delays: the length of the sequence, and whether each step has a target or only the last. */
  time: v.optional(v.object({ steps: count(1, maxSteps), targets: v.picklist(['last', 'each']) }), firstTime),
  /** The layered network for which the two caches' savings are counted. */
  imagined: v.optional(v.object({ layers: count(1, 12), width: count(1, 32) }), { layers: 3, width: 10 }),
});

const train = v.object({
  data: v.picklist(['tripling', 'five-points', 'xor', 'circles', 'moons', 'spirals', 'drawn', 'iris', 'digits', 'csv']),
  /** The points of a drawn function: pairs x, y in [-1, 1], one after another; empty unless data is `drawn`. */
  drawn: v.pipe(v.array(finite), v.maxLength(400)),
  /** Sizes of the hidden layers. */
  hidden: v.pipe(v.array(count(1, 512)), v.maxLength(8)),
  /** A convolution before the hidden layers, with stride 2, if the inputs are an image; null: none. */
  convolution: v.optional(v.nullable(v.object({ filters: count(1, 10), kernel: count(2, 9) })), null),
  activation: name,
  outputActivation: name,
  loss: name,
  optimizer: v.picklist(['sgd', 'momentum', 'rmsprop', 'adagrad', 'adam', 'nadam', 'lion', 'rprop']),
  learningRate: v.pipe(finite, v.minValue(1e-9), v.maxValue(100)),
  batchSize: count(1, 4096),
  noise: v.pipe(finite, v.minValue(0), v.maxValue(1)),
  seed: count(0, 2 ** 31),
  /** Steps per second: a few, about 300, or as many as possible. */
  speed: v.optional(v.picklist(['slow', 'steady', 'full']), 'steady'),
  /** The number of the training sample whose gradient the edges show; null: they show the weights. */
  sample: v.optional(v.nullable(count(0, 1_000_000)), null),
  /** The user's graph with its parameters, trained instead of layers; null: the layers. */
  graph: v.optional(v.nullable(network), null),
  /** Steps taken. A training run is deterministic: a link repeats them. */
  steps: v.optional(count(0, 100_000_000), 0),
});

/** `graph`: the user's graph; else a recurrent layer. */
const sequenceKind = v.picklist(['rnn', 'lstm', 'gru', 'graph']);

/** Training on sequences, which Train offers beside samples. */
const sequenceSettings = v.object({
  /** Whether Train shows it. */
  open: v.boolean(),
  data: v.picklist(['temporal-xor', 'recall', 'sine', 'series']),
  /** The networks that are trained side by side. */
  kinds: v.pipe(v.array(sequenceKind), v.minLength(1), v.maxLength(4)),
  /** The kind whose nodes are shown. */
  shown: sequenceKind,
  /** The user's graph with its parameters, for the kind `graph`; null: none. */
  graph: v.optional(v.nullable(network), null),
  /** Null: the loss that suits the data. */
  loss: v.optional(v.nullable(name), null),
  units: count(1, 32),
  /** Length of a sequence. */
  steps: count(3, maxSteps),
  learningRate: v.pipe(finite, v.minValue(1e-6), v.maxValue(1)),
  batchSize: count(1, 256),
  seed: count(0, 2 ** 31),
  /** Steps of training. It is deterministic: a link repeats them. */
  taken: count(0, 1_000_000),
});

const sequences = v.pipe(
  sequenceSettings,
  v.check(({ kinds, graph }) => graph !== null || !kinds.includes('graph'), 'kinds: "graph" needs a graph'),
);

const firstSequences: v.InferOutput<typeof sequences> = {
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

/** Maximum length of the data of a fit, in characters. */
export const maxFitData = 40_000;
/** Maximum length of a formula, in characters. */
export const maxFormula = 400;

const formula = v.pipe(v.string(), v.maxLength(maxFormula));
/** A parameter of a formula, or its variable: at most as long as the formula. */
const nameInFormula = v.pipe(formula, v.minLength(1));
/** Numbers by a parameter's name. */
const values = v.record(nameInFormula, finite);

const fit = v.object({
  /** Lines of x and y, as they were pasted. */
  data: v.pipe(v.string(), v.maxLength(maxFitData)),
  /** `formula`: that of `formula`; `network`: the one drawn in Build. */
  model: v.picklist(['formula', 'network']),
  formula,
  /** The initial values of parameters that the user has set. */
  start: values,
  /** The number of the point whose derivatives are shown. */
  point: count(0, 10_000),
  /** The fitted formula that Derive shows in its mode `fit`; null: none. */
  shown: v.nullable(
    v.object({
      formula,
      /** The name in the formula that is the input. */
      variable: nameInFormula,
      /** Of the parameters; 1 where there is none. */
      values,
    }),
  ),
});

const firstFit: v.InferOutput<typeof fit> = {
  data: 'x, y\n1, 8.3\n2, 11.0\n3, 13.9\n4, 14.6\n5, 16.2\n6, 16.1\n7, 17.4\n8, 17.0',
  model: 'formula',
  formula: 'b1*(1 - exp(-b2*x))',
  start: {},
  point: 0,
  shown: null,
};

/** The chapters of the Learn view, in their order; the last one is the challenge. */
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

/** What a learner has done in one chapter. */
const work = v.object({
  /** Of the exercise's numbers; 0: the article's. */
  seed: count(0, 2 ** 31),
  /** The task that is shown. */
  task: count(0, 20),
  /** The checked answers of each task, in the order they were given. */
  tries: v.pipe(v.array(v.pipe(v.array(v.pipe(v.string(), v.maxLength(400))), v.maxLength(3))), v.maxLength(20)),
  /** The answer to the current task, not checked yet. */
  draft: v.pipe(v.string(), v.maxLength(400)),
});

const learn = v.object({
  chapter: v.picklist(chapterNames),
  work: v.partial(v.object(v.entriesFromList(chapterNames, work))),
});

/** The views, in the order in which they are offered. */
export const viewNames = ['learn', 'derive', 'train', 'fit', 'build', 'extend'] as const;

/** How the page is shown, for a class or inside another page. */
const display = v.object({
  /** Only the view that the link opens, without the others and without settings. */
  locked: v.boolean(),
  /** Views that are not offered. */
  hide: v.pipe(v.array(v.picklist(viewNames)), v.maxLength(viewNames.length)),
  /** `hidden`: Derive begins before the first step, and Learn does not show a solution after three tries. */
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
  /** The seed of the printable exercise sheet that Learn shows instead of a chapter; null: none. */
  sheet: v.optional(v.nullable(count(0, 2 ** 31)), null),
  /** The task that Learn sets in another view; null: none. */
  task: v.optional(v.nullable(v.picklist(['four-successors', 'softsign'])), null),
  network,
  derive,
  train,
  sequences: v.optional(sequences, firstSequences),
  fit: v.optional(fit, firstFit),
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
    time: firstTime,
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
  sequences: firstSequences,
  fit: firstFit,
  custom: { activations: [], losses: [] },
};

/** Validates an external state; throws valibot's error with the path of what is wrong. */
export const parseState = (value: unknown): PlaygroundState => v.parse(state, value);
