/** `nnbp train`: from a table to a model file. */
import { parse as parsePath } from 'node:path';
import { type Activation, type Engine, GraphBuilder, Network, type Optimizer, Random } from '@nnbp/core';
import { accuracy, type Data, DivergedError, evaluate, fit, meanAbsoluteError, rSquared } from '@nnbp/train';
import { auto } from '@nnbp/wasm';
import { type Command, Option } from 'commander';
import { categoryOf, type Column, nodeNames, nodesOf } from '../columns.js';
import type { Csv } from '../csv/read.js';
import { survey } from '../csv/survey.js';
import { describeFile, describeResults } from '../describe.js';
import {
  activationNamed,
  activationNames,
  lossNamed,
  lossNames,
  type LossUse,
  optimizerNamed,
  optimizerNames,
} from '../functions.js';
import { expectColumns, type Guess, guessColumns } from '../guess.js';
import { type Run, runIn } from '../checkpoint.js';
import { type Io, note, pathIn, print } from '../io.js';
import { saveModel } from '../model-file.js';
import { collect, expectOtherFile, finite, numberBetween, openData, whole, withCsvOptions } from '../options.js';
import { loadPlugins } from '../plugins.js';
import { exitCodes, misuse, Problem } from '../problem.js';
import { duration, progressBar } from '../progress.js';
import { counted } from '../table.js';
import { dataOf, sampleOf, type TrainingData, trainingData } from '../training-data.js';
import { shellWord } from '../shell-word.js';
import { uniqueNames } from '../unique.js';
import { visible, visibleJson } from '../visible.js';

/** How long training goes, in what steps, over what. */
interface Course {
  readonly rows: number;
  readonly heldOut: number;
  readonly leftOut: number;
  readonly epochs: number;
  readonly batch: number;
}

interface TrainOptions {
  readonly target?: readonly string[];
  readonly number?: readonly string[];
  readonly category?: readonly string[];
  readonly ignore?: readonly string[];
  readonly missing: 'drop' | 'mean';
  readonly header?: boolean;
  readonly delimiter?: string;
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
  readonly holdOut: number;
  readonly checkpoint?: string;
  readonly resume?: boolean;
  readonly output?: string;
  readonly json?: boolean;
}

const examples = `
Examples:
  nnbp train iris.csv --target species
  nnbp train houses.csv --target price --ignore address --hidden 32,16 --epochs 300
  nnbp train big.csv --target label --batch 256 --checkpoint run1
  nnbp train big.csv --target label --batch 256 --checkpoint run1 --resume

What each column is taken for is shown; --number, --category and --ignore overrule
it. Numbers are standardised, and each value of a category is an input; the model
file keeps how. A file that is too large for memory is trained from disk.`;

function sizes(text: string): number[] {
  if (text === 'none') return [];
  return text.split(',').map(whole(1));
}

/** Adds the command. */
export function addTrain(program: Command, io: Io): void {
  withCsvOptions(program.command('train').argument('<data>', 'a CSV file'))
    .summary('train a network on a CSV file')
    .description('Trains a network to tell one column of a CSV file from the others, and writes it to a file.')
    .option('-t, --target <column>', 'what to learn; several times for several numbers', collect)
    .option('-o, --output <file>', 'the model file (default: DATA.nnbp.safetensors)')
    .option('--number <column>', 'take the column for a number', collect)
    .option('--category <column>', 'take the column for a category', collect)
    .option('--ignore <column>', 'leave the column out', collect)
    .addOption(
      new Option('--missing <how>', 'rows with missing cells: drop them, or fill in the mean (the most frequent)')
        .choices(['drop', 'mean'])
        .default('drop'),
    )
    .option('--hidden <sizes>', 'nodes of each hidden layer, as 32,16, or none', sizes, [16])
    .option('--plugin <file>', 'a JavaScript file that exports activations of your own', collect)
    .option('--activation <name>', `of hidden nodes: ${activationNames.join(', ')}`, 'tanh')
    .option('--loss <name>', `${lossNames.join(', ')} (default: mse for numbers, softmaxCrossEntropy for categories)`)
    .option('--optimizer <name>', optimizerNames.join(', '), 'adam')
    .option('--rate <number>', "learning rate (default: the optimizer's own)", numberBetween(0, Infinity, true))
    .option('--epochs <count>', 'times through the data (default: 5 to 200, fewer for more rows)', whole(1))
    .option('--batch <count>', 'rows a step (default: 32)', whole(1))
    .option('--patience <epochs>', 'stop when the held-out loss has not improved for so long', whole(1))
    .option('--hold-out <part>', 'part of the rows to test on, not to learn from', numberBetween(0, 1), 0.2)
    .option('--seed <number>', 'of everything that is drawn', finite, 0)
    .option('--checkpoint <directory>', 'write a checkpoint there after each epoch')
    .option('--resume', 'go on from the newest checkpoint there, to the same bits')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', examples)
    .action((path: string, options: TrainOptions) => train(io, path, options));
}

