/** Copies inputs, targets, sample weights and state into the engine's memory, and outputs and state out of it. */
import {
  expectInteger,
  expectLength,
  expectRows,
  type FloatArray,
  type Graph,
  lengthOf,
  type PassOptions,
  type Rows,
  rowsOf,
  samplesAt,
  type SampleCounts,
  type SampleTable,
  totalWeight,
} from '@nnbp/core';
import type { PassTables } from './jacobian.js';
import type { CommonLayout, Layout } from './layout.js';
import { header } from './memory-map.js';
import type { TimeGraph } from './time.js';

/** The limits of a call. */
export interface Capacity {
  readonly batchSize: number;
  readonly steps: number;
}

export class SampleRows {
  readonly #graph: Graph;
  readonly #time: TimeGraph;
  readonly #capacity: Capacity;
  readonly #words: Uint32Array;
  readonly #numbers: Float32Array;
  readonly #layout: CommonLayout & Partial<Pick<Layout, 'stepTable' | 'delta' | 'deltasEnd' | 'seriesSamples'>>;
  /** Whether inputs and targets are padded to a multiple of four samples. */
  readonly #padded: boolean;
  /** Indices of the nodes that have outgoing delayed edges. */
  readonly #remembered: readonly number[];
  #initialState: Float64Array | undefined;
  readonly #outputs: Float32Array;
  /** The outputs of the last prediction. */
  #view: Float32Array;
  #outputRows: Uint32Array | undefined;
  // Positions and strides are in words.
  readonly #inputCount: number;
  readonly #outputCount: number;
  readonly #inputsAt: number;
  readonly #inputStride: number;
  readonly #targetsAt: number;
  readonly #targetStride: number;
  /**
   * The rows of the last call. Their sample counts and weights are in memory. Before the first call: the rows of a full
   * batch.
   */
  #rows: Rows;
  /** The sample count that `#setSamples` last wrote, or 0 if other counts or weights have been written since. */
  #samples = 0;
  /** Whether the weights of all rows are 1. */
  #haveUnitWeights = false;

