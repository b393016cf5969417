/** Divides samples into folds: each fold is the test set once, while the others are the training set. */
import { expectInteger, expectLength, mismatch, NnbpError, Random, shuffle } from '@nnbp/core';

/** Options for dividing samples into folds. */
export interface FoldOptions {
  /** The number of folds, an integer ≥ 2. Default: 5. */
  readonly folds?: number;
  /** How many times the samples are divided at random, an integer ≥ 1. Ignored if `timeOrdered`. Default: 1. */
  readonly repeats?: number;
  /** The class of each sample: every fold gets about the same share of each class. Default: classes are ignored. */
  readonly labels?: ArrayLike<unknown>;
  /** The group of each sample, such as a patient: a group is never divided between training and test set. */
  readonly groups?: ArrayLike<unknown>;
  /**
   * Whether samples are in chronological order. If so, the samples are divided into `folds + 1` consecutive parts: each
   * part except the first is a test set, and all samples before it are the training set. Default: false.
   */
  readonly timeOrdered?: boolean;
  /** Seed of the random division. Default: 0. */
  readonly seed?: number;
}

/** One division into a training set and a test set. */
export interface Split {
  /** The repeat, counted from 0. */
  readonly repeat: number;
  /** The fold, counted from 0. */
  readonly fold: number;
  /** Indices of the samples to train on. */
  readonly training: Uint32Array;
  /** Indices of the samples to test on. */
  readonly test: Uint32Array;
}

/**
 * Returns the splits of a k-fold cross-validation.
 *
 * @param count - The number of samples.
 * @throws NnbpError `OUT_OF_RANGE` (an invalid option, or too few samples or groups for the folds), `WRONG_LENGTH`,
 * `UNSUPPORTED` (more than one of `labels`, `groups` and `timeOrdered`)
 *
 * @example
 * ```ts
 * import { splitsOf } from '@nnbp/train';
 *
 * const splits = splitsOf(6, { folds: 3, labels: ['a', 'a', 'a', 'b', 'b', 'b'] });
 * splits.length; // 3
 * splits[0].test.length; // 2: one 'a' and one 'b'
 * ```
 */
export function splitsOf(count: number, options: FoldOptions = {}): Split[] {
  const { folds = 5, repeats = 1, labels, groups, timeOrdered = false, seed = 0 } = options;
  expectInteger('folds', folds, 2);
  expectInteger('repeats', repeats, 1);
  if (labels !== undefined) expectLength('labels', labels.length, count);
  if (groups !== undefined) expectLength('groups', groups.length, count);
  const chosen = [
    ...(labels === undefined ? [] : ['labels']),
    ...(groups === undefined ? [] : ['groups']),
    ...(timeOrdered ? ['timeOrdered'] : []),
  ];
  if (chosen.length > 1)
    throw new NnbpError(
      'UNSUPPORTED',
      `Expected at most one of labels, groups and timeOrdered, received ${chosen.join(' and ')}.`,
    );
  const available = groups === undefined ? count : new Set(Array.from(groups)).size;
  const needed = timeOrdered ? folds + 1 : folds;
  if (available < needed) {
    const what = groups === undefined ? 'samples' : 'groups';
    throw new NnbpError(
      'OUT_OF_RANGE',
      `folds: ${folds} folds need at least ${needed} ${what}, received ${available}.`,
    );
  }
  if (timeOrdered) return timeSplits(count, folds);
  const random = new Random(seed);
  return Array.from({ length: repeats }, (_, repeat) => {
    const foldOf =
      groups === undefined ? dealSamples(count, folds, labels, random) : dealGroups(Array.from(groups), folds, random);
    return Array.from({ length: folds }, (_, fold) => ({
      repeat,
      fold,
      training: indicesWhere(count, (s) => foldOf[s] !== fold),
      test: indicesWhere(count, (s) => foldOf[s] === fold),
    }));
  }).flat();
}

const indicesWhere = (count: number, belongs: (s: number) => boolean) =>
  Uint32Array.from(Array.from({ length: count }, (_, s) => s).filter(belongs));

/**
 * Returns the fold of each sample. Shuffles the samples and deals them out class by class, so that fold sizes differ
 * by at most 1.
 */
