/**
 * The code shared by all optimizers that follow a {@link Rule}. It counts steps, and it keeps, saves and restores
 * vectors such as momenta.
 */
import { type Builtin, expectLength, type FloatArray, NnbpError, type Optimizer } from '@nnbp/core';
import { type LearningRate, scheduleOf } from './schedule.js';

export interface Step {
  /** The learning rate. */
  readonly rate: number;
  /** Counted from 1. */
  readonly number: number;
}

/** An update rule. `Scalar` is the union of the names of the scalars that an update uses. */
export interface Rule<Scalar extends string> extends Builtin {
  readonly learningRate: LearningRate;
  /** The initial value of the entries of each vector, by name. A vector has one entry per parameter. */
  readonly vectors: Readonly<Record<string, number>>;
  /** The initial values of the numbers that the rule keeps in addition to the step count, by name. */
  readonly numbers?: Readonly<Record<string, number>>;
  readonly fullBatch?: boolean;
  readonly isPlainDescent?: boolean;
  /** Returns the scalars of a step, in float64. */
  scalars(step: Step, numbers: Readonly<Record<string, number>>): Readonly<Record<Scalar, number>>;
  /** Updates `numbers` for this step. Called after `scalars`. */
  advance?(step: Step, numbers: Record<string, number>): void;
  update(
    parameters: FloatArray,
    gradients: FloatArray,
    vectors: Readonly<Record<string, FloatArray>>,
    scalars: Readonly<Record<Scalar, number>>,
  ): void;
}

export function optimizer<Scalar extends string>(rule: Rule<Scalar>): Optimizer {
  const { name, fullBatch, options } = rule;
  const schedule = scheduleOf(name, rule.learningRate);
  const names = Object.keys(rule.vectors);
  let steps = 0;
  const numbers = { ...rule.numbers };
  let vectors: Record<string, FloatArray> = {};

  const next = (): Step => ({ rate: schedule.rate(steps), number: steps + 1 });
  const count = (step: Step): void => {
    rule.advance?.(step, numbers);
    steps++;
  };
  return {
    name,
    ...(fullBatch && { fullBatch }),
    builtin: {
      name,
      options,
      get steps() {
        return steps;
      },
      learningRate: () => schedule.rate(steps),
      isPlainDescent: rule.isPlainDescent === true,
      constantRate: typeof rule.learningRate === 'number',
      scalars: () => rule.scalars(next(), numbers),
      advance() {
        if (rule.advance) count(next());
        else steps++;
      },
      initial: rule.vectors,
      get vectors() {
        return vectors;
      },
      set vectors(replacement) {
        vectors = { ...replacement };
      },
    },
    step(parameters, gradients) {
      expectLength('gradients', gradients.length, parameters.length);
      for (const vector of names) {
        vectors[vector] ??= parameters.slice().fill(rule.vectors[vector]);
        expectLength(vector, vectors[vector].length, parameters.length);
      }
      const step = next();
      const scalars = rule.scalars(step, numbers);
      count(step);
      rule.update(parameters, gradients, vectors, scalars);
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
        throw new NnbpError('WRONG_STATE', `${name} cannot resume from this state of ${state.name}.`);
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
