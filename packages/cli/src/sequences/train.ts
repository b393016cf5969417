/** Trains a recurrent network on a table in which the rows of each group form one sequence. */
import { parse as parsePath } from 'node:path';
import { type Data, evaluate, type Sequence } from '@nnbp/train';
import { auto } from '@nnbp/wasm';
import { categoryOf, type Column, type Columns } from '../columns.js';
import { describeFile, describeResults, type Results } from '../describe.js';
import { extentOf } from '../extent.js';
import { expectUnchanged } from '../files.js';
import { type Io, note, pathIn, print } from '../io.js';
import { metricsFor, metricText } from '../metrics.js';
import { saveModel } from '../model-file.js';
import { misuse, Problem } from '../problem.js';
import { expectNoSeriesOptions, type SeriesOptions } from '../series/train.js';
import { shellWord } from '../shell-word.js';
import { counted } from '../table.js';
import {
  planTrainingRun,
  describeTrainingRun,
  describeEnd,
  epochsFor,
  expectFinished,
  summaryOf,
  type TrainingRun,
} from '../training/training-run.js';
import { randomParts, Moments, scaler, validationFraction } from '../training/data.js';
import { learn } from '../training/learn.js';
import { type Plan, planFor } from '../training/plan.js';
import { duration } from '../training/progress.js';
import { visible, visibleJson } from '../visible.js';
import { recurrentNetwork } from './network.js';
import { readSequences, type RowSequence, type SequenceColumns } from './read.js';
import { stepCount, type TargetSteps, targetSteps, withTargets } from './targets.js';

/** Maximum number of steps for backpropagation through time. Limits memory use. */
const maxSteps = 1000;

/** A group with a target: its rows, and the sequence that the network reads. */
interface Usable {
  readonly rows: RowSequence;
  readonly sequence: Sequence;
}

export async function trainSequences(io: Io, path: string, options: SeriesOptions): Promise<void> {
  const show = (text: string) => (options.json === true ? Promise.resolve() : print(io.stdout, text));
  expectSequenceOptions(options);
  const { hidden, seed, missingValues, group } = options;
  const recurrent = options.recurrent!;
  const plan = await planFor(io, path, options);
  const { csv, inputs, targets, lossSetup, lossName } = plan;
  await show(describeFile(io, csv, plan.rows, plan.guesses));
  const columns = { group, inputs, targets, loss: lossName };
  const found = await usableSequences(io, path, plan, columns);
  const parts = splitGroups(csv.name, found.usable, options);
  const trainingRun = sequenceRun(plan, options, found, parts);
  const network = recurrentNetwork(plan, scalersOf(parts.training, inputs, targets), recurrent, { hidden, seed });
  await show(describeSequences(found.usable.length, found.lengths, columns, found.targets));
  const shown = { hidden, activation: recurrent, optimizer: options.optimizer };
  await show(describeTrainingRun(plan, trainingRun, network, shown, 'sequence'));

  const engine = await auto();
  const data = { training: dataOf(parts.training), validation: dataOf(parts.validation), test: dataOf(parts.test) };
  const { ended } = await learn(
    io,
    network,
    plan,
    trainingRun,
    () => ({ training: data.training, ...(parts.validation.length > 0 && { validation: data.validation }) }),
    engine,
    { callbacks: [] },
    seed,
    { rows: stepCount(sequencesOf(parts.training)), ...(found.lengths[1] > maxSteps && { truncate: maxSteps }) },
  );

  const metrics = metricsFor(plan);
  const assess = (some: Data) => evaluate(network, some, { loss: lossSetup.loss(), metrics, engine });
  const results: Results = {
    training: await assess(data.training),
    ...(parts.validation.length > 0 && { validation: await assess(data.validation) }),
    ...(parts.test.length > 0 && { test: await assess(data.test) }),
  };
  const baseline = majorityBaseline(plan, found.targets, parts.training, parts.test);
  const output = options.output ?? `${parsePath(path).name}.nnbp.safetensors`;
  await saveModel(pathIn(io, output), network, {
    inputs,
    targets,
    loss: lossName,
    sequences: { group, targets: found.targets },
    ...(missingValues !== undefined && { missingValues }),
  });
  if (options.json === true) {
    const { rows: sizes, ...summary } = summaryOf(plan, trainingRun, network);
    const [shortest, longest] = found.lengths;
    const sequences = { group, targets: found.targets, shortest, longest, ...sizes, all: found.all };
    const result = { model: output, rows: found.rows, sequences, ...summary, ...ended, ...results, baseline };
    await print(io.stdout, `${visibleJson(result, 2)}\n`);
  }
  const compared = baseline === undefined ? '' : describeBaseline(baseline);
  await show(describeEnd(ended, trainingRun) + describeResults(results, trainingRun.rows, 'sequences') + compared);
  expectFinished(ended, trainingRun, output);
  await show(
    `\nSaved ${visible(output)} after ${duration(ended.seconds)}. Next: nnbp predict ${shellWord(output)} ${shellWord(path)}\n`,
  );
}

