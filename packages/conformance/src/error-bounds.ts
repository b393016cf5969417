/**
 * Uses a running error analysis (Higham, Accuracy and Stability of Numerical Algorithms, chapter 3) to bound the
 * difference between the results of an engine and those of the reference engine. The bound of each number is the
 * rounding error of its own operation plus the propagated errors of the operands.
 *
 * With u the unit roundoff (2⁻²⁴ in float32), a sum of n products in any order has an error of at most γₙ = n u / (1 −
 * n u) times the sum of their absolute values. A value or derivative y of an engine's activation may have an error of up
 * to K u · max(1, |y|), where {@link K} is a constant. The bounds for losses are similar.
 */
import { type Graph, type Loss, ReferenceExecutor, type SampleCache, successorsOf } from '@nnbp/core';
import type { Samples } from './random-data.js';

/** A pass of the reference engine, with the maximum allowed error of each number. */
export interface Bounds {
  /** The reference executor after the pass, with its cache and gradients. */
  readonly reference: ReferenceExecutor;
  /** The mean loss over the samples. */
  readonly loss: number;
  /** The bound on the error of the mean loss. */
  readonly lossError: number;
  /** The bounds for the nodes, one entry per sample. */
  readonly samples: readonly NodeErrors[];
  /** The bounds on the errors of the gradients, in the layout of the parameters. */
  readonly gradientErrors: Float64Array;
}

/** The error bounds for one sample, with one entry per node. */
export interface NodeErrors {
  /** The bounds on the error of the value x. */
  readonly x: Float64Array;
  /** The bounds on the error of the slope c · g'(h). */
  readonly slope: Float64Array;
  /** The bounds on the error of the per-sample dloss/dx. */
  readonly dLossDx: Float64Array;
}

/** The constant K in the allowed errors of activations and losses. */
const K = 8;
/** First-order estimates are multiplied by this factor, which allows for second-order terms. */
const secondOrder = 1.1;

/**
 * Runs backpropagation on the reference engine and computes bounds on the errors of another engine.
 *
 * @param parameters - The parameters, which must be exactly representable in the other engine's precision.
 * @param unit - The unit roundoff of the other engine: 2⁻²⁴ for float32, 2⁻⁵³ for float64.
 */
export function errorBounds(
  graph: Graph,
  parameters: ArrayLike<number>,
  data: Samples,
  loss: Loss,
  unit: number,
): Bounds {
  const reference = new ReferenceExecutor(graph, data.samples);
  reference.parameters.set(parameters);
  const mean = reference.backpropagate(data.inputs, data.targets, data.samples, loss);
  const analysis = new Analysis(reference, unit);
  const samples = reference.cache.samples.map((sample, s) => analysis.sample(sample, data, s, loss));
  return {
    reference,
    loss: mean,
    lossError: analysis.lossError / data.samples + gamma(data.samples + 2, unit) * analysis.lossMagnitude,
    samples,
    gradientErrors: analysis.gradientErrors(data.samples),
  };
}

const gamma = (n: number, unit: number) => (n * unit) / (1 - n * unit);

class Analysis {
  lossError = 0;
  lossMagnitude = 0;
  readonly #graph: Graph;
  readonly #parameters: Float64Array;
  readonly #unit: number;
  // The gradient of a parameter is a sum of terms. Each array has one entry per parameter.
  /** The sum of the error bounds of the terms. */
  readonly #errors: Float64Array;
  /** The sum of the absolute values of the terms. */
  readonly #magnitudes: Float64Array;
  /** The number of terms. */
  readonly #terms: Float64Array;

  constructor({ graph, parameters }: ReferenceExecutor, unit: number) {
    this.#graph = graph;
    this.#parameters = parameters;
    this.#unit = unit;
    this.#errors = new Float64Array(graph.parameterCount);
    this.#magnitudes = new Float64Array(graph.parameterCount);
    this.#terms = new Float64Array(graph.parameterCount);
  }

