/**
 * Binds an optimizer to the engine's memory for a step: writes the step's scalars to the header, and replaces the
 * optimizer's vectors with vectors in this memory. The optimizer keeps references to them, so its `state()` is always
 * up to date.
 */
import { type BuiltinOptimizer, expectLength, type Optimizer } from '@nnbp/core';
import { optimizerKernelOf, transformKernelOf } from './builtins.js';
import { optimizerNumber, noOptimizer, plainDescent } from './kernels/optimizer.js';
import type { OptimizerKernel } from './kernels/optimizers/kernel.js';
import { header, maxTransforms } from './memory-map.js';

/**
 * The largest float32 plus this number is rounded to the largest float32, so an update of at most this size cannot
 * overflow.
 */
const maxUpdate = 2 ** 102;

/** Binds one optimizer at a time to the memory of an executor. */
export class OptimizerBinding {
  readonly #words: Uint32Array;
  readonly #numbers: Float32Array;
  readonly #vectors: readonly Float32Array[];
  /** The optimizer whose vectors are in this memory. */
  #owner: BuiltinOptimizer | undefined;
  /** The optimizer to which `#kernel`, `#kernelNumber` and the transforms in the header belong. */
  #bound: BuiltinOptimizer | undefined;
  #kernel!: OptimizerKernel;
  #kernelNumber = noOptimizer;
  /** The optimizer, if the memory holds the scalars of plain gradient descent. */
  #plain: BuiltinOptimizer | undefined;
  /** If `#plain` is defined: the learning rate that is in the memory. */
  #rate = 0;
  /** If `#plain` is defined: the sum of the sample weights for which the memory was prepared. */
  #plainTotal = 0;
  /** The optimizer and the sum of the sample weights of the last step that was prepared. */
  #optimizer: Optimizer | undefined;
  #total = 0;

  constructor(words: Uint32Array, numbers: Float32Array, vectors: readonly Float32Array[]) {
    this.#words = words;
    this.#numbers = numbers;
    this.#vectors = vectors;
    numbers[header.maxUpdate / 4] = maxUpdate;
  }

  /**
   * Prepares the memory for the optimizer's next step.
   *
   * @param total - The sum of the sample weights. Without sample weights: the number of samples.
   * @returns the number that selects the kernel to run; `noOptimizer` if the optimizer has to run in JavaScript
   * @throws NnbpError `WRONG_LENGTH` if the optimizer's vectors belong to another network
   */
  prepare(optimizer: Optimizer, total: number): number {
    const { builtin } = optimizer;
    this.#optimizer = optimizer;
    this.#total = total;
    if (this.#plain !== undefined && builtin === this.#plain && total === this.#plainTotal) {
      // If the learning rate has not changed either, the memory is already prepared. This check saves 0.2 µs per step.
      if (builtin.learningRate() === this.#rate) return plainDescent;
    }
    this.#plain = undefined;
    if (builtin === undefined || (builtin !== this.#bound && !this.#bind(builtin))) return noOptimizer;
    const kernel = this.#kernel;
    const scalars = builtin.scalars();
    const overflowBound = kernel.overflowBound(scalars);
    if (!(overflowBound < Infinity)) return noOptimizer;
    const numbers = this.#numbers;
    numbers[header.mean / 4] = 1 / total;
    numbers[header.overflowBound / 4] = overflowBound / total;
    const names = kernel.scalars;
    for (let k = 0; k < names.length; k++) numbers[header.stepScalars / 4 + k] = scalars[names[k]];
    this.#adopt(builtin, kernel);
    if (this.#kernelNumber === plainDescent && builtin.transforms === undefined) {
      this.#plain = builtin;
      this.#rate = builtin.learningRate();
      this.#plainTotal = total;
    }
    return this.#kernelNumber;
  }

  /** Whether all further steps use the scalars that are in memory. */
  get isConstant(): boolean {
    return this.#plain?.constantRate === true;
  }

  /**
   * Called after the kernels have run an update. Increments the optimizer's step count and prepares the next step.
   * Returns 1 if the kernels can run the next step too, else 0.
   */
  readonly advance = (): number => {
    const optimizer = this.#optimizer!;
    optimizer.builtin!.advance();
    return this.prepare(optimizer, this.#total) === noOptimizer ? 0 : 1;
  };

  /** Prepares the memory for a pass without an update. */
  prepareMean(total: number): void {
    this.#plain = undefined;
    this.#numbers[header.mean / 4] = 1 / total;
  }

  /** If an optimizer has its vectors in this memory, replaces them with copies outside this memory. */
  release(): void {
    const owner = this.#owner;
    this.#owner = undefined;
    if (owner === undefined || !Object.values(owner.vectors).some((vector) => this.#isInMemory(vector))) return;
    owner.vectors = Object.fromEntries(Object.entries(owner.vectors).map(([name, vector]) => [name, vector.slice()]));
  }

  /**
   * Finds the kernels of an optimizer and of its transforms. Returns false if a kernel is missing or there are too many
   * transforms.
   */
  #bind(builtin: BuiltinOptimizer): boolean {
    this.#bound = undefined;
    const kernel = optimizerKernelOf(builtin);
    if (kernel === undefined || !this.#writeTransforms(builtin)) return false;
    this.#bound = builtin;
    this.#kernel = kernel;
    this.#kernelNumber = optimizerNumber(kernel);
    return true;
  }

  /** Writes the transforms to the header. Returns false if one has no kernel or there are too many. */
  #writeTransforms({ transforms = [] }: BuiltinOptimizer): boolean {
    if (transforms.length > maxTransforms) return false;
    for (let k = 0; k < transforms.length; k++) {
      const kernel = transformKernelOf(transforms[k]);
      if (kernel === undefined) return false;
      this.#words[header.transforms / 4 + 2 * k] = kernel.number;
      this.#numbers[header.transforms / 4 + 2 * k + 1] = kernel.option;
    }
    this.#words[header.transformCount / 4] = transforms.length;
    return true;
  }

  /** Replaces the optimizer's vectors with those of this memory, unless it already uses them. */
  #adopt(builtin: BuiltinOptimizer, { vectors: names }: OptimizerKernel): void {
    const previous = builtin.vectors;
    if (names.length === 0 || (this.#owner === builtin && this.#holds(previous, names))) return;
    for (const name of names) {
      if (name in previous) expectLength(name, previous[name].length, this.#vectors[0].length);
    }
    this.release();
    names.forEach((name, k) => {
      if (name in builtin.vectors) this.#vectors[k].set(builtin.vectors[name]);
      else this.#vectors[k].fill(builtin.initial[name]);
    });
    builtin.vectors = Object.fromEntries(names.map((name, k) => [name, this.#vectors[k]]));
    this.#owner = builtin;
  }

  #holds(vectors: BuiltinOptimizer['vectors'], names: readonly string[]): boolean {
    for (let k = 0; k < names.length; k++) if (vectors[names[k]] !== this.#vectors[k]) return false;
    return true;
  }

  #isInMemory(vector: unknown): boolean {
    return this.#vectors.includes(vector as Float32Array);
  }
}
