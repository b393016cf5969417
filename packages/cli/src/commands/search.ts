/** `nnbp search`: searches for a good network and optimizer by cross-validation and successive halving. */
import { choice, type CrossValidation, logUniform, search, type Trial } from '@nnbp/train';
import { auto } from '@nnbp/wasm';
import { type Command } from 'commander';
import { categoryOf } from '../columns.js';
import { describeFile } from '../describe.js';
import { metricNames, metricText } from '../metrics.js';
import { activationNamed, defaultRates } from '../functions.js';
import { short } from '../guess.js';
import { type Io, note, print } from '../io.js';
import { csvOptionWords, finite, integerFrom } from '../options.js';
import { misuse } from '../problem.js';
import { shellWord } from '../shell-word.js';
import { counted, tableOf } from '../table.js';
import { crossValidation, progressLine } from '../training/cross-validation.js';
import { encodedRows } from '../training/data.js';
import { planFor, type TrainOptions } from '../training/plan.js';
import { duration } from '../training/progress.js';
import { visible, visibleJson } from '../visible.js';
import { withColumnOptions } from './train.js';

interface SearchCommandOptions extends TrainOptions {
  readonly trials: number;
  readonly folds: number;
  readonly maxEpochs: number;
}

/** A network and an optimizer with their options. */
interface Candidate {
  readonly hidden: readonly number[];
  readonly activation: string;
  readonly optimizer: string;
  /** The learning rate as a multiple of the optimizer's default. */
  readonly factor: number;
  readonly batch: number;
}

const examples = `
Examples:
  nnbp search iris.csv --target species
  nnbp search houses.csv --target price --trials 60 --folds 5 --max-epochs 200

Tries random networks (hidden layers, activation), optimizers, learning rates and batch
sizes. The first round cross-validates each candidate for a few epochs. Each later
round trains the best third for three times as many epochs, up to --max-epochs. Prints
the best candidates and the command that trains the best one. The same --seed always
finds the same candidates.`;

/** Number of candidates to print. */
const maxPrinted = 5;

export function addSearch(program: Command, io: Io): void {
  withColumnOptions(program.command('search').argument('<data>', 'a CSV file'))
    .summary('search for a good network and optimizer')
    .description(
      'Searches for the hidden layers, activation, optimizer and learning rate with the lowest validation loss.',
    )
    .option('--loss <name>', 'loss function, as for train')
    .option('--trials <count>', 'number of candidates', integerFrom(1), 27)
    .option('--folds <count>', 'number of cross-validation folds', integerFrom(2), 3)
    .option('--group <column>', 'keep the rows with the same value of this column in the same fold')
    .option('--max-epochs <count>', 'number of epochs in the last round', integerFrom(1), 90)
    .option('--seed <number>', 'random seed', finite, 0)
    .option('--json', 'print the result as JSON')
    .addHelpText('after', examples)
    .action((path: string, options: SearchCommandOptions) => searchFor(io, path, options));
}

async function searchFor(io: Io, path: string, options: SearchCommandOptions): Promise<void> {
  const { trials, folds, maxEpochs, seed, json = false } = options;
  const { signal } = io;
  const plan = await planFor(io, path, { ...options, activation: 'tanh', optimizer: 'adam', hidden: [16] });
  if (!json) await print(io.stdout, describeFile(io, plan.csv, plan.rows, plan.guesses));
  const rows = await encodedRows(plan, options.group, signal);
  const { codes } = rows;
  if (codes.length < 2 * folds) {
    throw misuse(`--folds ${folds}: expected at least ${2 * folds} usable rows, received ${codes.length}.`);
  }
  const engine = await auto();
  const validations = new Map<Candidate, CrossValidation>();
  const line = progressLine(io);
  let best = Infinity;
  const start = performance.now();
  const score = async (candidate: Candidate, budget: number) => {
    const { optimizer, rate } = optimizerOf(candidate);
    const validated = await crossValidation(
      { ...plan, activation: activationNamed(candidate.activation) },
      rows,
      { hidden: candidate.hidden, seed, optimizer, ...(rate !== undefined && { rate }) },
      { folds, epochs: Math.max(1, Math.round(budget)), batch: candidate.batch, engine, signal },
    );
    validations.set(candidate, validated);
    return validated.loss.mean;
  };
  let ranked: Trial<Candidate>[];
  try {
    ranked = await search(spaceFor(categoryOf(plan) === undefined && plan.lossName === 'mse'), score, {
      trials,
      minBudget: Math.max(1, maxEpochs / 9),
      maxBudget: maxEpochs,
      seed,
      ...(signal && { signal }),
      onTrial({ score: loss }, done, total) {
        best = Math.min(best, loss);
        line.show(`trial ${done} of ${total}, lowest loss ${short(best)}`);
      },
    });
  } finally {
    line.end();
  }
  const command = commandFor(path, options, ranked[0]);
  if (json) {
    const list = ranked.map(({ options: candidate, budget, score: loss }) => ({
      ...settingsOf(candidate),
      epochs: Math.round(budget),
      loss: Number.isFinite(loss) ? loss : null,
      metrics: validations.get(candidate)?.metrics,
    }));
    await print(io.stdout, `${visibleJson({ command, trials: list }, 2)}\n`);
    return;
  }
  await note(io, `${counted(ranked.length, 'candidate')} in ${duration((performance.now() - start) / 1000)}.`);
  await print(
    io.stdout,
    `\n${describeRanking(ranked, validations, folds)}\nTo train the best candidate:\n  ${visible(command)}\n`,
  );
}

