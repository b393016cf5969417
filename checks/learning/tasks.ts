/**
 * The learning tasks. Each task draws its data, trains a network and returns a measure, which is compared with a
 * threshold.
 */
import { identity, relu } from '@nnbp/activations';
import { type Engine, Graph, GraphBuilder, Network, predictSequence, Random, shuffle, stream } from '@nnbp/core';
import { conv2d, gru, lstm, maxPool, rnn } from '@nnbp/layers';
import { binaryCrossEntropyWithLogits, mse, softmaxCrossEntropy } from '@nnbp/losses';
import { adam, chain, clipByNorm, cosine } from '@nnbp/optim';
import { fit, type Sample, type Sequence } from '@nnbp/train';
import { handwrittenDigits } from '../../apps/demo/src/data.js';

export interface Task {
  /** Description of the measure, which is computed on new sequences or images. */
  readonly measure: string;
  /** Description of the threshold that `passes` checks. */
  readonly threshold: string;
  /** Number of seeds out of 20 that must reach the threshold. */
  readonly requiredOf20: number;
  /** Trains with one seed and returns the measure. */
  run(seed: number, engine: Engine): Promise<number>;
  passes(measure: number): boolean;
}

/** Builds a graph with one hidden layer, which `addHidden` adds, and a linear output layer. */
function graphOf(
  inputs: number,
  outputs: number,
  addHidden: (builder: GraphBuilder, from: string[]) => string[],
): Graph {
  const builder = new GraphBuilder();
  const hidden = addHidden(builder, builder.inputs(inputs));
  builder.output(...builder.layer(outputs, { from: hidden, activation: identity, fixed: { c: 1 }, name: 'y' }));
  return builder.build();
}

const oneHot = (k: number, count: number) => Array.from({ length: count }, (_, j) => Number(j === k));
const argmax = (row: readonly number[]) => row.indexOf(Math.max(...row));
const clippedAdam = (learningRate: number) => chain(clipByNorm(1), adam({ learningRate }));

/** Temporal XOR: the target is x(t) ⊕ x(t − 1) of random bits. */
const temporalXor: Task = {
  measure: 'accuracy on 100 new sequences of 50 bits',
  threshold: '≥ 98.3 %',
  requiredOf20: 20,
  passes: (accuracy) => accuracy >= 0.983,
  async run(seed, engine) {
    const random = new Random(seed);
    const draw = (count: number): Sequence[] =>
      Array.from({ length: count }, () => {
        const bits = Array.from({ length: 50 }, () => Number(random.uniform() < 0.5));
        return {
          inputs: bits.map((bit) => [2 * bit - 1]),
          targets: bits.map((bit, t) => (t === 0 ? null : [bit ^ bits[t - 1]])),
        };
      });
    const network = new Network(
      graphOf(1, 1, (builder, from) => rnn(builder, { from, units: 8 })),
      { seed },
    );
    await fit(
      network,
      { sequences: draw(200) },
      {
        loss: binaryCrossEntropyWithLogits(),
        optimizer: clippedAdam(0.01),
        epochs: 60,
        batchSize: 20,
        engine,
        seed,
      },
    );
    let [correct, count] = [0, 0];
    for (const { inputs, targets } of draw(100)) {
      predictSequence(network, inputs).forEach(([logit], t) => {
        const target = targets[t];
        if (target === null) return;
        count++;
        correct += Number(logit > 0 === (target[0] === 1));
      });
    }
    return correct / count;
  },
};

/**
 * The embedded Reber grammar (Hochreiter and Schmidhuber 1997): the second symbol occurs again just before the last
 * symbol.
 */
