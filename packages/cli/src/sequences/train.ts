/** Trains a recurrent network on sequences: the rows of each group of a table. */
import { parse as parsePath } from 'node:path';
import { type Data, evaluate, type Sequence } from '@nnbp/train';
import { auto } from '@nnbp/wasm';
import type { Column } from '../columns.js';
import { describeFile, describeResults, type Results } from '../describe.js';
import { extentOf } from '../extent.js';
import { expectUnchanged } from '../files.js';
import { type Io, note, pathIn, print } from '../io.js';
import { metricsFor } from '../metrics.js';
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
} from '../training/training-run.js';
import { drawing, Moments, scaler, validationFraction } from '../training/data.js';
import { learn } from '../training/learn.js';
import { planFor } from '../training/plan.js';
import { duration } from '../training/progress.js';
import { visible, visibleJson } from '../visible.js';
import { recurrentNetwork } from './network.js';
import { readSequences, type RowSequence } from './read.js';
import { targetSteps, withTargets } from './targets.js';

/** Steps that gradients reach back at most, which bounds memory. */
const maxSteps = 1000;

/** A group that has a target: its rows, and the sequence they are for the network. */
interface Usable {
  readonly rows: RowSequence;
  readonly sequence: Sequence;
}

/** The part of `train` for a table whose rows are the steps of sequences. */
export async function trainSequences(io: Io, path: string, options: SeriesOptions): Promise<void> {
  const show = (text: string) => (options.json === true ? Promise.resolve() : print(io.stdout, text));
  const { hidden, seed, testSplit, missingValues } = options;
  const recurrent = options.recurrent!;
  expectSequenceOptions(options);
  const { group } = options;
  const plan = await planFor(io, path, options);
  const { csv, inputs, targets, use, lossName } = plan;
  await show(describeFile(io, csv, plan.rows, plan.guesses));
  const columns = { group, inputs, targets, loss: lossName };
  const table = await readSequences(csv, columns, io.signal);
  await expectUnchanged(pathIn(io, path), plan.fingerprint);
  const gaps = table.gaps.sentence('left out');
  if (gaps !== undefined) await note(io, `${gaps} With --missing mean, missing inputs are filled in.`);
  const predictedSteps = targetSteps(csv, table.sequences, columns);
  const usable = table.sequences.flatMap((rows): Usable[] => {
    const sequence = withTargets(csv, rows, columns, predictedSteps);
    return sequence === undefined ? [] : [{ rows, sequence }];
  });
  if (usable.length < table.sequences.length) {
    await note(
      io,
      `${counted(table.sequences.length - usable.length, 'group')} without a target or an input left out.`,
    );
  }
  const validationSplit = validationFraction(options.validationSplit, usable.length * (1 - testSplit));
  const draw = drawing({ rows: usable.length, testSplit, validationSplit, seed });
  const groups = { training: [] as Usable[], validation: [] as Usable[], test: [] as Usable[] };
  for (const one of usable) groups[draw()].push(one);
  if (groups.training.length < 2) {
    throw new Problem(
      `${csv.name} has ${counted(usable.length, 'group')} in "${group}", too few for training. Rows with the same value are one sequence.`,
    );
  }
  const sequencesOf = (some: readonly Usable[]) => some.map(({ sequence }) => sequence);
  const parts = {
    training: sequencesOf(groups.training),
    validation: sequencesOf(groups.validation),
    test: sequencesOf(groups.test),
  };
  const steps = parts.training.reduce((sum, sequence) => sum + sequence.inputs.length, 0);
  const stepCounts = usable.map(({ rows }) => rows.steps.length);
  const [shortest, longest] = extentOf(stepCounts);
  const trainingRun = planTrainingRun(
    plan,
    { ...options, epochs: options.epochs ?? epochsFor(steps) },
    {
      training: { rows: parts.training.length },
      validation: { rows: parts.validation.length },
      test: { rows: parts.test.length },
      gaps: table.gaps,
      withoutTarget: { count: table.sequences.length - usable.length },
    },
  );
  const network = recurrentNetwork(plan, scalersOf(groups.training, inputs, targets), recurrent, { hidden, seed });
  await show(describeSequences(table.sequences.length, [shortest, longest], columns, predictedSteps));
  await show(
    describeTrainingRun(
      plan,
      trainingRun,
      network,
      { hidden, activation: recurrent, optimizer: options.optimizer },
      'sequence',
    ),
  );

  const engine = await auto();
  const dataOf = (sequences: readonly Sequence[]): Data => ({ sequences });
  const { ended } = await learn(
    io,
    network,
    plan,
    trainingRun,
    () => ({
      training: dataOf(parts.training),
      ...(parts.validation.length > 0 && { validation: dataOf(parts.validation) }),
    }),
    engine,
    { callbacks: [] },
    seed,
    { rows: steps, ...(longest > maxSteps && { truncate: maxSteps }) },
  );

  const metrics = metricsFor(plan);
  const assess = (some: readonly Sequence[]) => evaluate(network, dataOf(some), { loss: use.loss(), metrics, engine });
  const results: Results = {
    training: await assess(parts.training),
    ...(parts.validation.length > 0 && { validation: await assess(parts.validation) }),
    ...(parts.test.length > 0 && { test: await assess(parts.test) }),
  };
  const output = options.output ?? `${parsePath(path).name}.nnbp.safetensors`;
  await saveModel(pathIn(io, output), network, {
    inputs,
    targets,
    loss: lossName,
    sequences: { group, targets: predictedSteps },
    ...(missingValues !== undefined && { missingValues }),
  });
  if (options.json === true) {
    const { rows: sequences, ...summary } = summaryOf(plan, trainingRun, network);
    const about = { group, targets: predictedSteps, shortest, longest };
    await print(
      io.stdout,
      `${visibleJson({ model: output, rows: table.rows, sequences: { ...about, ...sequences, all: table.sequences.length }, ...summary, ...ended, ...results }, 2)}\n`,
    );
  }
  await show(describeEnd(ended, trainingRun) + describeResults(results, trainingRun.rows, 'sequences'));
  expectFinished(ended, trainingRun, output);
  await show(
    `\nSaved ${visible(output)} after ${duration(ended.seconds)}. Next: nnbp predict ${shellWord(output)} ${shellWord(path)}\n`,
  );
}

/** Throws for options that cannot be combined with `--recurrent`, and without those that it needs. */
function expectSequenceOptions(options: SeriesOptions): asserts options is SeriesOptions & { readonly group: string } {
  if (options.group === undefined) {
    throw misuse(
      '--recurrent reads sequences: set the column that identifies them with --group, or the column of times with --time.',
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

/** How many sequences there are, how long they are, and where the target is predicted. */
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
  const note = longest > maxSteps ? `Note: gradients reach back ${maxSteps.toLocaleString('en')} steps at most.\n` : '';
  return `\nSequences: ${counted(count, 'group')} of "${visible(group)}", ${lengths} each; ${names} is predicted ${where}\n${note}`;
}

/** The scalers of the steps of the training sequences. */
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
