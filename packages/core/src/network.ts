/** A graph with parameters: what learns, predicts, and can be asked for every number of its derivatives. */
import type { ReferenceCache } from './cache.js';
import type { Loss } from './contract.js';
import { allFinite, expectFinite, expectLength, NnbpError } from './errors.js';
import type { Graph } from './graph.js';
import { glorotUniform, type Initializer } from './initializers.js';
import { Prediction } from './js/prediction.js';
import { applyOutputTransform, expectOutputTransform, type OutputTransform } from './output-transform.js';
import { expectNoOverflow } from './overflow.js';
import { type NodeParameters, ParameterVector } from './parameters.js';
import { Random } from './random.js';
import { ReferenceExecutor } from './reference.js';
import { flatRows, type Row, splitRows } from './rows.js';
import { backpropagateSequence, NetworkStream, predictSequence, type SequencePass } from './sequence.js';
import { Standardization } from './standardization.js';

/** How a network's parameters start. */
export interface NetworkOptions {
  /** Any finite number; the same seed gives the same parameters. Default 0. */
  readonly seed?: number;
  /** Draws the weights; default {@link glorotUniform}. Each b starts at 0, each c at 1. */
  readonly initializer?: Initializer;
  /** What predictions make of the output values; see {@link Network.outputTransform}. Default `none`. */
  readonly outputTransform?: OutputTransform;
}

/** What one backpropagation found. */
export interface Pass {
  /** The mean loss over the samples. */
  readonly loss: number;
  /** For each sample the output nodes' values, in the network's own (standardised) units if it has such. */
  readonly outputs: readonly (readonly number[])[];
  /** x, h, g, slope and dloss/dx of every node and sample. */
  readonly cache: ReferenceCache;
  /** dloss/db, dloss/dc and dloss/dw of every node, for the mean loss. */
  readonly gradients: ParameterVector;
}

/**
 * A {@link Graph} and its parameters.
 *
 * @example
 * ```ts
 * import { sigmoid } from '@nnbp/activations';
 * import { mlp, Network } from '@nnbp/core';
 * import { mse } from '@nnbp/losses';
 *
 * const network = new Network(mlp([2, 3, 1], { activation: sigmoid }), { seed: 42 });
 * const pass = network.backpropagate([0.5, 1], [1], mse());
 * pass.gradients.of('output.0').b === pass.cache.dLossDx('output.0') * pass.cache.slope('output.0'); // true
 * ```
 */
export class Network {
  /** All parameters, one flat vector with a view by node. */
  readonly parameters: ParameterVector;
  #inputScaler: Standardization | undefined;
  #outputScaler: Standardization | undefined;
  /** The parameters, and the graph's constants if it needs any but 1; see `Graph`. */
  readonly #slots: Float64Array;
  #outputTransform: OutputTransform = 'none';
  /** Made by the first prediction of one sample, and of several. */
  #single: Prediction | undefined;
  #several: Prediction | undefined;

