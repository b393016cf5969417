/** The targets of sequences: one for the whole sequence, at its last step, or one at each step. */
import { type Columns, spread } from '../columns.js';
import type { Csv } from '../csv/read.js';
import { lossNamed } from '../functions.js';
import { Problem } from '../problem.js';
import type { Sequence } from '@nnbp/train';
import { counted } from '../table.js';
import { visible } from '../visible.js';
import type { RowSequence, Step } from './read.js';

/** Where a sequence has targets. */
export type TargetSteps = 'last' | 'each';

/** A step whose target differs from that of an earlier step of its sequence. */
function otherTarget({ steps }: RowSequence): Step | undefined {
  const first = steps.find(({ target }) => target !== undefined)?.target;
  return steps.find(({ target }) => target?.some((code, k) => code !== first![k]));
}

/**
 * Where the targets of a table belong: at the last step if no sequence has several, at each step if most have.
 *
 * @throws Problem (some sequences have several targets, but most have one)
 */
export function targetSteps(
  csv: Csv,
  sequences: readonly RowSequence[],
  columns: Pick<Columns, 'targets'> & { readonly group: string },
): TargetSteps {
  const varied = sequences.filter((sequence) => otherTarget(sequence) !== undefined);
  if (varied.length === 0) return 'last';
  const long = sequences.filter(({ steps }) => steps.filter(({ target }) => target !== undefined).length > 1);
  if (varied.length > long.length / 2) return 'each';
  throw severalTargets(
    csv,
    varied[0],
    columns,
    ` ${counted(long.length - varied.length, 'group')} of ${long.length} ${long.length - varied.length === 1 ? 'has' : 'have'} one.`,
  );
}

function severalTargets(
  csv: Csv,
  sequence: RowSequence,
  { group, targets }: Pick<Columns, 'targets'> & { readonly group: string },
  more: string,
): Problem {
  const step = otherTarget(sequence)!;
  const place = csv.header.indexOf(targets[0].name);
  const first = sequence.steps.find(({ target }) => target !== undefined)!;
  const shown = [first, step].map(({ cells, row }) => `"${visible(cells[place])}" in row ${row}`).join(', ');
  return new Problem(
    `${csv.name}: group "${visible(sequence.name)}" of "${group}" has several values of "${targets[0].name}" (${shown}).${more} Use one value in all rows of a group.`,
  );
}

/** Sequences with their targets, and how many have none. */
export interface TargetedSequences {
  readonly sequences: readonly Sequence[];
  readonly withoutTarget: number;
}

/**
 * Rows as sequences of the network: steps without a gap, with targets where they belong. A sequence without a target, or
 * without a step, is left out.
 *
 * @throws Problem (a sequence has several targets, and they belong at its last step)
 */
export function withTargets(
  csv: Csv,
  rows: readonly RowSequence[],
  columns: Pick<Columns, 'inputs' | 'targets' | 'loss'> & { readonly group: string },
  place: TargetSteps,
): TargetedSequences {
  const marks = lossNamed(columns.loss).targets;
  const targetOf = ({ target }: Step) => (target === undefined ? null : spread(columns.targets, target, marks));
  const sequences = rows.flatMap((sequence): Sequence[] => {
    const steps = sequence.steps.filter(({ input }) => input !== undefined);
    const inputs = steps.map(({ input }) => spread(columns.inputs, input!));
    if (place === 'each') {
      const targets = steps.map(targetOf);
      return targets.some((target) => target !== null) ? [{ inputs, targets }] : [];
    }
    if (otherTarget(sequence) !== undefined) throw severalTargets(csv, sequence, columns, '');
    const known = sequence.steps.find(({ target }) => target !== undefined);
    if (known === undefined || steps.length === 0) return [];
    const last = targetOf(known);
    return [{ inputs, targets: inputs.map((_, t) => (t === inputs.length - 1 ? last : null)) }];
  });
  return { sequences, withoutTarget: rows.length - sequences.length };
}
