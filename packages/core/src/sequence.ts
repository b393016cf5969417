/** Runs a network on one sequence: predictions, derivatives through time, and a stream that keeps its state. */
import type { ReferenceCache } from './cache.js';
import type { Loss } from './contract.js';
import { NnbpError } from './errors.js';
import { expectArray, expectFinite, expectLength, mismatch } from './expect.js';
import type { Network } from './network.js';
import { expectNoOverflow } from './overflow.js';
import { ParameterVector } from './parameters.js';
import { Prediction } from './prediction.js';
import { StepPass } from './js/step-pass.js';
import { ReferenceExecutor } from './reference.js';
import { flatRows, type Row } from './rows.js';

/** The result of {@link backpropagateSequence}. */
export interface SequencePass {
  /** The mean loss over the steps that have a target. */
  readonly loss: number;
  /** The loss of each step; undefined for a step without a target. */
  readonly losses: readonly (number | undefined)[];
  /** The outputs at each step; standardized if the network has an output scaler. */
  readonly outputs: readonly (readonly number[])[];
  /**
   * x, h, g, slope and dloss/dx of every node and step, for example `cache.x(id, 0, step)`, where 0 is the index of the
   * only sequence. dloss/dx is the derivative of the sum of the losses, not of their mean.
   */
  readonly cache: ReferenceCache;
  /** dloss/db, dloss/dc and dloss/dw of every node, for the mean loss. */
  readonly gradients: ParameterVector;
}

/**
 * Returns the outputs at every step of a sequence, in the units of the data. At the first step, delayed edges read
 * their initial values. For a sequence of one step, the only row equals the result of `network.predict`.
 *
 * @param inputs - One row per step.
 * @throws NnbpError `WRONG_TYPE`, `WRONG_LENGTH`, `NOT_FINITE`, `EMPTY_DATA` (no steps), `OVERFLOW` (the message
 * names the step and the node)
 */
export function predictSequence(network: Network, inputs: ArrayLike<Row>): number[][] {
  expectSteps(inputs);
  const cached = streams.get(network) ?? stream(network);
  streams.set(network, cached);
  cached.reset();
  return Array.from(inputs, (input) => cached.next(input));
}

/**
 * Runs a forward and a backward pass on one sequence and returns every derivative through time. Does not change the
 * parameters. Inputs and targets are in the units of the data. If the network has scalers, the losses, cache and
 * gradients refer to the standardized values.
 *
 * @param targets - One row per step, or null for a step without a target.
 * @throws NnbpError `WRONG_TYPE`, `WRONG_LENGTH`, `NOT_FINITE`, `WRONG_TARGET`, `EMPTY_DATA` (no steps, or no targets);
 * `OVERFLOW`
 *
 * @example
 * ```ts
 * import { identity } from '@nnbp/activations';
 * import { backpropagateSequence, delayed, GraphBuilder, Network } from '@nnbp/core';
 * import { mse } from '@nnbp/losses';
 *
 * const builder = new GraphBuilder();
 * const from = [builder.input('x'), delayed('h')];
 * builder.output(builder.node('h', { from, activation: identity, fixed: { b: 0, c: 1 } }));
 * const network = new Network(builder.build(), { initializer: () => 2 });
 * const pass = backpropagateSequence(network, [[1], [1]], [null, [5]], mse());
 * pass.outputs; // [[2], [6]]
 * pass.gradients.of('h').w; // { x: 6, 'h@-1': 4 }
 * ```
 */