/** What is trained, and how: all that follows from the options and a first look at the file. */
interface Plan {
  readonly csv: Csv;
  readonly rows: number;
  readonly guesses: readonly Guess[];
  readonly inputs: readonly Column[];
  readonly targets: readonly Column[];
  readonly activation: Activation;
  readonly lossName: string;
  readonly use: LossUse;
  readonly optimizer: Optimizer;
  readonly rate: number;
}

async function train(io: Io, path: string, options: TrainOptions): Promise<void> {
  const say = (text: string) => (options.json === true ? Promise.resolve() : print(io.stdout, text));
  const plan = await planFor(io, path, options);
  const { csv, inputs, targets, use, lossName } = plan;
  await say(describeFile(io, csv, plan.rows, plan.guesses));
  const { seed, holdOut } = options;
  const data = await trainingData(csv, { inputs, targets, rows: plan.rows, holdOut, seed, signal: io.signal });
  try {
    const gaps = data.gaps.sentence('left out');
    if (gaps !== undefined) await note(io, `${gaps} With --missing mean, what is missing is filled in.\n`);
    const course = courseFor(plan, options, data);
    const columns = { inputs, targets, loss: lossName };
    const run = await runIn(
      io,
      { ...options, activation: plan.activation },
      { columns, seed, holdOut, ...settingsOf(plan, course, options) },
    );
    const network = run.found?.network ?? networkFor(plan, data, options);
    await say(describeCourse(plan, course, network, options));
    const engine = await auto();
    const { training, held, ended } = await learn(io, network, plan, course, data, engine, run, options);

    const metrics = categoryOf(plan) ? [accuracy()] : [rSquared(), meanAbsoluteError()];
    const assess = (some: Data) => evaluate(network, some, { loss: use.loss(), metrics, engine });
    // Going through millions of rows again would tell little more than those held out.
    const again = data.training.inMemory || held === undefined;
    const results = {
      ...(again && { training: await assess(training) }),
      ...(held !== undefined && { heldOut: await assess(held) }),
    };
    const output = options.output ?? `${parsePath(path).name}.nnbp.safetensors`;
    await saveModel(pathIn(io, output), network, columns);
    if (options.json === true) {
      const summary = { model: output, ...summaryOf(plan, course, network), ...ended, ...results };
      await print(io.stdout, `${visibleJson(summary, 2)}\n`);
    }
    await say(describeResults(results, course.heldOut));
    if (ended.stoppedBy === 'interrupt') {
      throw new Problem(
        `Stopped in epoch ${ended.epochs} of ${course.epochs}; the model so far is in ${output}.`,
        exitCodes.interrupted,
      );
    }
    const withPlugins = (options.plugin ?? []).map((file) => ` --plugin ${shellWord(file)}`).join('');
    await say(
      `\nSaved ${visible(output)} after ${duration(ended.seconds)}. Next: nnbp predict ${shellWord(output)} ${shellWord(path)}${withPlugins}\n`,
    );
  } finally {
    await data.close();
  }
}

/** Everything that can be said against the options is said here, before anything takes long. */
async function planFor(io: Io, path: string, options: TrainOptions): Promise<Plan> {
  const own = await loadPlugins(io, options.plugin);
  const activation = activationNamed(options.activation, own);
  const { optimizer, rate } = optimizerNamed(options.optimizer, options.rate);
  const asked = options.loss === undefined ? undefined : lossNamed(options.loss);
  expectOtherFile(io, options.output, path);
  if (path === '-') throw misuse('train reads the data more than once: save them to a file and name it.');
  const csv = await openData(io, path, options);
  const { target = [], number = [], category = [], ignore = [] } = options;
  if (target.length === 0) {
    const { header } = csv;
    throw misuse(
      `Say which column to learn, as in --target ${shellWord(header[header.length - 1])}. There are: ${header.join(', ')}.`,
    );
  }
  expectColumns(csv, [...target, ...number, ...category, ...ignore]);
  const found = await survey(csv, io.signal);
  if (found.rows === 0) throw new Problem(`${csv.name} has column names and no rows.`);
  const guesses = guessColumns(found, { target, number, category, ignore, missing: options.missing });
  const columnsIn = (role: Guess['role']) =>
    guesses.filter((guess) => guess.role === role).map(({ column }) => column!);
  const targets = columnsIn('target');
  const lossName = options.loss ?? (targets[0].kind === 'category' ? 'softmaxCrossEntropy' : 'mse');
  const use = asked ?? lossNamed(lossName);
  if (targets[0].kind === 'number' && !use.numbers) {
    throw misuse(
      `The loss ${lossName} is for categories, and "${targets[0].name}" is a number: leave --loss out, or add --category "${targets[0].name}".`,
    );
  }
  const inputs = columnsIn('input');
  return { csv, rows: found.rows, guesses, inputs, targets, activation, lossName, use, optimizer, rate };
}