  sample(numbers: SampleCache, data: Samples, s: number, loss: Loss): NodeErrors {
    const row = () => new Float64Array(this.#graph.nodeCount);
    const errors = { x: row(), slope: row(), dLossDx: row() };
    for (let i = this.#graph.inputCount; i < this.#graph.nodeCount; i++) this.#forward(numbers, errors, i);
    const caseOneErrors = this.#loss(numbers, errors, data, s, loss);
    for (let i = this.#graph.nodeCount - 1; i >= 0; i--) this.#backward(numbers, errors, caseOneErrors, i);
    return errors;
  }

  gradientErrors(samples: number): Float64Array {
    return this.#errors.map((error, p) => {
      const rounding = gamma(this.#terms[p] + 4, this.#unit) * (this.#magnitudes[p] + error);
      return (error + rounding) / samples;
    });
  }

  /** Returns the allowed error of a function that returns `value`: K u · max(1, |value|). */
  #functionError(value: number): number {
    return K * this.#unit * Math.max(1, Math.abs(value));
  }

  #forward({ h, g, x }: SampleCache, errors: NodeErrors, i: number): void {
    const graph = this.#graph;
    let inherited = 0;
    let magnitude = Math.abs(this.#parameters[graph.biasIndex(i)]);
    for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) {
      const w = Math.abs(this.#parameters[graph.weightIndex(e, i)]);
      const j = graph.predecessors[e];
      inherited += w * errors.x[j];
      magnitude += w * (Math.abs(x[j]) + errors.x[j]);
    }
    const fanIn = graph.edgeStart[i + 1] - graph.edgeStart[i];
    const hError = inherited + gamma(fanIn + 2, this.#unit) * magnitude;

    const activation = graph.activations[graph.activationOf[i]];
    const derivative = (at: number) => activation.derivative(at, activation.value(at));
    const here = derivative(h[i]);
    const around = [derivative(h[i] - hError), derivative(h[i] + hError)];
    const steepest = Math.max(Math.abs(here), ...around.map(Math.abs));
    const gError = secondOrder * steepest * hError + this.#functionError(g[i]);
    const derivativeError =
      secondOrder * Math.max(...around.map((other) => Math.abs(other - here))) + this.#functionError(here);

    const scale = graph.scaleIndex(i);
    const c = scale < 0 ? 1 : Math.abs(this.#parameters[scale]);
    errors.x[i] = c * gError + this.#unit * (Math.abs(x[i]) + c * gError);
    errors.slope[i] = c * derivativeError + this.#unit * c * (Math.abs(here) + derivativeError);
  }

  /**
   * Returns the bounds on the errors of case 1 (dloss/dx of the outputs), one entry per output. Adds the bound on the
   * error of the sample's loss to `lossError`.
   */
  #loss({ x }: SampleCache, errors: NodeErrors, data: Samples, s: number, loss: Loss): Float64Array {
    const outputs = Array.from(this.#graph.outputs);
    const at = Float64Array.from(outputs, (i) => x[i]);
    const t = data.targets.subarray(s * outputs.length, (s + 1) * outputs.length);
    const derivative = (point: Float64Array) => {
      const result = new Float64Array(outputs.length);
      loss.derivative(point, t, result);
      return result;
    };
    const value = loss.value(at, t);
    const here = derivative(at);
    const caseOneErrors = here.map((d, k) => this.#functionError(Math.abs(d) + Math.abs(t[k])));
    let magnitude = Math.abs(value);
    outputs.forEach((i, m) => {
      const error = errors.x[i];
      const sides = [-error, error].map((shift) => derivative(at.map((v, k) => (k === m ? v + shift : v))));
      for (let k = 0; k < outputs.length; k++) {
        caseOneErrors[k] += secondOrder * Math.max(...sides.map((side) => Math.abs(side[k] - here[k])));
      }
      const steepest = Math.max(Math.abs(here[m]), ...sides.map((side) => Math.abs(side[m])));
      this.lossError += secondOrder * steepest * error;
      magnitude += (1 + Math.abs(at[m])) * (1 + Math.abs(t[m]));
    });
    this.lossError += gamma(K + outputs.length, this.#unit) * magnitude;
    this.lossMagnitude += Math.abs(value);
    return caseOneErrors;
  }

  #backward({ g, x, slope, dLossDx }: SampleCache, errors: NodeErrors, caseOneErrors: Float64Array, i: number): void {
    const graph = this.#graph;
    const unit = this.#unit;
    const deltaError = (j: number) =>
      Math.abs(dLossDx[j]) * errors.slope[j] +
      (Math.abs(slope[j]) + errors.slope[j]) * errors.dLossDx[j] +
      unit * Math.abs(dLossDx[j] * slope[j]);

    const output = graph.outputPosition[i];
    let inherited = output < 0 ? 0 : caseOneErrors[output];
    let magnitude = output < 0 ? 0 : Math.abs(dLossDx[i]) + inherited;
    const { nodes, edges } = successorsOf(graph);
    for (let k = graph.successorStart[i]; k < graph.successorStart[i + 1]; k++) {
      const j = nodes[k];
      const w = Math.abs(this.#parameters[graph.weightIndex(edges[k], j)]);
      const error = deltaError(j);
      inherited += w * error;
      // Counted twice: once for the sum, and once because the term may cancel against case 1.
      magnitude += 2 * w * (Math.abs(dLossDx[j] * slope[j]) + error);
    }
    const successors = graph.successorStart[i + 1] - graph.successorStart[i];
    errors.dLossDx[i] = inherited + gamma(successors + 2, unit) * magnitude;
    if (i < graph.inputCount) return;

    const delta = Math.abs(dLossDx[i] * slope[i]);
    const error = deltaError(i);
    this.#term(graph.biasIndex(i), delta, error);
    const scale = graph.scaleIndex(i);
    if (scale >= 0) {
      const c = Math.abs(this.#parameters[scale]);
      const gError = errors.x[i] / c;
      const termMagnitude = Math.abs(dLossDx[i] * g[i]);
      const termError = errors.dLossDx[i] * (Math.abs(g[i]) + gError) + Math.abs(dLossDx[i]) * gError;
      this.#term(scale, termMagnitude, termError);
    }
    for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) {
      const j = graph.predecessors[e];
      this.#term(
        graph.weightIndex(e, i),
        delta * Math.abs(x[j]),
        error * (Math.abs(x[j]) + errors.x[j]) + delta * errors.x[j],
      );
    }
  }

  #term(parameter: number, magnitude: number, error: number): void {
    this.#errors[parameter] += error;
    this.#magnitudes[parameter] += magnitude;
    this.#terms[parameter]++;
  }
}
