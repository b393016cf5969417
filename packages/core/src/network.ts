/** The network: a graph with parameters, which you can train and use for predictions. */
import { NnbpError } from './errors.js';
import { expectArray, expectFinite, expectLength } from './expect.js';
import type { Graph } from './graph.js';
import { glorotUniform, type Initializer } from './initializers.js';
import { expectOutputTransform, type OutputTransform } from './output-transform.js';
import { type NodeParameters, ParameterVector } from './parameters.js';
import { Prediction } from './prediction.js';
import { Random } from './random.js';
import type { Row } from './rows.js';
import type { Standardization } from './standardization.js';

/** Options of a new network. */
export interface NetworkOptions {
  /** The seed of the initial weights: any finite number. Default: 0. */
  readonly seed?: number;
  /** Draws the initial weights. b starts at 0, c at 1. Default: {@link glorotUniform}. */
  readonly initializer?: Initializer;
  /** The function that predictions apply to the output values; see {@link Network.outputTransform}. Default: `none`. */
  readonly outputTransform?: OutputTransform;
}

/**
 * A {@link Graph} and its parameters.
 *
 * @example
 * ```ts
 * import { sigmoid } from '@nnbp/activations';
 * import { mlp, Network } from '@nnbp/core';
 *
 * const network = new Network(mlp([2, 3, 1], { activation: sigmoid }), { seed: 42 });
 * network.predict([0.5, 1]).length; // 1
 * ```
 */
export class Network {
  /** All parameters, as one flat vector with access by node. */
  readonly parameters: ParameterVector;
  #inputScaler: Standardization | undefined;
  #outputScaler: Standardization | undefined;
  /** The parameters followed by the graph's constants; see `Graph`.
   *
   * @internal
   */
  readonly slots: Float64Array;
  #outputTransform: OutputTransform = 'none';
  #prediction: Prediction | undefined;

  /**
   * @throws NnbpError `NOT_FINITE` (the seed, or a weight that the initializer drew), `OUT_OF_RANGE` (an unknown output
   * transform)
   */
  constructor(
    /** The structure of the network. */
    readonly graph: Graph,
    options: NetworkOptions = {},
  ) {
    const { seed = 0, initializer = glorotUniform } = options;
    this.slots = graph.slots([]);
    this.parameters = new ParameterVector(graph, this.slots.subarray(0, graph.parameterCount));
    initialize(graph, this.parameters.vector, initializer, new Random(seed));
    expectFinite('The initialized parameters', this.parameters.vector);
    if (options.outputTransform !== undefined) this.outputTransform = options.outputTransform;
  }

  /** The scaler of the inputs; undefined if they are not standardized. Set by `fit` or by assignment. */
  get inputScaler(): Standardization | undefined {
    return this.#inputScaler;
  }

  /** @throws NnbpError `WRONG_LENGTH` */
  set inputScaler(scaler: Standardization | undefined) {
    if (scaler !== undefined) expectLength('inputScaler', scaler.mean.length, this.graph.inputCount);
    this.#inputScaler = scaler;
  }

  /** The scaler of outputs and targets; undefined if they are not standardized. Set by `fit` or by assignment. */
  get outputScaler(): Standardization | undefined {
    return this.#outputScaler;
  }

  /** @throws NnbpError `WRONG_LENGTH` */
  set outputScaler(scaler: Standardization | undefined) {
    if (scaler !== undefined) expectLength('outputScaler', scaler.mean.length, this.graph.outputs.length);
    this.#outputScaler = scaler;
  }

  /**
   * A function of the output values. `predict` and every export apply it, and `evaluate` applies it before its metrics.
   * Set it on a network that is trained with a loss on logits, so that its predictions are probabilities. Losses,
   * derivatives and the cache of `backpropagate` use the output values before the transform. Default: `none`.
   */
  get outputTransform(): OutputTransform {
    return this.#outputTransform;
  }

  /** @throws NnbpError `OUT_OF_RANGE` */
  set outputTransform(transform: OutputTransform) {
    expectOutputTransform(transform);
    this.#outputTransform = transform;
  }

  /**
   * Returns the outputs for one sample, in the units of the data. Computes in float64; see `compile` for faster
   * engines. Delayed edges read their initial values.
   *
   * @param input - One number per input node, in the order in which the inputs were declared.
   * @throws NnbpError `WRONG_TYPE`, `WRONG_LENGTH`, `NOT_FINITE`; `OVERFLOW`, naming the node where it first occurred
   */
  predict(input: Row): number[] {
    return this.#predict(input, 0);
  }

  /**
   * Returns the outputs for many samples; see {@link Network.predict}.
   *
   * @throws NnbpError `WRONG_TYPE`, `EMPTY_DATA`, and the errors thrown by `predict`
   */
  predictBatch(inputs: ArrayLike<Row>): number[][] {
    expectArray('inputs', inputs);
    if (inputs.length === 0) throw new NnbpError('EMPTY_DATA', 'inputs is empty. Pass at least one sample.');
    return Array.from(inputs, (input, sample) => this.#predict(input, sample));
  }

  /**
   * Sets some of a node's parameters; see {@link ParameterVector.set}.
   *
   * @throws NnbpError `UNKNOWN_ID`, `FIXED_PARAMETER`, `NOT_FINITE`, `WRONG_TYPE`; the parameters are then unchanged
   */
  setParameters(id: string, values: Partial<NodeParameters>): void {
    this.parameters.set(id, values);
  }

  /**
   * Returns a node's parameters, by name.
   *
   * @throws NnbpError `UNKNOWN_ID`
   */
  getParameters(id: string): NodeParameters {
    return this.parameters.of(id);
  }

  #predict(input: Row, sample: number): number[] {
    return (this.#prediction ??= new Prediction(this.graph)).predict(this, input, sample);
  }
}

function initialize(graph: Graph, parameters: Float64Array, initializer: Initializer, random: Random): void {
  const isSet = new Uint8Array(graph.parameterCount);
  // The first node that uses a shared parameter determines its initial value.
  const setOnce = (index: number, value: () => number) => {
    if (index < 0 || isSet[index] === 1) return;
    isSet[index] = 1;
    parameters[index] = value();
  };
  for (let i = graph.inputCount; i < graph.nodeCount; i++) {
    const { b = 0, c = 1, w: draw = initializer } = graph.initializers.get(i) ?? {};
    const fanIn = graph.edgeStart[i + 1] - graph.edgeStart[i];
    setOnce(graph.biasIndex(i), () => b);
    setOnce(graph.scaleIndex(i), () => c);
    for (let edge = graph.edgeStart[i]; edge < graph.edgeStart[i + 1]; edge++) {
      const j = graph.predecessors[edge];
      const fanOut = graph.successorStart[j + 1] - graph.successorStart[j];
      setOnce(graph.weightIndex(edge, i), () => draw(fanIn, fanOut, random));
    }
  }
}
