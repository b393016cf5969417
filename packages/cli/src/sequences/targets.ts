/** Finds the targets of sequences: one per sequence, at its last step, or one at each step. */
import { type SequenceUse, nodeValues } from '../columns.js';
import type { Csv } from '../csv/read.js';
import { lossNamed } from '../functions.js';
import { Problem } from '../problem.js';
import type { Sequence } from '@nnbp/train';
import { counted } from '../table.js';
import { visible } from '../visible.js';
import type { RowSequence, SequenceColumns, Step } from './read.js';

export type TargetSteps = SequenceUse['targets'];

const firstTargetStep = ({ steps }: RowSequence): Step | undefined => steps.find(({ target }) => target !== undefined);

/** The first step whose target differs from the first target of its sequence. */
function otherTargetStep(sequence: RowSequence): Step | undefined {
  const first = firstTargetStep(sequence)?.target;
  return sequence.steps.find(({ target }) => target?.some((code, k) => code !== first![k]));
}

/**
 * Returns `last` if each sequence has at most one target value. Otherwise, returns `each` if the target varies within
 * more than half of the sequences that have targets in at least two rows.
 *
 * @throws Problem if the target varies within some sequences, but not within more than half
 */
export function targetSteps(csv: Csv, sequences: readonly RowSequence[], columns: SequenceColumns): TargetSteps {
  const varied = sequences.filter((sequence) => otherTargetStep(sequence) !== undefined);
  if (varied.length === 0) return 'last';
  const comparable = sequences.filter(({ steps }) => steps.filter(({ target }) => target !== undefined).length > 1);
  if (varied.length > comparable.length / 2) return 'each';
  const others = comparable.length - varied.length;
  const more = ` ${others} of ${counted(comparable.length, 'group')} ${others === 1 ? 'has' : 'have'} only one value.`;
  throw severalTargets(csv, varied[0], columns, more);
}

function severalTargets(csv: Csv, sequence: RowSequence, { group, targets }: SequenceColumns, more: string): Problem {
  const [first, other] = [firstTargetStep(sequence)!, otherTargetStep(sequence)!];
  const column = targets
    .map(({ name }) => csv.header.indexOf(name))
    .find((column) => first.cells[column] !== other.cells[column])!;
  const shown = [first, other].map(({ cells, row }) => `"${visible(cells[column])}" in row ${row}`).join(', ');
  return new Problem(
    `${csv.name}: group "${visible(sequence.name)}" of "${group}" has several values of "${visible(csv.header[column])}" (${shown}).${more} Use one value in all rows of a group.`,
  );
}

/**
 * Converts the rows of a group to a sequence for the network: the steps that have all inputs, with targets at the steps
 * that `where` selects. Returns undefined if the group has no target, or no step with all inputs.
 *
 * @throws Problem if `where` is `last` and the sequence has several different targets
 */
export function withTargets(
  csv: Csv,
  rows: RowSequence,
  columns: SequenceColumns & { readonly loss: string },
  where: TargetSteps,
): Sequence | undefined {
  const categoryTargets = lossNamed(columns.loss).targets;
  const targetOf = ({ target }: Step) =>
    target === undefined ? null : nodeValues(columns.targets, target, categoryTargets);
  const steps = rows.steps.filter(({ input }) => input !== undefined);
  const inputs = steps.map(({ input }) => nodeValues(columns.inputs, input!));
  if (where === 'each') {
    const targets = steps.map(targetOf);
    return targets.some((target) => target !== null) ? { inputs, targets } : undefined;
  }
  if (otherTargetStep(rows) !== undefined) throw severalTargets(csv, rows, columns, '');
  const first = firstTargetStep(rows);
  if (first === undefined || steps.length === 0) return undefined;
  const last = targetOf(first);
  return { inputs, targets: inputs.map((_, t) => (t === inputs.length - 1 ? last : null)) };
}

export const stepCount = (sequences: readonly Sequence[]): number =>
  sequences.reduce((sum, { inputs }) => sum + inputs.length, 0);
