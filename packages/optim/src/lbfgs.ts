/** L-BFGS, a quasi-Newton method that stores the last few steps and gradient changes. */
import { expectInteger, mismatch, NnbpError, type Optimizer, type OptimizerState } from '@nnbp/core';
import { lineSearch } from './line-search.js';

/** Options of {@link lbfgs}. */
export interface LbfgsOptions {
  /** The number of steps to store, an integer ≥ 1. Default: 10. */
  readonly memory?: number;
  /** Convergence tolerance for the largest absolute entry of the gradient, ≥ 0. Default: 1e-8. */
  readonly gradientTolerance?: number;
  /** Convergence tolerance for the relative decrease of the loss in an iteration, ≥ 0. Default: 1e-12. */
  readonly lossTolerance?: number;
}

/** A step and the change of the gradient along it. */
interface Pair {
  readonly s: Float64Array;
  readonly y: Float64Array;
}

/**
 * L-BFGS: searches along the direction $-H g$. $H$ is an estimate of the inverse Hessian, computed from the last steps
 * $s$ and gradient changes $y$ (Nocedal and Wright, algorithm 7.4). Uses the line search of Moré and Thuente (1994)
 * with the constants of L-BFGS-B 3.0.
 *
 * Works with any loss and uses full batches. Most iterations need only one evaluation of loss and gradient.
 *
 * @throws NnbpError `OUT_OF_RANGE`
 */
export function lbfgs(options: LbfgsOptions = {}): Optimizer {
  const name = 'lbfgs';
  const { memory = 10, gradientTolerance = 1e-8, lossTolerance = 1e-12 } = options;
  expectInteger(`${name}: memory`, memory, 1);
  for (const [option, value] of Object.entries({ gradientTolerance, lossTolerance })) {
    if (!(value >= 0 && value < Infinity)) {
      throw mismatch('OUT_OF_RANGE', `${name}: ${option}`, 'a finite number ≥ 0', value);
    }
  }
  let steps = 0;
  let converged = false;
  let pairs: Pair[] = [];
  /** The loss and gradient at the end of the last iteration. */
  let last: { readonly loss: number; readonly gradient: Float64Array; readonly at: Float64Array } | undefined;

  const converge = (loss: number): number => {
    converged = true;
    return loss;
  };

  return {
    name,
    fullBatch: true,
    get converged() {
      return converged;
    },
    step() {
      throw new NnbpError(
        'UNSUPPORTED',
        `${name} evaluates the loss itself and has no step(). Use it with fit or Trainer.`,
      );
    },
    iterate(objective, parameters) {
      const n = parameters.length;
      if (last === undefined || !equal(last.at, parameters)) {
        const gradient = new Float64Array(n);
        last = { loss: objective.gradient(parameters, gradient), gradient, at: parameters.slice() };
      }
      const { loss, gradient, at } = last;
      if (!Number.isFinite(loss)) return loss;
      steps++;
      if (largest(gradient) <= gradientTolerance) return converge(loss);

      const direction = descent(gradient, pairs);
      const slope = dot(direction, gradient);
      const candidate = new Float64Array(n);
      const foundGradient = new Float64Array(n);
      let foundLoss = loss;
      let triedStep = 0;
      const evaluate = (step: number) => {
        triedStep = step;
        for (let k = 0; k < n; k++) candidate[k] = at[k] + step * direction[k];
        foundLoss = objective.gradient(candidate, foundGradient);
        return { value: foundLoss, slope: dot(foundGradient, direction) };
      };
      // As in L-BFGS-B 3.0, the first step of the first iteration has length 1.
      const first = steps === 1 ? 1 / Math.sqrt(dot(gradient, gradient)) : 1;
      const { step, accepted } = lineSearch(evaluate, { value: loss, slope }, first);
      if (!accepted && pairs.length > 0) {
        // The stored curvature is misleading. The next iteration uses only the gradient.
        pairs = [];
        return loss;
      }
      if (step === 0) return converge(loss);
      if (step !== triedStep) evaluate(step);
      const s = candidate.map((p, k) => p - at[k]);
      const y = foundGradient.map((g, k) => g - gradient[k]);
      if (dot(s, y) > Number.EPSILON * dot(y, y)) pairs = [...pairs, { s, y }].slice(-memory);
      parameters.set(candidate);
      last = { loss: foundLoss, gradient: foundGradient, at: candidate };
      if (loss - foundLoss <= lossTolerance * Math.max(Math.abs(loss), Math.abs(foundLoss))) converged = true;
      return loss;
    },
    state: (): OptimizerState => ({
      name,
      numbers: { steps, converged: Number(converged), pairs: pairs.length, ...(last && { loss: last.loss }) },
      vectors: {
        ...Object.fromEntries(
          pairs.flatMap(({ s, y }, k) => [
            [`s${k}`, s.slice()],
            [`y${k}`, y.slice()],
          ]),
        ),
        ...(last && { gradient: last.gradient.slice(), at: last.at.slice() }),
      },
    }),
    restore({ name: stateName, numbers, vectors }) {
      const count = numbers.pairs;
      const names = Array.from({ length: Math.min(count, memory) }, (_, k) => [`s${k}`, `y${k}`]).flat();
      if ('loss' in numbers) names.push('gradient', 'at');
      if (stateName !== name || !(count >= 0 && count <= memory) || names.some((vector) => !(vector in vectors))) {
        throw new NnbpError('WRONG_STATE', `${name} cannot resume from this state of ${stateName}.`);
      }
      steps = numbers.steps;
      converged = numbers.converged === 1;
      const copy = (vector: string) => Float64Array.from(vectors[vector]);
      pairs = Array.from({ length: count }, (_, k) => ({ s: copy(`s${k}`), y: copy(`y${k}`) }));
      last = 'loss' in numbers ? { loss: numbers.loss, gradient: copy('gradient'), at: copy('at') } : undefined;
    },
  };
}

/** Returns −H·g, computed with the two-loop recursion. */
function descent(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const direction = gradient.map((g) => -g);
  const alphas = new Float64Array(pairs.length);
  for (let k = pairs.length - 1; k >= 0; k--) {
    const { s, y } = pairs[k];
    alphas[k] = dot(s, direction) / dot(s, y);
    addTo(direction, y, -alphas[k]);
  }
  const latest = pairs.at(-1);
  if (latest !== undefined) {
    const scale = dot(latest.s, latest.y) / dot(latest.y, latest.y);
    for (let k = 0; k < direction.length; k++) direction[k] *= scale;
  }
  pairs.forEach(({ s, y }, k) => {
    addTo(direction, s, alphas[k] - dot(y, direction) / dot(s, y));
  });
  return direction;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}

function addTo(a: Float64Array, b: Float64Array, factor: number): void {
  for (let k = 0; k < a.length; k++) a[k] += factor * b[k];
}

const largest = (v: Float64Array): number => v.reduce((max, x) => Math.max(max, Math.abs(x)), 0);
const equal = (a: Float64Array, b: Float64Array): boolean => a.length === b.length && a.every((x, k) => x === b[k]);