const sequencesOf = (groups: readonly Usable[]) => groups.map(({ sequence }) => sequence);

const dataOf = (groups: readonly Usable[]): Data => ({ sequences: sequencesOf(groups) });

/** The usable groups of a table, and how many groups and rows the table has. */
interface SequenceGroups {
  readonly usable: readonly Usable[];
  /** The number of groups, including those that are not usable. */
  readonly all: number;
  readonly rows: number;
  /** The number of rows that cannot be used. */
  readonly gaps: { readonly count: number };
  /** The numbers of rows of the shortest and the longest usable group. */
  readonly lengths: readonly [shortest: number, longest: number];
  readonly targets: TargetSteps;
}

/** Reads the groups of the file. Prints notes about groups and rows that are left out. */
async function usableSequences(
  io: Io,
  path: string,
  { csv, fingerprint }: Plan,
  columns: SequenceColumns & { readonly loss: string },
): Promise<SequenceGroups> {
  const { sequences, gaps, rows } = await readSequences(csv, columns, io.signal);
  await expectUnchanged(pathIn(io, path), fingerprint);
  const missing = gaps.sentence('left out');
  if (missing !== undefined) await note(io, `${missing} With --missing mean, missing inputs are filled in.`);
  const targets = targetSteps(csv, sequences, columns);
  const usable = sequences.flatMap((group): Usable[] => {
    const sequence = withTargets(csv, group, columns, targets);
    return sequence === undefined ? [] : [{ rows: group, sequence }];
  });
  const leftOut = sequences.length - usable.length;
  if (leftOut > 0) await note(io, `Left out ${counted(leftOut, 'group')} without a target or usable rows.`);
  const lengths = extentOf(usable.map(({ rows: { steps } }) => steps.length));
  return { usable, all: sequences.length, rows, gaps, lengths, targets };
}

/** Assigns each group at random to the training, validation or test set. */
function splitGroups(
  file: string,
  usable: readonly Usable[],
  { group, seed, testSplit, validationSplit }: SeriesOptions,
) {
  const fraction = validationFraction(validationSplit, usable.length * (1 - testSplit));
  const draw = randomParts({ rows: usable.length, testSplit, validationSplit: fraction, seed });
  const parts = { training: [] as Usable[], validation: [] as Usable[], test: [] as Usable[] };
  for (const one of usable) parts[draw()].push(one);
  if (parts.training.length < 2) {
    throw new Problem(
      `${file} has ${counted(usable.length, 'usable group')} in "${group}", too few to train on. Rows with the same value in this column form one sequence.`,
    );
  }
  return parts;
}

function sequenceRun(
  plan: Plan,
  options: SeriesOptions,
  found: SequenceGroups,
  parts: ReturnType<typeof splitGroups>,
): TrainingRun {
  const epochs = options.epochs ?? epochsFor(stepCount(sequencesOf(parts.training)));
  return planTrainingRun(
    plan,
    { ...options, epochs },
    {
      training: { rows: parts.training.length },
      validation: { rows: parts.validation.length },
      test: { rows: parts.test.length },
      gaps: found.gaps,
      withoutTarget: { count: found.all - found.usable.length },
    },
  );
}

