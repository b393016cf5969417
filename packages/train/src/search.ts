/**
 * Hyperparameter search: random trials, the best of which are scored again with a larger budget (successive halving).
 */
import { expectInteger, mismatch, NnbpError, Random } from '@nnbp/core';

/** Draws a value for one option. */
export type Distribution<Value> = (random: Random) => Value;

/** Draws one of these values, each with the same probability. */
export const choice =
  <Value>(values: readonly Value[]): Distribution<Value> =>
  (random) =>
    values[Math.floor(random.uniform() * values.length)];

/** Draws a number in `[low, high)`, uniformly distributed. */
export const uniform =
  (low: number, high: number): Distribution<number> =>
  (random) =>
    low + (high - low) * random.uniform();

/** Draws a number in `[low, high)` whose logarithm is uniformly distributed. Both limits must be above 0. */
export const logUniform =
  (low: number, high: number): Distribution<number> =>
  (random) =>
    low * (high / low) ** random.uniform();

/** The search space: a distribution for each option. */
export type SearchSpace<Options> = { readonly [Name in keyof Options]: Distribution<Options[Name]> };

/** Options of {@link search}. */
export interface SearchOptions<Options> {
  /**
   * Number of trials in the first round, an integer ≥ 1. Fewer if the space has fewer combinations. Default: 27.
   */
  readonly trials?: number;
  /** The budget of the first round, such as a number of epochs. Default: 10. */
  readonly minBudget?: number;
  /** The largest budget. Default: 90. */
  readonly maxBudget?: number;
  /** Factor by which each round divides the number of trials and multiplies the budget, an integer ≥ 2. Default: 3. */
  readonly reduction?: number;
  /** Seed of the random draws. Default: 0. */
  readonly seed?: number;
  /** Called after each trial. */
  readonly onTrial?: (trial: Trial<Options>, done: number, total: number) => void;
  /** Aborts the search: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** The options of a trial, and their score. */
export interface Trial<Options> {
  /** The options drawn from the space. */
  readonly options: Options;
  /** The largest budget that the trial was given. */
  readonly budget: number;
  /** The score with that budget; lower is better. Infinity if training diverged. */
  readonly score: number;
}

/**
 * Draws random candidates, each with a value for every option. Scores all candidates with a small budget, then scores
 * the best 1/`reduction` again with `reduction` times the budget, and so on until a round uses `maxBudget`.
 * Deterministic for a given seed if `score` is.
 *
 * @param score - Trains with these options and budget, and returns the validation loss. An error with the code
 * `DIVERGED` counts as Infinity.
 * @returns One trial per candidate, best first: highest budget, then lowest score.
 * @throws NnbpError `OUT_OF_RANGE`; any other error thrown by `score`
 *
 * @example
 * ```ts
 * import { choice, logUniform, search } from '@nnbp/train';
 *
 * const space = { rate: logUniform(1e-4, 1), nodes: choice([4, 8, 16]) };
 * const [best] = await search(space, ({ rate, nodes }) => Math.abs(Math.log10(rate) + 2) + 1 / nodes);
 * Math.round(Math.log10(best.options.rate)); // -2
 * best.budget; // 90
 * ```
 */
export async function search<Options extends object>(
  space: SearchSpace<Options>,
  score: (options: Options, budget: number) => number | Promise<number>,
  options: SearchOptions<Options> = {},
): Promise<Trial<Options>[]> {
  const { trials = 27, minBudget = 10, maxBudget = 90, reduction = 3, seed = 0, onTrial, signal } = options;
  expectInteger('trials', trials, 1);
  expectInteger('reduction', reduction, 2);
  if (!(minBudget > 0 && minBudget <= maxBudget && maxBudget < Infinity)) {
    throw mismatch('OUT_OF_RANGE', 'minBudget', `a number above 0 and up to maxBudget (${maxBudget})`, minBudget);
  }
  const random = new Random(seed);
  let candidates = drawOptions(space, trials, random);
  const rounds = roundsOf(candidates.length, minBudget, maxBudget, reduction);
  const total = rounds.reduce((sum, { count }) => sum + count, 0);
  const finished: Trial<Options>[] = [];
  let done = 0;
  for (const [round, { count, budget }] of rounds.entries()) {
    const results: Trial<Options>[] = [];
    for (const candidate of candidates.slice(0, count)) {
      signal?.throwIfAborted();
      const trial = { options: candidate, budget, score: await scoreOf(score, candidate, budget) };
      results.push(trial);
      onTrial?.(trial, ++done, total);
    }
    results.sort((a, b) => a.score - b.score);
    const survivors = rounds[round + 1]?.count ?? 0;
    candidates = results.slice(0, survivors).map((trial) => trial.options);
    finished.unshift(...results.slice(survivors));
  }
  return finished;
}

async function scoreOf<Options>(
  score: (options: Options, budget: number) => number | Promise<number>,
  options: Options,
  budget: number,
): Promise<number> {
  try {
    const value = await score(options, budget);
    return Number.isNaN(value) ? Infinity : value;
  } catch (error) {
    if (error instanceof NnbpError && error.code === 'DIVERGED') return Infinity;
    throw error;
  }
}

/** Draws `count` distinct combinations of options, or fewer if 20 · `count` draws do not yield that many. */
function drawOptions<Options extends object>(space: SearchSpace<Options>, count: number, random: Random): Options[] {
  const distinct = new Map<string, Options>();
  for (let tries = 0; tries < 20 * count && distinct.size < count; tries++) {
    const entries = Object.entries<Distribution<unknown>>(space).map(([name, draw]) => [name, draw(random)]);
    const options = Object.fromEntries(entries) as Options;
    const key = JSON.stringify(options);
    if (!distinct.has(key)) distinct.set(key, options);
  }
  return [...distinct.values()];
}

/** Returns the number of trials and the budget of each round. */
function roundsOf(trials: number, minBudget: number, maxBudget: number, reduction: number) {
  const rounds: { count: number; budget: number }[] = [];
  let count = trials;
  for (let budget = minBudget; budget < maxBudget && count > 1; budget *= reduction) {
    rounds.push({ count, budget });
    count = Math.ceil(count / reduction);
  }
  return [...rounds, { count, budget: maxBudget }];
}