const reber = (() => {
  const symbols = 'BTSXPVE';
  const edges: [symbol: string, next: number][][] = [
    [['B', 1]],
    [
      ['T', 2],
      ['P', 3],
    ],
    [
      ['S', 2],
      ['X', 4],
    ],
    [
      ['T', 3],
      ['V', 5],
    ],
    [
      ['X', 3],
      ['S', 6],
    ],
    [
      ['P', 4],
      ['V', 6],
    ],
    [['E', 7]],
  ];
  /** Draws a string, with the symbols that can follow each of its symbols. */
  const draw = (random: Random) => {
    const inner: string[] = [];
    const legal: string[] = [];
    for (let state = 0; state < 7;) {
      const [symbol, next] = edges[state][Math.floor(random.uniform() * edges[state].length)];
      inner.push(symbol);
      state = next;
      legal.push(next < 7 ? edges[next].map(([follows]) => follows).join('') : '');
    }
    const second = random.uniform() < 0.5 ? 'T' : 'P';
    legal[legal.length - 1] = second;
    return { text: ['B', second, ...inner, second, 'E'].join(''), legal: ['TP', 'B', ...legal, 'E'], second };
  };
  const task: Task = {
    measure:
      'share of 256 new strings in which each predicted symbol is legal and the second symbol is repeated correctly',
    threshold: '≥ 99 %',
    requiredOf20: 18,
    passes: (share) => share >= 0.99,
    async run(seed, engine) {
      const random = new Random(seed);
      const network = new Network(
        graphOf(7, 7, (builder, from) => lstm(builder, { from, units: 8 })),
        { seed },
      );
      const sequences = Array.from({ length: 2000 }, (): Sequence => {
        const { text } = draw(random);
        const rows = Array.from(text, (symbol) => oneHot(symbols.indexOf(symbol), 7));
        return { inputs: rows.slice(0, -1), targets: rows.slice(1) };
      });
      // 20,000 sequences: 10 epochs of 2,000.
      await fit(
        network,
        { sequences },
        {
          loss: softmaxCrossEntropy(),
          optimizer: clippedAdam(0.01),
          epochs: 10,
          batchSize: 8,
          engine,
          seed,
        },
      );
      let correct = 0;
      for (let n = 0; n < 256; n++) {
        const { text, legal, second } = draw(random);
        const inputs = Array.from(text.slice(0, -1), (symbol) => oneHot(symbols.indexOf(symbol), 7));
        const guesses = predictSequence(network, inputs).map((row) => symbols[argmax(row)]);
        const isRepeated = guesses[guesses.length - 2] === second;
        correct += Number(isRepeated && guesses.every((guess, t) => legal[t].includes(guess)));
      }
      return correct / 256;
    },
  };
  return task;
})();

/** The adding problem (Hochreiter and Schmidhuber 1997): the sum of the two marked numbers in a sequence of 50. */
const adding: Task = {
  measure: 'mean squared error on 200 new sequences of 50 steps',
  threshold: '< 0.01',
  requiredOf20: 18,
  passes: (error) => error < 0.01,
  async run(seed, engine) {
    const random = new Random(seed);
    const draw = (count: number): Sequence[] =>
      Array.from({ length: count }, () => {
        const marks = [Math.floor(random.uniform() * 25), 25 + Math.floor(random.uniform() * 25)];
        const inputs = Array.from({ length: 50 }, (_, t) => [random.uniform(), Number(marks.includes(t))]);
        const sum = inputs[marks[0]][0] + inputs[marks[1]][0];
        return { inputs, targets: inputs.map((_, t) => (t === 49 ? [sum] : null)) };
      });
    const network = new Network(
      graphOf(2, 1, (builder, from) => gru(builder, { from, units: 16 })),
      { seed },
    );
    await fit(
      network,
      { sequences: draw(4000) },
      {
        loss: mse(),
        optimizer: clippedAdam(0.005),
        epochs: 20,
        batchSize: 20,
        engine,
        seed,
      },
    );
    const test = draw(200);
    const errors = test.map(({ inputs, targets }) => (predictSequence(network, inputs)[49][0] - targets[49]![0]!) ** 2);
    return errors.reduce((sum, error) => sum + error) / errors.length;
  },
};

/** A sine with a random phase: the network reads 50 steps, then forecasts the next 50 from its own outputs. */
const sine: Task = {
  measure: 'R² of 50 forecast steps after 50 known steps, on 100 new phases',
  threshold: '≥ 0.95',
  requiredOf20: 19,
  passes: (r2) => r2 >= 0.95,
  async run(seed, engine) {
    const random = new Random(seed);
    const wave = (steps: number) => {
      const phase = 2 * Math.PI * random.uniform();
      return Array.from({ length: steps }, (_, t) => Math.sin(phase + (2 * Math.PI * t) / 20));
    };
    const network = new Network(
      graphOf(1, 1, (builder, from) => gru(builder, { from, units: 12 })),
      { seed },
    );
    const sequences = Array.from({ length: 200 }, (): Sequence => {
      const values = wave(101);
      return { inputs: values.slice(0, -1).map((x) => [x]), targets: values.slice(1).map((x) => [x]) };
    });
    await fit(
      network,
      { sequences },
      {
        loss: mse(),
        optimizer: clippedAdam(0.01),
        epochs: 60,
        batchSize: 20,
        engine,
        seed,
      },
    );
    let [residual, total] = [0, 0];
    for (let n = 0; n < 100; n++) {
      const values = wave(100);
      const predictor = stream(network);
      let next = 0;
      values.slice(0, 50).forEach((x) => ([next] = predictor.next([x])));
      values.slice(50).forEach((x) => {
        residual += (x - next) ** 2;
        total += x ** 2;
        [next] = predictor.next([next]);
      });
    }
    return 1 - residual / total;
  },
};

/**
 * Discrete sequence recall: two symbols among distractors, then two prompts. At the prompts, the network must repeat the
 * two symbols in order. During training, the length of the sequences, prompts included, grows from 4 to 10.
 */