function expectSequenceOptions(options: SeriesOptions): asserts options is SeriesOptions & { readonly group: string } {
  if (options.group === undefined) {
    throw misuse(
      '--recurrent reads sequences: use --group to set the column that identifies them, or --time to set the column of times.',
    );
  }
  expectNoSeriesOptions(options);
  for (const name of ['checkpoint', 'resume', 'folds', 'repeats', 'timeOrdered'] as const) {
    if (options[name] === undefined) continue;
    const option = name === 'timeOrdered' ? 'time-ordered' : name;
    throw misuse(`--${option} cannot be combined with --recurrent.`);
  }
  if (options.hidden.length === 0) {
    throw misuse(`--recurrent ${options.recurrent} needs hidden nodes: set --hidden, for example 16.`);
  }
}

function describeSequences(
  count: number,
  [shortest, longest]: readonly [number, number],
  { group, targets }: { readonly group: string; readonly targets: readonly Column[] },
  steps: 'last' | 'each',
): string {
  const lengths =
    shortest === longest ? counted(longest, 'step') : `${shortest.toLocaleString('en')} to ${counted(longest, 'step')}`;
  const where = steps === 'last' ? 'after the last step' : 'at each step';
  const names = visible(targets.map(({ name }) => name).join(', '));
  const note =
    longest > maxSteps
      ? `Note: backpropagation through time is truncated to ${maxSteps.toLocaleString('en')} steps.\n`
      : '';
  return `\nSequences: ${counted(count, 'group')} of "${visible(group)}", ${lengths} each; ${names} ${targets.length === 1 ? 'is' : 'are'} predicted ${where}\n${note}`;
}

/** The most frequent class of the training sequences, and the test accuracy of always predicting it. */
interface MajorityBaseline {
  readonly class: string;
  readonly accuracy: number;
}

function majorityBaseline(
  columns: Pick<Columns, 'targets'>,
  where: TargetSteps,
  training: readonly Usable[],
  test: readonly Usable[],
): MajorityBaseline | undefined {
  const category = categoryOf(columns);
  if (category === undefined || test.length === 0) return undefined;
  const codesOf = (groups: readonly Usable[]) =>
    groups.flatMap(({ rows: { steps } }) => {
      const codes = steps.flatMap(({ input, target }) =>
        target === undefined || (where === 'each' && input === undefined) ? [] : [target[0]],
      );
      return where === 'each' ? codes : codes.slice(0, 1);
    });
  const counts = category.values.map(() => 0);
  for (const code of codesOf(training)) counts[code]++;
  const code = counts.indexOf(Math.max(...counts));
  const testCodes = codesOf(test);
  return {
    class: category.values[code],
    accuracy: testCodes.filter((each) => each === code).length / testCodes.length,
  };
}

const describeBaseline = ({ class: name, accuracy }: MajorityBaseline) =>
  `\nBaseline: always "${visible(name)}", the majority class in training; test accuracy ${metricText('accuracy', accuracy)}.\n`;

/** Fits scalers to the steps of the training sequences. */
function scalersOf(groups: readonly Usable[], inputs: readonly Column[], targets: readonly Column[]) {
  const [inputMoments, targetMoments] = [inputs, targets].map((columns) => columns.map(() => new Moments()));
  for (const { rows } of groups) {
    for (const { input, target } of rows.steps) {
      if (input === undefined) continue;
      inputMoments.forEach((moments, k) => moments.add(input[k]));
      if (target !== undefined) targetMoments.forEach((moments, k) => moments.add(target[k]));
    }
  }
  return {
    inputScaler: scaler(inputs, inputMoments),
    outputScaler: targets.every(({ kind }) => kind === 'number') ? scaler(targets, targetMoments) : undefined,
  };
}