  constructor(
    graph: Graph,
    time: TimeGraph,
    capacity: Capacity,
    words: Uint32Array,
    numbers: Float32Array,
    layout: CommonLayout,
    padded: boolean,
  ) {
    this.#graph = graph;
    this.#time = time;
    this.#capacity = capacity;
    this.#rows = rowsOf(capacity.batchSize);
    this.#words = words;
    this.#numbers = numbers;
    this.#layout = layout;
    this.#padded = padded;
    const { stateStart, nodeCount } = graph;
    this.#remembered = Array.from({ length: stateStart === undefined ? 0 : nodeCount }, (_, j) => j).filter(
      (j) => stateStart![j] < stateStart![j + 1],
    );
    this.#outputs = new Float32Array(capacity.batchSize * capacity.steps * graph.outputs.length);
    this.#view = this.#outputs;
    this.#inputCount = graph.inputCount;
    this.#outputCount = graph.outputs.length;
    this.#inputsAt = layout.inputs / 4;
    this.#inputStride = layout.inputStride / 4;
    this.#targetsAt = layout.targets / 4;
    this.#targetStride = layout.targetStride / 4;
  }

  /**
   * Checks the arguments and copies the rows into memory.
   *
   * @returns the sum of the rows' weights
   * @throws NnbpError the errors that the documentation of `Executor.predict` lists
   */
  begin(samples: SampleCounts, inputs: FloatArray, targets?: FloatArray, options?: PassOptions): number {
    const { weights, state } = options ?? none;
    if (typeof samples === 'number' && weights === undefined) {
      expectInteger('samples', samples, 1, this.#capacity.batchSize);
      if (inputs.length < samples * this.#inputCount) expectLength('inputs', inputs.length, samples * this.#inputCount);
      if (targets !== undefined && targets.length < samples * this.#outputCount) {
        expectLength('targets', targets.length, samples * this.#outputCount);
      }
      const { stateSize } = this.#graph;
      if (state !== undefined) expectLength('state', state.length, samples * stateSize);
      this.#setSamples(samples);
      this.#copyIn(inputs, samples, this.#inputCount, this.#inputsAt, this.#inputStride);
      if (targets !== undefined) this.#copyIn(targets, samples, this.#outputCount, this.#targetsAt, this.#targetStride);
      if (stateSize > 0) this.#copyState(samples, state);
      return samples;
    }
    if (weights === undefined && this.#isWritten(samples)) this.#expectLengths(inputs, targets, state);
    else {
      const rows = expectRows(this.#capacity, this.#graph, samples, inputs, targets, options);
      this.#setRows(rows, weights);
      this.#samples = 0;
      this.#haveUnitWeights = weights === undefined;
    }
    this.#copySteps(inputs, this.#inputCount, this.#inputsAt, this.#inputStride);
    if (targets !== undefined) this.#copySteps(targets, this.#outputCount, this.#targetsAt, this.#targetStride);
    if (this.#graph.stateSize > 0) this.#copyState(this.#rows.samples, state);
    return totalWeight(weights, this.#rows.count);
  }

  /** Writes the sample count of a call with a single step, and weights of 1, unless they are already in memory. */
  #setSamples(samples: number): void {
    if (samples === this.#samples) return;
    this.#setRows(rowsOf(samples));
    this.#samples = samples;
    this.#haveUnitWeights = true;
  }

  /** Whether these sample counts, with weights of 1, are already in memory. */
  #isWritten(samples: SampleCounts): boolean {
    if (!this.#haveUnitWeights) return false;
    const { steps } = this.#rows;
    if (typeof samples === 'number' || samples.length !== steps) return false;
    for (let t = 0; t < steps; t++) if (samples[t] !== samplesAt(this.#rows, t)) return false;
    return true;
  }

  /** @throws NnbpError `WRONG_LENGTH` if an array is too short for the rows */
  #expectLengths(inputs: FloatArray, targets: FloatArray | undefined, state: FloatArray | undefined): void {
    const { count, samples } = this.#rows;
    expectAtLeast('inputs', inputs, count * this.#inputCount);
    expectAtLeast('targets', targets, count * this.#outputCount);
    if (state !== undefined) expectLength('state', state.length, samples * this.#graph.stateSize);
  }

  /** Copies the rows of several batches of a table into the queue, the memory for the batches of one call. */
  fill({ inputs, targets }: SampleTable, order: Uint32Array, first: number, batches: number): void {
    const { batchSize } = this.#capacity;
    this.#setSamples(batchSize);
    this.#pick(inputs, order, first, batches, this.#inputCount, this.#inputsAt, this.#inputStride);
    this.#pick(targets, order, first, batches, this.#outputCount, this.#targetsAt, this.#targetStride);
  }

  /** See `#rows`. */
  get last(): Rows {
    return this.#rows;
  }

  /** Returns a row of outputs for each row of the call. */
  outputs(): Float32Array {
    const { start, count, steps } = this.#rows;
    this.#outputRows ??= this.#findOutputs();
    if (steps === 1) this.#copyOutputs(0, 0, count);
    else for (let t = 0; t < steps; t++) this.#copyOutputs(t, start[t], start[t + 1]);
    const length = count * this.#outputCount;
    if (this.#view.length !== length) this.#view = this.#outputs.subarray(0, length);
    return this.#view;
  }

  /** Copies the outputs of step t to the rows `first` to `end` − 1. */
  #copyOutputs(t: number, first: number, end: number): void {
    const width = this.#outputCount;
    const [numbers, outputs, rows] = [this.#numbers, this.#outputs, this.#outputRows!];
    for (let k = 0; k < width; k++) {
      let from = rows[t * width + k];
      for (let r = first; r < end; r++, from++) outputs[r * width + k] = numbers[from];
    }
  }

  /** Returns the positions, in words, at which the rows of the outputs begin. */
  #findOutputs(): Uint32Array {
    const { outputX } = this.#layout;
    const count = this.#outputCount * this.#capacity.steps;
    return this.#words.slice(outputX / 4, outputX / 4 + count).map((address) => address / 4);
  }

  /**
   * Overwrites `state` with the state after each sample's last step.
   *
   * @param tables - The tables of the last pass.
   */
  copyStateOut(state: FloatArray | undefined, { rowOf, rowLength, x }: PassTables): void {
    const { stateSize, stateStart } = this.#graph;
    if (state === undefined || stateStart === undefined) return;
    const { at, stateInput } = this.#time;
    for (let s = 0; s < this.#rows.samples; s++) {
      const length = lengthOf(this.#rows, s);
      for (const j of this.#remembered) {
        for (let k = 0; k < stateStart[j + 1] - stateStart[j]; k++) {
          const t = length - 1 - k;
          const node = t >= 0 ? at(j, t) : stateInput(stateStart[j] - t - 1);
          state[s * stateSize + stateStart[j] + k] = x[rowOf[node] * rowLength + s];
        }
      }
    }
  }

  /** Writes the number of samples of each step, and the weights of the samples. */
  #setRows(rows: Rows, weights?: FloatArray): void {
    const { delta, deltasEnd } = this.#layout;
    // The backward pass of a step reads the deltas of later steps. If no sequence reaches a later step, the kernels do
    // not write its deltas, which must then be 0.
    if (delta !== undefined && rows.steps < this.#rows.steps) this.#numbers.fill(0, delta / 4, deltasEnd! / 4);
    this.#rows = rows;
    this.#setSteps(rows);
    const rowLength = this.#layout.rowBytes / 4;
    this.#words[header.steps / 4] = rows.steps;
    for (let t = 0; t < rows.steps; t++) {
      const count = samplesAt(rows, t);
      const lanes = (count + 3) & -4;
      if (t === 0) {
        this.#words[header.samples / 4] = count;
        this.#words[header.columns / 4] = 4 * lanes;
      }
      const at = this.#layout.weights / 4 + t * rowLength;
      for (let s = 0; s < lanes; s++) {
        this.#numbers[at + s] = s < count ? (weights?.[rows.start[t] + s] ?? 1) : 0;
      }
    }
  }

  /**
   * Writes the entries of `header.stepTable`. A series consists of dense units with the same weights, one per step (see
   * series.ts). Its memory holds the samples of several steps, beginning with those of the last step.
   */
  #setSteps(rows: Rows): void {
    const { steps, samples } = rows;
    const { stepTable, seriesSamples } = this.#layout;
    if (stepTable === undefined) return;
    const lanes = (count: number) => (count + 3) & -4;
    for (let t = steps - 1, at = 0; t >= 0; t--) {
      const count = samplesAt(rows, t);
      const end = at + count;
      // If the memory of a series has no space left for step t − 1, dloss/dw (case 3) is computed at step t. Each step
      // needs as much space as the first step, which has the most samples: kernels fill the rest with zeros.
      const computesCaseThree = t === 0 || end + lanes(samples) > seriesSamples!;
      this.#words.set([4 * lanes(count), count, at, computesCaseThree ? end : 0], stepTable / 4 + 4 * t);
      at = computesCaseThree ? 0 : end;
    }
  }

  /**
   * Copies rows of samples. Lanes after the last sample repeat the first sample, so that they overflow only if the first
   * sample does.
   */
  #copyIn(rows: FloatArray, samples: number, width: number, at: number, stride: number): void {
    const numbers = this.#numbers;
    if (width <= 16) {
      for (let s = 0; s < samples; s++) {
        for (let k = 0; k < width; k++) numbers[at + s * stride + k] = rows[s * width + k];
      }
    } else if (stride === width) {
      numbers.set(rows.length === samples * width ? rows : rows.subarray(0, samples * width), at);
    } else {
      for (let s = 0; s < samples; s++) numbers.set(rows.subarray(s * width, (s + 1) * width), at + s * stride);
    }
    if (!this.#padded) return;
    for (let s = samples; s & 3; s++) numbers.copyWithin(at + s * stride, at, at + width);
  }

  /** Copies the rows order[first], order[first + 1], … of a table, for several batches. */
  #pick(
    rows: FloatArray,
    order: Uint32Array,
    first: number,
    batches: number,
    width: number,
    at: number,
    stride: number,
  ): void {
    const numbers = this.#numbers;
    const { batchSize } = this.#capacity;
    const lanes = this.#padded ? (batchSize + 3) & -4 : batchSize;
    for (let batch = 0, to = at; batch < batches; batch++, first += batchSize, to += lanes * stride) {
      // For a small network, inner loops of one or two iterations would take most of the time.
      if (width === 1) for (let s = 0; s < batchSize; s++) numbers[to + s * stride] = rows[order[first + s]];
      else if (width === 2) {
        for (let s = 0; s < batchSize; s++) {
          const from = 2 * order[first + s];
          numbers[to + s * stride] = rows[from];
          numbers[to + s * stride + 1] = rows[from + 1];
        }
      } else {
        for (let s = 0; s < batchSize; s++) {
          const from = order[first + s] * width;
          for (let k = 0; k < width; k++) numbers[to + s * stride + k] = rows[from + k];
        }
      }
      for (let s = batchSize; s < lanes; s++) numbers.copyWithin(to + s * stride, to, to + width);
    }
  }

  /**
   * Copies one row per sample and step, so that the steps of a sample are contiguous. Where a sequence has ended, the
   * first sample is repeated.
   */
  #copySteps(rows: FloatArray, width: number, at: number, stride: number): void {
    const { start, steps, samples, count } = this.#rows;
    const numbers = this.#numbers;
    const lanes = this.#padded ? (samples + 3) & -4 : samples;
    if (lanes === 1) {
      for (let k = 0; k < count * width; k++) numbers[at + k] = rows[k];
      return;
    }
    for (let t = 0; t < steps; t++) {
      for (let s = 0; s < lanes; s++) {
        const row = start[t] + (s < samplesAt(this.#rows, t) ? s : 0);
        for (let k = 0; k < width; k++) numbers[at + s * stride + t * width + k] = rows[row * width + k];
      }
    }
  }

  /** Copies `state` to the memory that follows the inputs of all steps. Default: the graph's initial state. */
  #copyState(samples: number, state: FloatArray | undefined): void {
    const { stateSize } = this.#graph;
    const [numbers, stride] = [this.#numbers, this.#inputStride];
    const at = this.#inputsAt + this.#time.stateInput(0);
    const from = state ?? (this.#initialState ??= this.#graph.initialState());
    for (let s = 0; s < samples; s++) {
      const first = state === undefined ? 0 : s * stateSize;
      for (let k = 0; k < stateSize; k++) numbers[at + s * stride + k] = from[first + k];
    }
    if (!this.#padded) return;
    for (let s = samples; s & 3; s++) numbers.copyWithin(at + s * stride, at, at + stateSize);
  }
}

function expectAtLeast(what: string, rows: FloatArray | undefined, min: number): void {
  if (rows !== undefined && rows.length < min) expectLength(what, rows.length, min);
}

const none: PassOptions = {};