/** The search space. It includes Levenberg–Marquardt only for regression with the `mse` loss. */
const spaceFor = (withLm: boolean) => ({
  hidden: choice<readonly number[]>([[4], [8], [16], [32], [8, 8], [16, 16], [32, 16]]),
  activation: choice(['tanh', 'relu', 'sigmoid', 'silu']),
  optimizer: choice(withLm ? ['adam', 'adam', 'adamw', 'rmsprop', 'lm'] : ['adam', 'adam', 'adamw', 'rmsprop']),
  factor: logUniform(0.3, 30),
  batch: choice([8, 16, 32, 64]),
});

/**
 * The optimizer and its learning rate, rounded to two digits so that the printed command has exactly the same rate as
 * the trial.
 */
function optimizerOf({ optimizer, factor }: Candidate): { optimizer: string; rate: number | undefined } {
  const defaultRate = defaultRates[optimizer];
  return { optimizer, rate: defaultRate === undefined ? undefined : Number((defaultRate * factor).toPrecision(2)) };
}

function settingsOf(candidate: Candidate) {
  const { optimizer, rate } = optimizerOf(candidate);
  const { hidden, activation, batch } = candidate;
  return { hidden, activation, optimizer, ...(rate !== undefined && { rate, batch }) };
}

function describeRanking(
  ranked: readonly Trial<Candidate>[],
  validations: ReadonlyMap<Candidate, CrossValidation>,
  folds: number,
): string {
  const names = Object.keys(validations.get(ranked[0].options)?.metrics ?? {});
  const lines = ranked.slice(0, maxPrinted).map(({ options, budget, score }) => {
    const { hidden, activation, optimizer, rate, batch } = settingsOf(options);
    const metrics = validations.get(options)?.metrics;
    return [
      `${hidden.join(',')} ${activation}`,
      rate === undefined ? optimizer : `${optimizer} ${rate}, batches of ${batch}`,
      String(Math.round(budget)),
      short(score),
      ...names.map((name) => (metrics ? metricText(name, metrics[name].mean) : '')),
    ];
  });
  const head = ['hidden', 'optimizer', 'epochs', 'loss', ...names.map((name) => metricNames[name] ?? name)];
  return `The best of ${counted(ranked.length, 'candidate')}, mean over ${folds} folds:\n\n${tableOf([head, ...lines], [2, 3, 4, 5])}`;
}

/** Returns the `nnbp train` command that trains a candidate with the column options of the search. */
function commandFor(path: string, options: SearchCommandOptions, { options: candidate, budget }: Trial<Candidate>) {
  const { hidden, activation, optimizer, rate, batch } = settingsOf(candidate);
  const columns = (['target', 'number', 'category', 'ignore'] as const).flatMap((option) =>
    (options[option] ?? []).map((name) => `--${option} ${shellWord(name)}`),
  );
  return [
    `nnbp train ${shellWord(path)}`,
    ...csvOptionWords(options),
    ...columns,
    ...(options.group === undefined ? [] : [`--group ${shellWord(options.group)}`]),
    ...(options.missing === 'mean' ? ['--missing mean'] : []),
    ...(options.loss === undefined ? [] : [`--loss ${options.loss}`]),
    `--hidden ${hidden.join(',')} --activation ${activation} --optimizer ${optimizer}`,
    ...(rate === undefined ? [] : [`--rate ${rate} --batch ${batch}`]),
    `--epochs ${Math.round(budget)}`,
    ...(options.seed === 0 ? [] : [`--seed ${options.seed}`]),
  ].join(' ');
}
