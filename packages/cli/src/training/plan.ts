/** Plans a training run from the options and a first pass over the file. */
import type { Activation, Optimizer } from '@nnbp/core';
import { type Column, nodeCount } from '../columns.js';
import type { Csv, CsvOptions } from '../csv/read.js';
import { survey, type Survey } from '../csv/survey.js';
import { Encoder } from '../encode.js';
import { activationNamed, lossNamed, type LossSetup, optimizerNamed } from '../functions.js';
import { expectColumns, type Guess, guessColumns, missingCount, type ColumnOptions } from '../guess.js';
import { expectOtherFile, fingerprint, isReadOnce } from '../files.js';
import { type Io, pathIn } from '../io.js';
import { openData } from '../options.js';
import { loadPlugins } from '../plugins.js';
import { misuse, Problem } from '../problem.js';
import { shellWord } from '../shell-word.js';
import { counted } from '../table.js';
import { visible } from '../visible.js';
import { expectNetworkSize, type Layers } from './network-size.js';

export interface TrainOptions extends CsvOptions {
  readonly target?: readonly string[];
  readonly number?: readonly string[];
  readonly category?: readonly string[];
  readonly ignore?: readonly string[];
  readonly missing: 'drop' | 'mean';
  readonly hidden: readonly number[];
  readonly plugin?: readonly string[];
  readonly activation: string;
  readonly loss?: string;
  readonly optimizer: string;
  readonly rate?: number;
  readonly epochs?: number;
  readonly batch?: number;
  readonly patience?: number;
  readonly seed: number;
  readonly testSplit: number;
  readonly validationSplit?: number;
  readonly checkpoint?: string;
  readonly resume?: boolean;
  readonly output?: string;
  readonly json?: boolean;
  /** Number of folds for cross-validation. Default: no cross-validation; a test set is used instead. */
  readonly folds?: number;
  readonly repeats?: number;
  readonly timeOrdered?: boolean;
  /** The column that identifies the group of each row. */
  readonly group?: string;
}

export interface Plan {
  readonly csv: Csv;
  /** Fingerprint of the data file, which is read more than once and must not change. */
  readonly fingerprint: string;
  /** The number of rows of the file. */
  readonly rows: number;
  /** The number of usable rows. A row with a missing input or target is not usable, unless an option allows it. */
  readonly usableRows: number;
  readonly guesses: readonly Guess[];
  readonly inputs: readonly Column[];
  readonly targets: readonly Column[];
  readonly activation: Activation;
  readonly lossName: string;
  readonly lossSetup: LossSetup;
  readonly optimizer: Optimizer;
  /** The learning rate; undefined if the optimizer has none. */
  readonly rate: number | undefined;
}

/** Checks all options and surveys the file, before training starts. */
export async function planFor(io: Io, path: string, options: TrainOptions & Pick<Layers, 'recurrent'>): Promise<Plan> {
  const plugins = await loadPlugins(io, options.plugin);
  const activation = activationNamed(options.activation, plugins);
  const { optimizer, rate } = optimizerNamed(options.optimizer, options.rate);
  const requested = options.loss === undefined ? undefined : lossNamed(options.loss);
  const file = pathIn(io, path);
  await expectOtherFile(options.output && pathIn(io, options.output), file);
  if (path === '-' || (await isReadOnce(file))) {
    throw misuse('Training reads the data more than once: save the data to a file and pass its name.');
  }
  const before = await fingerprint(file);
  const { target = [], number = [], category = [], ignore = [], missing, group } = options;
  const opened = await openData(io, path, options);
  if (target.length === 0) {
    const { header } = opened;
    throw misuse(
      `Specify the column to predict, for example --target ${shellWord(header[header.length - 1])}. Columns: ${header.join(', ')}.`,
    );
  }
  expectColumns(opened, [...target, ...number, ...category, ...ignore, ...(group === undefined ? [] : [group])]);
  if (group !== undefined && target.includes(group)) {
    throw misuse(
      `--group and --target are both "${group}". Set --group to the column that identifies which rows belong together.`,
    );
  }
  const { csv, all, usable, guesses } = await surveyUsableRows(
    io,
    opened,
    { target, number, category, ignore, missing, group },
    // A sequence needs the target in only one of its rows.
    options.recurrent !== undefined,
  );
  const columnsIn = (role: Guess['role']) =>
    guesses.filter((guess) => guess.role === role).map(({ column }) => column!);
  const [inputs, targets] = [columnsIn('input'), columnsIn('target')];
  const lossName = options.loss ?? (targets[0].kind === 'category' ? 'softmaxCrossEntropy' : 'mse');
  const lossSetup = requested ?? lossNamed(lossName);
  if (targets[0].kind === 'number' && !lossSetup.numbers) {
    throw misuse(
      `The loss ${lossName} is for categories, but "${targets[0].name}" is a number. Remove --loss, or add --category ${shellWord(targets[0].name)}.`,
    );
  }
  if (options.optimizer === 'lm' && lossSetup.loss().residuals === undefined) {
    throw misuse(
      `The optimizer lm requires a loss that is a sum of squares, but ${lossName} is not. Use --optimizer lbfgs or --loss mse.`,
    );
  }
  const { hidden, recurrent } = options;
  expectNetworkSize({ inputs: nodeCount(inputs), hidden, outputs: nodeCount(targets), recurrent });
  const rows = { rows: all.rows, usableRows: usable.rows };
  return {
    csv,
    fingerprint: before,
    ...rows,
    guesses,
    inputs,
    targets,
    activation,
    lossName,
    lossSetup,
    optimizer,
    rate,
  };
}