export function backpropagateSequence(
  network: Network,
  inputs: ArrayLike<Row>,
  targets: ArrayLike<Row | null>,
  loss: Loss,
): SequencePass {
  const { graph, inputScaler, outputScaler } = network;
  expectSteps(inputs);
  expectArray('targets', targets);
  const steps = inputs.length;
  if (targets.length !== steps) {
    throw mismatch('WRONG_LENGTH', 'targets', `one row per step (${steps})`, targets.length);
  }
  const executor = executorOf(network, steps);
  const width = graph.outputs.length;
  const inputRows = flatRows('input', inputs, graph.inputCount, inputScaler, 'step');
  // A step without a target gets a row of zeros, which is ignored because the weight of the step is 0.
  // oxlint-disable-next-line typescript/prefer-nullish-coalescing -- `??` would also replace undefined.
  const filledTargets = Array.from(targets, (target) => (target === null ? new Float64Array(width) : target));
  const targetRows = flatRows('target', filledTargets, width, outputScaler, 'step');
  const targetOf = (t: number) => targetRows.subarray(t * width, (t + 1) * width);
  const weights = Float64Array.from(targets, (target) => Number(target !== null));
  if (!weights.includes(1)) throw new NnbpError('EMPTY_DATA', 'targets: expected a target for at least one step.');
  for (let t = 0; t < steps; t++) {
    const problem = weights[t] === 0 ? undefined : loss.targetProblem?.(targetOf(t));
    if (problem) throw new NnbpError('WRONG_TARGET', `target of step ${t}, for the loss ${loss.name}: ${problem}.`);
  }
  const mean = executor.backpropagate(inputRows, targetRows, oneSample(steps), loss, { weights });
  const outputs = executor.cache.sequences[0].steps.map(({ x }) => Array.from(graph.outputs, (i) => x[i]));
  const lossOf = (t: number) => (weights[t] === 0 ? undefined : loss.value(outputs[t], targetOf(t)));
  expectNoOverflow(executor, mean, (_, t) => lossOf(t) ?? 0);
  return {
    loss: mean,
    losses: outputs.map((_, t) => lossOf(t)),
    outputs,
    cache: executor.cache,
    gradients: new ParameterVector(graph, executor.gradients),
  };
}

/**
 * Predicts one step at a time. Between calls, it keeps the values read by delayed edges. Created by {@link stream}.
 */
export class NetworkStream {
  readonly #network: Network;
  readonly #step: StepPass;
  readonly #prediction: Prediction;
  /** The number of steps since the last reset. */
  #steps = 0;

  /** @internal */
  constructor(network: Network) {
    this.#network = network;
    this.#step = new StepPass(network.graph);
    this.#prediction = new Prediction(network.graph, this.#step);
  }

  /**
   * Returns the outputs for the next step. Allocates only the result.
   *
   * @param input - One number per input node, in the units of the data.
   * @throws NnbpError `WRONG_TYPE`, `WRONG_LENGTH`, `NOT_FINITE`, `OVERFLOW`; the state is then unchanged
   */
  next(input: Row): number[] {
    const outputs = this.#prediction.predict(this.#network, input, this.#steps, 'Step');
    this.#step.advance();
    this.#steps++;
    return outputs;
  }

  /** Starts a new sequence: resets the state to the initial values. */
  reset(): void {
    this.#step.state.set(this.#network.graph.initialState());
    this.#steps = 0;
  }

  /** A copy of the state: `graph.stateSize` numbers. To continue from a saved state, assign it to `state`. */
  get state(): number[] {
    return [...this.#step.state];
  }

  /**
   * @throws NnbpError `WRONG_TYPE`, `WRONG_LENGTH` (the state of another network), `NOT_FINITE`; the state is then
   * unchanged
   */
  set state(state: readonly number[]) {
    expectArray('state', state);
    expectLength('state', state.length, this.#network.graph.stateSize);
    expectFinite('state', state);
    this.#step.state.set(state);
  }
}

/** Creates a stream, which predicts one step at a time and keeps the values read by delayed edges. */
export const stream = (network: Network): NetworkStream => new NetworkStream(network);

/** The streams that `predictSequence` reuses. */
const streams = /* @__PURE__ */ new WeakMap<Network, NetworkStream>();

/** Returns the number of samples at each step of a single sequence: always 1. */
const oneSample = (steps: number) => new Array<number>(steps).fill(1);

function expectSteps(inputs: ArrayLike<Row>): void {
  expectArray('inputs', inputs);
  if (inputs.length === 0) throw new NnbpError('EMPTY_DATA', 'The sequence is empty. Pass at least one step.');
}

function executorOf(network: Network, steps: number): ReferenceExecutor {
  expectFinite('parameters', network.parameters.vector);
  const executor = new ReferenceExecutor(network.graph, 1, steps);
  executor.parameters.set(network.parameters.vector);
  return executor;
}