  /** @throws NnbpError `NOT_FINITE` (the seed, or a weight the initialiser drew), `OUT_OF_RANGE` (the transform) */
  constructor(
    /** Its shape. */
    readonly graph: Graph,
    options: NetworkOptions = {},
  ) {
    const { seed = 0, initializer = glorotUniform } = options;
    const { parameterCount, biasSlots } = graph;
    const vector = new Float64Array(parameterCount);
    this.#slots = biasSlots === undefined ? vector : graph.slots(vector);
    this.parameters = new ParameterVector(graph, this.#slots.subarray(0, parameterCount));
    initialize(graph, this.parameters.vector, initializer, new Random(seed));
    expectFinite('The initialised parameters', this.parameters.vector);
    if (options.outputTransform !== undefined) this.outputTransform = options.outputTransform;
  }

  /** The units of the inputs, if they are standardised. Set by `fit`; assign to set them by hand. */
  get inputScaler(): Standardization | undefined {
    return this.#inputScaler;
  }

  /** @throws NnbpError `WRONG_LENGTH` */
  set inputScaler(units: Standardization | undefined) {
    if (units !== undefined) expectLength('inputScaler', units.mean.length, this.graph.inputCount);
    this.#inputScaler = units;
  }

  /** The units of the outputs and targets, if they are standardised. Set by `fit`; assign to set them by hand. */
  get outputScaler(): Standardization | undefined {
    return this.#outputScaler;
  }

  /** @throws NnbpError `WRONG_LENGTH` */
  set outputScaler(units: Standardization | undefined) {
    if (units !== undefined) expectLength('outputScaler', units.mean.length, this.graph.outputs.length);
    this.#outputScaler = units;
  }

  /**
   * What `predict`, `evaluate`'s metrics and every export make of the output values; default `none`. Set
   * it for a network that was trained with a loss on logits, so that its predictions are probabilities. Losses, the cache
   * and all derivatives are of the output values themselves.
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
   * The outputs for one sample, in the units of the data. Computed in float64 on the network's own parameters; see
   * `compile` for a faster engine.
   *
   * @param input - A number for each input node, in the order they were declared.
   * @throws NnbpError `WRONG_LENGTH`, `NOT_FINITE`; `OVERFLOW`, naming the node where it began
   */
  predict(input: Row): number[] {
    const prediction = (this.#single ??= new Prediction(this.graph, true));
    this.#write(prediction, input, 0, 1, 0);
    const probe = prediction.run(this.#slots, 1);
    return probe === 0 ? this.#output(prediction, 0, 1, 0) : this.#predictExactly([input])[0];
  }

  /**
   * The outputs for many samples; see {@link Network.predict}.
   *
   * @throws NnbpError `WRONG_LENGTH`, `NOT_FINITE`, `EMPTY_DATA`; `OVERFLOW`, naming the node where it began
   */
  predictBatch(inputs: ArrayLike<Row>): number[][] {
    if (inputs.length === 0) throw new NnbpError('EMPTY_DATA', 'inputs is empty.');
    const prediction = (this.#several ??= new Prediction(this.graph, false));
    const outputs: number[][] = [];
    while (outputs.length < inputs.length) {
      const first = outputs.length;
      const samples = Math.min(prediction.samples, inputs.length - first);
      for (let s = 0; s < samples; s++) {
        this.#write(prediction, inputs[first + s], s, samples, first + s);
      }
      if (prediction.run(this.#slots, samples) !== 0) return this.#predictExactly(inputs);
      for (let s = 0; s < samples; s++) outputs.push(this.#output(prediction, s, samples, first + s));
    }
    return outputs;
  }

  /**
   * Sets the inputs of sample s of a pass, which is `sample` of all.
   *
   * @throws NnbpError `WRONG_LENGTH`, `NOT_FINITE`
   */
  #write(prediction: Prediction, input: Row, s: number, samples: number, sample: number): void {
    const { inputCount } = this.graph;
    const probe = prediction.write(input, s, samples, this.#inputScaler);
    if (input.length === inputCount && probe === 0) return;
    expectLength(`input of sample ${sample}`, input.length, inputCount);
    expectFinite(`input of sample ${sample}`, input);
  }

  /** Sample s of a pass, which is `sample` of all. */
  #output(prediction: Prediction, s: number, samples: number, sample: number): number[] {
    const units = this.#outputScaler;
    const output = prediction.output(s, samples, units);
    if (units !== undefined && !allFinite(output)) {
      expectFinite(`The outputs of sample ${sample}, in the data's units`, output);
    }
    applyOutputTransform(this.#outputTransform, output, 0, output.length);
    return output;
  }

  /** The reference engine's predictions: for numbers at the edge of float64, and for the error that names a node. */
  #predictExactly(inputs: ArrayLike<Row>): number[][] {
    const { graph } = this;
    const executor = this.#executor(inputs.length);
    const rows = flatRows('input', inputs, graph.inputCount, this.inputScaler);
    const outputs = executor.predict(rows, inputs.length);
    expectNoOverflow(executor, outputs);
    const found = splitRows(outputs, graph.outputs.length, this.outputScaler);
    found.forEach((row, s) => {
      expectFinite(`The outputs of sample ${s}, in the data's units`, row);
      applyOutputTransform(this.#outputTransform, row, 0, row.length);
    });
    return found;
  }

  /**
   * One forward and one backward pass over one sample, every derivative kept; changes no parameter. Input and target
   * are in the data's own units; loss, cache and gradients are in the network's.
   *
   * @param target - A number for each output node, in the order they were named.
   * @throws NnbpError `WRONG_LENGTH`, `NOT_FINITE`, `WRONG_TARGET`, `OVERFLOW`
   */
  backpropagate(input: Row, target: Row, loss: Loss): Pass {
    return this.backpropagateBatch([input], [target], loss);
  }

  /**
   * The same over many samples: the loss and the gradients are means over them; see {@link Network.backpropagate}.
   *
   * @throws NnbpError `WRONG_LENGTH`, `NOT_FINITE`, `WRONG_TARGET`, `EMPTY_DATA`; `OVERFLOW`, naming where it began
   */
  backpropagateBatch(inputs: ArrayLike<Row>, targets: ArrayLike<Row>, loss: Loss): Pass {
    const { graph } = this;
    const samples = inputs.length;
    if (targets.length !== samples) {
      throw new NnbpError('WRONG_LENGTH', `targets: expected ${samples} rows, one a sample, found ${targets.length}.`);
    }
    const executor = this.#executor(samples);
    const inputRows = flatRows('input', inputs, graph.inputCount, this.inputScaler);
    const targetRows = flatRows('target', targets, graph.outputs.length, this.outputScaler);
    const targetOf = (s: number) => targetRows.subarray(s * graph.outputs.length, (s + 1) * graph.outputs.length);
    for (let s = 0; s < samples; s++) {
      const problem = loss.targetProblem?.(targetOf(s));
      if (problem) throw new NnbpError('WRONG_TARGET', `target of sample ${s}, for ${loss.name}: ${problem}.`);
    }
    const mean = executor.backpropagate(inputRows, targetRows, samples, loss);
    const outputs = executor.cache.samples.map(({ x }) => Array.from(graph.outputs, (i) => x[i]));
    expectNoOverflow(executor, [mean], (s) => loss.value(outputs[s], targetOf(s)));
    return {
      loss: mean,
      outputs,
      cache: executor.cache,
      gradients: new ParameterVector(graph, executor.gradients),
    };
  }

  /**
   * The outputs at every step of a sequence that starts from the initial values of delayed edges, in the data's own units.
   * `predict` is a sequence of one step.
   *
   * @param inputs - A row per step.
   * @throws NnbpError `WRONG_LENGTH`, `NOT_FINITE`, `EMPTY_DATA` (no step); `OVERFLOW`, naming step and node
   */
  predictSequence(inputs: ArrayLike<Row>): number[][] {
    return predictSequence(this, inputs);
  }

  /**
   * One pass forward and backward through time over one sequence, every derivative kept; changes no parameter. Inputs and
   * targets are in the data's own units; losses, cache and gradients are in the network's.
   *
   * @param targets - A row per step, or null for a step without a target.
   * @throws NnbpError `WRONG_LENGTH`, `NOT_FINITE`, `WRONG_TARGET`, `EMPTY_DATA` (no step, or no target at any);
   * `OVERFLOW`
   *
   * @example
   * ```ts
   * import { identity } from '@nnbp/activations';
   * import { delayed, GraphBuilder, Network } from '@nnbp/core';
   * import { mse } from '@nnbp/losses';
   *
   * const builder = new GraphBuilder();
   * const from = [builder.input('x'), delayed('h')];
   * builder.output(builder.node('h', { from, activation: identity, fixed: { b: 0, c: 1 } }));
   * const network = new Network(builder.build(), { initializer: () => 2 });
   * const pass = network.backpropagateSequence([[1], [1]], [null, [5]], mse());
   * pass.outputs; // [[2], [6]]
   * pass.gradients.of('h').w; // { x: 6, 'h@-1': 4 }
   * ```
   */
  backpropagateSequence(inputs: ArrayLike<Row>, targets: ArrayLike<Row | null>, loss: Loss): SequencePass {
    return backpropagateSequence(this, inputs, targets, loss);
  }

  /** A stream that is given one step after another and keeps what delayed edges read. It uses the network's parameters. */
  stream(): NetworkStream {
    return new NetworkStream(this);
  }

  /**
   * Sets some of a node's parameters; see {@link ParameterVector.set}.
   *
   * @throws NnbpError `UNKNOWN_ID`, `FIXED_PARAMETER`, `NOT_FINITE`; nothing is changed then
   */
  setParameters(id: string, values: Partial<NodeParameters>): void {
    this.parameters.set(id, values);
  }

  /**
   * A node's parameters, by name.
   *
   * @throws NnbpError `UNKNOWN_ID`
   */
  getParameters(id: string): NodeParameters {
    return this.parameters.of(id);
  }

  #executor(samples: number): ReferenceExecutor {
    if (samples === 0) throw new NnbpError('EMPTY_DATA', 'There is no sample.');
    expectFinite('parameters', this.parameters.vector);
    const executor = new ReferenceExecutor(this.graph, samples);
    executor.parameters.set(this.parameters.vector);
    return executor;
  }
}

function initialize(graph: Graph, parameters: Float64Array, initializer: Initializer, random: Random): void {
  const started = new Uint8Array(graph.parameterCount);
  // Of a shared parameter the first node decides.
  const start = (index: number, value: () => number) => {
    if (index < 0 || started[index] === 1) return;
    started[index] = 1;
    parameters[index] = value();
  };
  for (let i = graph.inputCount; i < graph.nodeCount; i++) {
    const { b = 0, c = 1, w: draw = initializer } = graph.inits.get(i) ?? {};
    const fanIn = graph.edgeStart[i + 1] - graph.edgeStart[i];
    start(graph.biasIndex(i), () => b);
    start(graph.scaleIndex(i), () => c);
    for (let edge = graph.edgeStart[i]; edge < graph.edgeStart[i + 1]; edge++) {
      const j = graph.predecessors[edge];
      const fanOut = graph.successorStart[j + 1] - graph.successorStart[j];
      start(graph.weightIndex(edge, i), () => draw(fanIn, fanOut, random));
    }
  }
}