const recall: Task = {
  measure: 'share of 100 new sequences of length 10 recalled without error',
  threshold: '≥ 95 %',
  requiredOf20: 19,
  passes: (share) => share >= 0.95,
  async run(seed, engine) {
    const random = new Random(seed);
    // Symbols 0 and 1 must be repeated, 2 and 3 are distractors, 4 and 5 are prompts.
    const draw = (length: number): Sequence & { readonly expected: readonly number[] } => {
      const expected = [0, 1].map(() => Math.floor(random.uniform() * 2));
      const beforePrompts = Array.from({ length: length - 2 }, () => 2 + Math.floor(random.uniform() * 2));
      const positions = Uint32Array.from(beforePrompts.keys());
      shuffle(positions, random);
      const [first, second] = positions.slice(0, 2).sort();
      [beforePrompts[first], beforePrompts[second]] = expected;
      const symbols = [...beforePrompts, 4, 5];
      return {
        expected,
        inputs: symbols.map((symbol) => oneHot(symbol, 6)),
        targets: symbols.map((_, t) => (t < length - 2 ? null : oneHot(expected[t - length + 2], 2))),
      };
    };
    const network = new Network(
      graphOf(6, 2, (builder, from) => lstm(builder, { from, units: 8 })),
      { seed },
    );
    const optimizer = clippedAdam(0.01);
    // 9,625 sequences: 1,375 for each of 7 lengths.
    for (let length = 4; length <= 10; length++) {
      const sequences = Array.from({ length: 1375 }, () => draw(length));
      await fit(
        network,
        { sequences },
        { loss: softmaxCrossEntropy(), optimizer, epochs: 1, batchSize: 5, engine, seed },
      );
    }
    let correct = 0;
    for (let n = 0; n < 100; n++) {
      const { inputs, expected } = draw(10);
      const found = predictSequence(network, inputs).slice(-2);
      correct += Number(expected.every((symbol, k) => argmax(found[k]) === symbol));
    }
    return correct / 100;
  },
};

/** Returns an image of 28 × 28 pixels, moved down and right by the given numbers of pixels. Uncovered pixels are 0. */
function shifted(image: ArrayLike<number>, down: number, right: number): Float64Array {
  const moved = new Float64Array(28 * 28);
  for (let row = Math.max(0, down); row < Math.min(28, 28 + down); row++) {
    for (let column = Math.max(0, right); column < Math.min(28, 28 + right); column++) {
      moved[28 * row + column] = image[28 * (row - down) + column - right];
    }
  }
  return moved;
}

/** Handwritten digits: each seed draws 8,000 for training and 2,000 for testing. */
const digits: Task = {
  measure: 'accuracy on 2,000 test digits',
  threshold: '≥ 98 %',
  requiredOf20: 18,
  passes: (accuracy) => accuracy >= 0.98,
  async run(seed, engine) {
    const { training, test } = handwrittenDigits(seed);
    const builder = new GraphBuilder();
    const image = builder.inputs(28 * 28);
    const first = conv2d(builder, {
      from: image,
      height: 28,
      width: 28,
      kernel: 5,
      filters: 8,
      activation: relu,
      name: 'first',
    });
    const pooled = maxPool(builder, { from: first, channels: 8, height: 24, width: 24, kernel: 2, name: 'pooled' });
    const second = conv2d(builder, {
      from: pooled,
      channels: 8,
      height: 12,
      width: 12,
      kernel: 5,
      filters: 24,
      activation: relu,
      name: 'second',
    });
    const features = maxPool(builder, { from: second, channels: 24, height: 8, width: 8, kernel: 2, name: 'features' });
    builder.output(...builder.layer(10, { from: features, activation: identity, fixed: { c: 1 }, name: 'y' }));
    const network = new Network(builder.build(), { seed });
    const random = new Random(seed);
    const order = Uint32Array.from({ length: training.inputs.length }, (_, k) => k);
    /** Yields each digit once, in random order, moved by up to two pixels in each direction. */
    // oxlint-disable-next-line typescript/require-await -- a stream is asynchronous, even without await
    const moved = async function* (): AsyncGenerator<Sample> {
      shuffle(order, random);
      for (const n of order) {
        const [down, right] = [0, 0].map(() => Math.floor(5 * random.uniform()) - 2);
        yield { input: shifted(training.inputs[n], down, right), target: training.targets[n] };
      }
    };
    const dropout = { rate: 0.4, nodes: features };
    const epochs = 20;
    const optimizer = adam({ learningRate: cosine({ peak: 0.002, steps: (epochs * order.length) / 32 }) });
    await fit(network, moved, { loss: softmaxCrossEntropy(), optimizer, epochs, batchSize: 32, engine, seed, dropout });
    const inputs = Array.from(test.inputs, (row) => Array.from(row));
    const correct = network.predictBatch(inputs).filter((row, s) => test.targets[s][argmax(row)] === 1).length;
    return correct / inputs.length;
  },
};

export const tasks: Readonly<Record<string, Task>> = {
  'temporal XOR': temporalXor,
  recall,
  Reber: reber,
  adding,
  sine,
  digits,
};