/** Dense layers, whose ends are called as the columns are. */
function networkFor(
  { inputs, targets, activation, use }: Plan,
  { inputScaler, outputScaler }: TrainingData,
  { hidden, seed }: TrainOptions,
): Network {
  const names = [nodeNames(inputs), ...hidden.map((size, k) => hiddenNames(k + 1, size)), nodeNames(targets)];
  const unique = uniqueNames(names.flat());
  const layers = names.map((layer) => unique.splice(0, layer.length));
  const builder = new GraphBuilder();
  layers.forEach((layer, k) => {
    for (const id of layer) {
      if (k === 0) builder.input(id);
      else {
        const isLast = k === layers.length - 1;
        builder.node(id, { from: layers[k - 1], activation: isLast ? use.output : activation });
      }
    }
  });
  builder.output(...layers[layers.length - 1]);
  const network = new Network(builder.build(), { seed });
  network.inputScaler = inputScaler;
  network.outputScaler = outputScaler;
  network.outputTransform = use.transform ?? 'none';
  return network;
}

const hiddenNames = (layer: number, size: number) => Array.from({ length: size }, (_, k) => `hidden${layer}.${k + 1}`);

/** How long, in what steps. Few rows are gone through more often. */
function courseFor({ optimizer }: Plan, options: TrainOptions, { training, held, gaps }: TrainingData): Course {
  const { rows } = training;
  return {
    rows,
    heldOut: held.rows,
    leftOut: gaps.count,
    epochs: options.epochs ?? Math.min(200, Math.max(5, Math.round(200_000 / rows))),
    batch: Math.min(rows, options.batch ?? (optimizer.fullBatch === true ? rows : 32)),
  };
}

/** What must be the same for a training to go on where it was. */
const settingsOf = ({ rate }: Plan, { rows, batch }: Course, { hidden, activation, optimizer }: TrainOptions) => ({
  hidden,
  activation,
  optimizer,
  rate,
  batch,
  rows,
});

/** Trains until it is done or told to stop. */
async function learn(
  io: Io,
  network: Network,
  { inputs, targets, use, optimizer, rate }: Plan,
  { rows, epochs, batch }: Course,
  data: TrainingData,
  engine: Engine,
  run: Run,
  { seed, patience }: TrainOptions,
) {
  const resume = run.found?.checkpoint;
  let epoch = resume?.epoch ?? 0;
  const toSample = (codes: ArrayLike<number>) => sampleOf(inputs, targets, use, codes);
  const training = await dataOf(data.training, toSample, () => new Random(seed + epoch));
  const held = data.held.rows > 0 ? await dataOf(data.held, toSample) : undefined;
  const bar = progressBar(io, rows);
  const begun = performance.now();
  let stoppedBy = 'interrupt';
  try {
    const report = await fit(network, training, {
      loss: use.loss(),
      optimizer,
      epochs,
      batchSize: batch,
      seed,
      engine,
      ...(held !== undefined && { validation: held }),
      ...(patience !== undefined && { earlyStopping: { patience } }),
      ...(io.signal !== undefined && { signal: io.signal }),
      callbacks: [{ onEpochBegin: (progress) => void (epoch = progress.epoch) }, ...run.callbacks, ...bar.callbacks],
      ...(resume !== undefined && { resume }),
    });
    stoppedBy = report.stoppedBy;
  } catch (error) {
    if (error instanceof DivergedError) {
      throw new Problem(`${error.message} Try a smaller learning rate: --rate ${rate / 10}.`);
    }
    if (io.signal?.aborted !== true) throw error;
  } finally {
    bar.stop();
  }
  return { training, held, ended: { stoppedBy, epochs: epoch, seconds: (performance.now() - begun) / 1000 } };
}

/** For machines. */
const summaryOf = ({ rows, guesses, lossName }: Plan, course: Course, { graph }: Network) => ({
  rows: { all: rows, training: course.rows, heldOut: course.heldOut, leftOut: course.leftOut },
  columns: guesses.map(({ survey: { name }, role, column, reason }) => ({ name, role, kind: column?.kind, reason })),
  network: { nodes: graph.nodeCount, edges: graph.edgeCount, parameters: graph.parameterCount },
  loss: lossName,
});

const describeCourse = (
  { inputs, lossName, rate }: Plan,
  { rows, heldOut, epochs, batch }: Course,
  { graph }: Network,
  { hidden, activation, optimizer }: TrainOptions,
): string => {
  const layers = [nodesOf(inputs), ...hidden.map((size) => `${size} ${activation}`), graph.outputs.length].join(' → ');
  return (
    `\nA network of ${layers} nodes with ${counted(graph.parameterCount, 'parameter')}: ${lossName}, ${optimizer} at rate ${rate},\n` +
    `${counted(epochs, 'epoch')} of ${counted(rows, 'row')} in batches of ${batch}, ${heldOut === 0 ? 'no row' : counted(heldOut, 'row')} held out.\n\n`
  );
};
