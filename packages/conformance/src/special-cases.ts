/** Graphs and plugins for cases that the random graphs of the suite do not cover. */
import { sigmoid } from '@nnbp/activations';
import {
  type Activation,
  type Aggregation,
  type Graph,
  GraphBuilder,
  type Loss,
  type Optimizer,
  type Random,
} from '@nnbp/core';

/** Creates a graph with a dense layer, a sparse layer and an output node, all with the given activation. */
export function mixed(random: Random, activation: Activation): Graph {
  const builder = new GraphBuilder();
  const inputs = ['a', 'b', 'c'].map((id) => builder.input(id));
  const dense = builder.layer(6, { name: 'dense', from: inputs, activation });
  const sparse = [0, 1, 2, 3].map((k) => {
    const from = [...inputs, ...dense].filter(() => random.uniform() < 0.4);
    return builder.node(`sparse ${k}`, { from, activation, fixed: k < 2 ? { c: 1 } : {} });
  });
  builder.output(builder.node('out', { from: [...dense, ...sparse], activation }));
  return builder.build();
}

/** Creates a graph in which all nodes share the same three weights. */
export function fullyShared(): Graph {
  const builder = new GraphBuilder();
  const ids = ['a', 'b', 'c'].map((id) => builder.input(id));
  for (let k = 0; k < 6; k++) {
    const from = ids.slice(-3);
    const w = Object.fromEntries(from.map((id, n) => [id, `w ${n}`]));
    ids.push(builder.node(`node ${k}`, { from, activation: sigmoid, shared: { w } }));
  }
  builder.output(ids[ids.length - 1]);
  return builder.build();
}

/** Creates a chain of nodes that are all outputs. */
export function chainedOutputs(): Graph {
  const builder = new GraphBuilder();
  let previous = builder.input('in');
  builder.output(previous);
  for (let k = 0; k < 5; k++) {
    previous = builder.node(`node ${k}`, { from: [previous], activation: sigmoid });
    builder.output(previous);
  }
  return builder.build();
}

/** A custom activation. */
export const wave: Activation = {
  name: 'wave',
  value: (h) => h / 2 + Math.sin(h) / 4,
  derivative: (h) => 0.5 + Math.cos(h) / 4,
};

/** A custom aggregation: half the sum of the squares. */
export const squares: Aggregation = {
  name: 'squares',
  value(z) {
    let sum = 0;
    for (let e = 0; e < z.length; e++) sum += z[e] ** 2;
    return sum / 2;
  },
  derivative(z, _a, dAdz) {
    for (let e = 0; e < z.length; e++) dAdz[e] = z[e];
  },
};

/**
 * A custom loss in which outputs interact: half the squared difference between the sum of the targets and the sum of the
 * outputs.
 */
export const couplingLoss: Loss = {
  name: 'coupling',
  value: (x, t) => difference(x, t) ** 2 / 2,
  derivative(x, t, dLossDx) {
    dLossDx.fill(-difference(x, t));
  },
};

function difference(x: ArrayLike<number>, t: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < x.length; k++) sum += t[k] - x[k];
  return sum;
}

/** A custom optimizer: sign descent with a step size of 0.01 / n in step n. */
export function signDescent(): Optimizer {
  let steps = 0;
  return {
    name: 'sign descent',
    step(parameters, gradients) {
      steps++;
      for (let p = 0; p < parameters.length; p++) parameters[p] -= (0.01 / steps) * Math.sign(gradients[p]);
    },
    state: () => ({ name: 'sign descent', numbers: { steps }, vectors: {} }),
    restore: ({ numbers }) => void (steps = numbers.steps),
  };
}
