/**
 * What all optimizers have in common: think of a clerk who counts the steps, keeps the vectors (momenta, squared
 * gradients) between them, and hands both over when asked. The rule itself is one function.
 */
import { expectLength, type FloatArray, NnbpError, type Optimizer } from '@nnbp/core';
import { type LearningRate, scheduleOf } from './schedule.js';

/** One step's numbers. */
export interface Step {
  /** The learning rate of this step. */
  readonly rate: number;
  /** Counted from 1. */
  readonly number: number;
}

/** What makes an optimizer. */
export interface Rule {
  readonly name: string;
  readonly learningRate: LearningRate;
  /** Names of the vectors it keeps, each as long as the parameter vector, and what they start from. */
  readonly vectors: Readonly<Record<string, number>>;
  /** Numbers it keeps besides, and what they start from. */
  readonly numbers?: Readonly<Record<string, number>>;
  readonly fullBatch?: boolean;
  /** Its options as numbers, without the learning rate: given by those that an engine may run inside. */
  readonly options?: Readonly<Record<string, number>>;
  /** The update, in place. */
  update(
    parameters: FloatArray,
    gradients: FloatArray,
    vectors: Readonly<Record<string, FloatArray>>,
    step: Step,
    numbers: Record<string, number>,
  ): void;
}

/** Makes an optimizer of a rule. */
export function optimizer(rule: Rule): Optimizer {
  const { name, fullBatch, options } = rule;
  const schedule = scheduleOf(name, rule.learningRate);
  const names = Object.keys(rule.vectors);
  let steps = 0;
  const numbers = { ...rule.numbers };
  let vectors: Record<string, FloatArray> = {};

  return {
    name,
    ...(fullBatch && { fullBatch }),
    ...(options && {
      builtin: {
        name,
        options,
        get steps() {
          return steps;
        },
        learningRate: () => schedule.rate(steps),
        advance() {
          steps++;
        },
        get vectors() {
          return vectors;
        },
        set vectors(live) {
          vectors = { ...live };
        },
      },
    }),
    step(parameters, gradients) {
      expectLength('gradients', gradients.length, parameters.length);
      for (const vector of names) {
        vectors[vector] ??= parameters.slice().fill(rule.vectors[vector]);
        expectLength(vector, vectors[vector].length, parameters.length);
      }
      const rate = schedule.rate(steps);
      steps++;
      rule.update(parameters, gradients, vectors, { rate, number: steps }, numbers);
    },
    state: () => ({
      name,
      numbers: { steps, ...numbers, ...schedule.state?.() },
      vectors: copy(vectors),
    }),
    restore(state) {
      const { numbers: n, vectors: v } = state;
      const lengths = Object.values(v).map((vector) => vector.length);
      if (
        state.name !== name ||
        Object.keys(this.state().numbers).some((key) => !(key in n)) ||
        (n.steps > 0 && names.some((vector) => !(vector in v))) ||
        new Set(lengths).size > 1
      ) {
        throw new NnbpError('WRONG_STATE', `${name} cannot continue from this state of ${state.name}.`);
      }
      steps = n.steps;
      for (const key in numbers) numbers[key] = n[key];
      vectors = copy(v);
      schedule.restore?.(n);
    },
    ...(schedule.observe && { observe: schedule.observe.bind(schedule) }),
  };
}

const copy = (vectors: Readonly<Record<string, FloatArray>>): Record<string, FloatArray> =>
  Object.fromEntries(Object.entries(vectors).map(([name, vector]) => [name, vector.slice()]));