/**
 * Surveys all rows. If cells are missing, surveys again without the rows that training leaves out, so that these rows
 * add no categories.
 *
 * @param keepsWithoutTarget - Whether training uses rows without a target.
 */
async function surveyUsableRows(io: Io, opened: Csv, options: ColumnOptions, keepsWithoutTarget: boolean) {
  const { signal } = io;
  const categories = [...options.target, ...options.category];
  const all = await survey(opened, { categories, signal });
  if (all.rows === 0) throw new Problem(`${opened.name} has column names but no rows.`);
  const csv = { ...opened, decimals: all.columns.map(({ decimal }) => decimal) };
  const first = guessColumns(all, options);
  const used = first.filter(({ role }) => role !== 'ignored');
  if (used.every(({ survey: found, column }) => missingCount(found, column!) === 0)) {
    return { csv, all, usable: all, guesses: first };
  }
  const columnsIn = (role: Guess['role']) => used.filter((guess) => guess.role === role).map(({ column }) => column!);
  const inputs = new Encoder(columnsIn('input'), csv);
  const targets = new Encoder(columnsIn('target'), csv);
  const codes = new Float64Array(used.length);
  let candidates = 0;
  const isCounted = (cells: readonly string[]) => {
    if (targets.encode(cells, codes) !== undefined && !keepsWithoutTarget) return false;
    candidates++;
    return inputs.encode(cells, codes) === undefined;
  };
  const found = await survey(csv, { categories, isCounted, decimals: csv.decimals, signal });
  // All rows determine the decimal separator, so `ambiguity` also comes from the survey of all rows.
  const columns = found.columns.map((column, k) => ({ ...column, ambiguity: all.columns[k].ambiguity }));
  const usable = { ...found, columns };
  if (usable.rows < candidates / 2) {
    const rows = keepsWithoutTarget ? 'rows' : 'rows with a target';
    throw tooManyDropped(csv, all, used, `${candidates - usable.rows} of ${candidates} ${rows}`);
  }
  if (usable.rows === 0) {
    const [{ survey: target }] = used.filter(({ role }) => role === 'target');
    throw new Problem(`${csv.name} has no rows with a value for the target "${target.name}".`);
  }
  return { csv, all, usable, guesses: guessColumns(usable, options, all) };
}

function tooManyDropped(csv: Csv, all: Survey, used: readonly Guess[], dropped: string): Problem {
  const worst = used
    .filter(({ role }) => role === 'input')
    .map(({ survey: found, column }) => ({ name: found.name, missing: missingCount(found, column!) }))
    .filter(({ missing }) => missing > 0)
    .sort((a, b) => b.missing - a.missing);
  const listed = worst
    .slice(0, 3)
    .map(({ name, missing }) => `"${visible(name)}" is missing in ${missing} of ${all.rows} rows`);
  const more = worst.length > 3 ? `, and ${counted(worst.length - 3, 'more column')} with missing cells` : '';
  return new Problem(
    `${csv.name}: ${dropped} lack an input (${listed.join(', ')}${more}). ` +
      `Ignore a column with --ignore ${shellWord(worst[0]?.name ?? 'NAME')}, or fill in missing values with --missing mean.`,
  );
}
