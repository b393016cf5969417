/**
 * What an optimizer brings into a step that runs inside: its numbers, written into the header, and its vectors, moved
 * into the engine's memory. The optimizer keeps pointing at them, so that its `state()` is true at any time.
 */
import { type BuiltinOptimizer, expectLength, type Optimizer } from '@nnbp/core';
import { optimizerCode, stepNumbers } from './kernels/optimizer.js';
import { header } from './memory-map.js';

/** Where the numbers of a step stand, counted in words. */
const at = (name: (typeof stepNumbers)[number]) => header.stepNumbers / 4 + stepNumbers.indexOf(name);
const [rateAt, meanAt, keepAt, decayAt] = [at('rate'), at('mean'), at('keep'), at('decay')];
const [momentumAt, freshAt, ofGradientAt, ofMomentumAt] = [
  at('momentum'),
  at('fresh'),
  at('ofGradient'),
  at('ofMomentum'),
];
const [secondMomentAt, freshSquareAt] = [at('secondMoment'), at('freshSquare')];
const [correctionAt, epsilonAt, reachAt] = [at('correction'), at('epsilon'), header.reach / 4];

/** Beyond these a step might overflow although no gradient did: then it is taken outside, and looked at afterwards. */
const tameRate = 1e6;
/**
 * |parameter| + this is |parameter| for the largest float32: an update of at most this size makes no number infinite.
 */
const harmlessUpdate = 2 ** 102;

/** Holds the two vectors that optimizers may keep inside. */
export class Update {
  readonly #numbers: Float32Array;
  readonly #vectors: readonly Float32Array[];
  #owner: BuiltinOptimizer | undefined;
  /** Whose numbers the memory holds, if it is plain gradient descent, with which rate and for how many samples. */
  #plain: BuiltinOptimizer | undefined;
  #rate = 0;
  #samples = 0;

  constructor(numbers: Float32Array, momentum: Float32Array, secondMoment: Float32Array) {
    this.#numbers = numbers;
    this.#vectors = [momentum, secondMoment];
    numbers[header.room / 4] = harmlessUpdate;
  }

  /**
   * Readies the memory for the optimizer's coming step.
   *
   * @returns the kernel to run; `none` if the optimizer has to be called back
   * @throws NnbpError `WRONG_LENGTH` if its vectors are of another network
   */
  prepare({ builtin }: Optimizer, samples: number): number {
    if (this.#plain !== undefined && builtin === this.#plain && samples === this.#samples) {
      // Nothing has changed since the last step: where a step takes a fifth of a microsecond, this counts.
      if (builtin.learningRate() === this.#rate) return optimizerCode.plain;
    }
    switch (builtin?.name) {
      case 'sgd':
        return this.#sgd(builtin, samples);
      case 'adam':
      case 'adamw':
        return this.#adam(builtin, samples);
      default:
        return optimizerCode.none;
    }
  }

  /** For a pass without a step. */
  prepareMean(samples: number): void {
    this.#plain = undefined;
    this.#numbers[meanAt] = 1 / samples;
  }

  /** Gives the vectors back to whom they belong, as copies. */
  release(): void {
    const owner = this.#owner;
    this.#owner = undefined;
    if (owner === undefined || !Object.values(owner.vectors).some((vector) => this.#isOurs(vector))) return;
    owner.vectors = Object.fromEntries(Object.entries(owner.vectors).map(([name, vector]) => [name, vector.slice()]));
  }

  #sgd(builtin: BuiltinOptimizer, samples: number): number {
    const { momentum, dampening, nesterov, weightDecay } = builtin.options;
    const rate = builtin.learningRate();
    if (rate > tameRate || rate * weightDecay > 1) return optimizerCode.none;
    const numbers = this.#numbers;
    numbers[meanAt] = 1 / samples;
    numbers[rateAt] = rate;
    this.#plain = momentum === 0 && weightDecay === 0 ? builtin : undefined;
    this.#rate = rate;
    this.#samples = samples;
    if (momentum === 0) {
      numbers[keepAt] = 1 - rate * weightDecay;
      numbers[reachAt] = rate / samples;
      return weightDecay === 0 ? optimizerCode.plain : optimizerCode.sgd;
    }
    numbers[reachAt] = (2 * Math.max(1, rate)) / ((1 - momentum) * samples);
    numbers[decayAt] = weightDecay;
    numbers[momentumAt] = momentum;
    numbers[freshAt] = builtin.steps === 0 ? 1 : 1 - dampening;
    numbers[ofGradientAt] = nesterov;
    numbers[ofMomentumAt] = nesterov ? momentum : 1;
    this.#adopt(builtin, ['momentum']);
    return optimizerCode.momentum;
  }

  #adam(builtin: BuiltinOptimizer, samples: number): number {
    const { beta1, beta2, epsilon, weightDecay } = builtin.options;
    const decoupled = builtin.name === 'adamw';
    const rate = builtin.learningRate();
    const step = builtin.steps + 1;
    // ε below float32's normal numbers would make 0 / 0 of a parameter whose gradient is 0.
    if (rate > tameRate || rate * weightDecay > 1 || epsilon < 1e-37) return optimizerCode.none;
    this.#plain = undefined;
    const numbers = this.#numbers;
    numbers[rateAt] = rate / (1 - beta1 ** step);
    numbers[meanAt] = 1 / samples;
    numbers[keepAt] = decoupled ? 1 - rate * weightDecay : 1;
    numbers[decayAt] = decoupled ? 0 : weightDecay;
    numbers[momentumAt] = beta1;
    numbers[freshAt] = 1 - beta1;
    numbers[secondMomentAt] = beta2;
    numbers[freshSquareAt] = 1 - beta2;
    numbers[correctionAt] = 1 / Math.sqrt(1 - beta2 ** step);
    numbers[epsilonAt] = epsilon;
    numbers[reachAt] = 1 / samples;
    this.#adopt(builtin, ['mean', 'square']);
    return optimizerCode.adam;
  }

  /** Makes our vectors the optimizer's, unless they are. */
  #adopt(builtin: BuiltinOptimizer, names: readonly string[]): void {
    const before = builtin.vectors;
    if (this.#owner === builtin && names.every((name, k) => before[name] === this.#vectors[k])) return;
    for (const name of names) {
      const vector = before[name] as Float32Array | undefined;
      if (vector) expectLength(name, vector.length, this.#vectors[0].length);
    }
    this.release();
    names.forEach((name, k) => {
      const vector = builtin.vectors[name] as Float32Array | undefined;
      if (vector) this.#vectors[k].set(vector);
      else this.#vectors[k].fill(0);
    });
    builtin.vectors = Object.fromEntries(names.map((name, k) => [name, this.#vectors[k]]));
    this.#owner = builtin;
  }

  #isOurs(vector: unknown): boolean {
    return this.#vectors.includes(vector as Float32Array);
  }
}