function dealSamples(
  count: number,
  folds: number,
  labels: ArrayLike<unknown> | undefined,
  random: Random,
): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, s) => s);
  shuffle(order, random);
  const classes = new Map<unknown, number[]>();
  for (const s of order) {
    const label = labels?.[s];
    const members = classes.get(label);
    if (members === undefined) classes.set(label, [s]);
    else members.push(s);
  }
  const foldOf = new Uint32Array(count);
  let next = 0;
  for (const members of classes.values()) for (const s of members) foldOf[s] = next++ % folds;
  return foldOf;
}

/**
 * Draws groups for a validation or test set, without splitting them: goes through the groups in random order and draws
 * each one that brings the number of drawn samples closer to `fraction` of the total. Draws at least one group, and
 * leaves at least one.
 *
 * @param sizes - The number of samples of each group.
 * @throws NnbpError `OUT_OF_RANGE` (fewer than two groups, or a fraction that is not between 0 and 1)
 */
export function drawGroups<G>(sizes: ReadonlyMap<G, number>, fraction: number, random: Random): Set<G> {
  expectFraction('fraction', fraction);
  if (sizes.size < 2) {
    throw new NnbpError('OUT_OF_RANGE', `Expected at least 2 groups to draw from, received ${sizes.size}.`);
  }
  const names = [...sizes.keys()];
  let remaining = fraction * names.reduce((sum, name) => sum + sizes.get(name)!, 0);
  const drawn = new Set<G>();
  for (const name of shuffled(names, random).slice(0, -1)) {
    const size = sizes.get(name)!;
    if (Math.abs(remaining - size) >= remaining) continue;
    drawn.add(name);
    remaining -= size;
  }
  if (drawn.size === 0) drawn.add(names.reduce((a, b) => (sizes.get(b)! < sizes.get(a)! ? b : a)));
  return drawn;
}

function shuffled<G>(names: readonly G[], random: Random): G[] {
  const order = Uint32Array.from(names.keys());
  shuffle(order, random);
  return Array.from(order, (k) => names[k]);
}

/** Returns the number of samples of each group. */
function sizesOf(groups: readonly unknown[]): Map<unknown, number> {
  const sizes = new Map<unknown, number>();
  for (const group of groups) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  return sizes;
}

export function expectFraction(name: string, fraction: number): void {
  if (!(fraction > 0 && fraction < 1)) throw mismatch('OUT_OF_RANGE', name, 'a fraction between 0 and 1', fraction);
}

/**
 * Splits a validation set off a training set. With `groups`, draws whole groups. Otherwise, takes the last samples.
 *
 * @param training - Indices of samples, in ascending order.
 */
export function validationSplit(
  training: Uint32Array,
  fraction: number,
  { groups, seed = 0 }: FoldOptions,
): { readonly training: Uint32Array; readonly validation: Uint32Array } {
  expectFraction('validation', fraction);
  if (groups === undefined) {
    const first = training.length - Math.max(1, Math.round(training.length * fraction));
    return { training: training.subarray(0, first), validation: training.subarray(first) };
  }
  const sizes = sizesOf(Array.from(training, (s) => groups[s]));
  if (sizes.size < 2) {
    throw new NnbpError(
      'OUT_OF_RANGE',
      'validation: a training set with only one group cannot be split by groups. Use more folds, or no validation.',
    );
  }
  const drawn = drawGroups(sizes, fraction, new Random(seed));
  return {
    training: training.filter((s) => !drawn.has(groups[s])),
    validation: training.filter((s) => drawn.has(groups[s])),
  };
}

/**
 * Returns the fold of each sample. Assigns each group, from the largest to the smallest, to the fold with the fewest
 * samples.
 */
function dealGroups(groups: readonly unknown[], folds: number, random: Random): Uint32Array {
  const sizes = sizesOf(groups);
  const largestFirst = shuffled([...sizes.keys()], random).sort((a, b) => sizes.get(b)! - sizes.get(a)!);
  const filled = new Array<number>(folds).fill(0);
  const foldOf = new Map<unknown, number>();
  for (const group of largestFirst) {
    const smallest = filled.indexOf(Math.min(...filled));
    filled[smallest] += sizes.get(group)!;
    foldOf.set(group, smallest);
  }
  return Uint32Array.from(groups, (group) => foldOf.get(group)!);
}

function timeSplits(count: number, folds: number): Split[] {
  const size = Math.floor(count / (folds + 1));
  return Array.from({ length: folds }, (_, fold) => {
    const first = count - (folds - fold) * size;
    return {
      repeat: 0,
      fold,
      training: indicesWhere(count, (s) => s < first),
      test: indicesWhere(count, (s) => s >= first && s < first + size),
    };
  });
}
