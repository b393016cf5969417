/** `nnbp fit`: fits a formula to the columns of a table, and reports standard errors and confidence intervals. */
import { Network } from '@nnbp/core';
import { type FitStatistics, fitStatistics } from '@nnbp/formula';
import { mse } from '@nnbp/losses';
import { type LevenbergMarquardt, levenbergMarquardt } from '@nnbp/optim';
import { DivergedError, fit, type Report } from '@nnbp/train';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { CsvOptions } from '../csv/read.js';
import { expectOtherFile, writeWhole } from '../files.js';
import { type Assignments, assignments } from '../fit/assignments.js';
import { formulaFile } from '../fit/formula-file.js';
import { plotDataOf } from '../fit/plot-data.js';
import { type FitProblem, fitProblem, type FitRows, fitRows, defaultStart } from '../fit/fit-problem.js';
import { svgPlot } from '../fit/svg-plot.js';
import { fitTextPlot } from '../fit/text-plot.js';
import { type Io, note, pathIn, print } from '../io.js';
import { openData, integerFrom, noteAmbiguities, noteRepeated, withCsvOptions } from '../options.js';
import { misuse, Problem } from '../problem.js';
import { shellWord } from '../shell-word.js';
import { counted, tableOf } from '../table.js';
import { duration } from '../training/progress.js';
import { visible, visibleJson } from '../visible.js';

interface FitCommandOptions extends CsvOptions {
  readonly formula: string;
  readonly target?: string;
  readonly weights?: string;
  readonly start?: Assignments;
  readonly lower?: Assignments;
  readonly upper?: Assignments;
  readonly confidence: number;
  readonly iterations: number;
  readonly plot?: string | true;
  readonly output?: string;
  readonly json?: boolean;
}

const examples = `
Examples:
  nnbp fit growth.csv --formula "b1*(1 - exp(-b2*x))" --start b1=500,b2=0.0001
  nnbp fit growth.csv --formula "y = b1*(1 - exp(-b2*x))" --start b1=500,b2=0.0001 --plot growth.svg
  nnbp fit decay.csv --formula "a*exp(-t/tau) + c" --target counts --weights w --lower tau=0 --plot

Column names in the formula are variables; all other names are parameters. You can use
+ - * / ^, parentheses, pi, and exp, log, sqrt, sin, cos, tan, atan, sinh, cosh, tanh, abs.
The fit minimizes the sum of the squared residuals (Levenberg–Marquardt, with exact
derivatives). Initial values should have the right sign and order of magnitude.`;

function confidence(text: string): number {
  const value = Number(text);
  if (value > 0 && value < 1) return value;
  throw new InvalidArgumentError('Expected a number between 0 and 1, such as 0.95.');
}

export function addFit(program: Command, io: Io): void {
  const pairs = (flags: string, description: string) => new Option(flags, description).argParser(assignments);
  withCsvOptions(program.command('fit').argument('<data>', 'a CSV file, or - for standard input'))
    .summary('fit a formula to a CSV file')
    .description(
      'Fits the parameters of a formula to the columns of a CSV file, with standard errors and confidence intervals.',
    )
    .requiredOption('-f, --formula <formula>', 'the formula, such as "a + b*x" or "y = a + b*x"')
    .option(
      '-t, --target <column>',
      'the column to fit (default: the left side of the formula, or the only column that is neither in the formula nor given by --weights)',
    )
    .addOption(
      pairs('--start <pairs>', `initial values of the parameters, such as b1=500,b2=0.0001 (default: ${defaultStart})`),
    )
    .addOption(pairs('--lower <pairs>', 'lower bounds, such as b1=0'))
    .addOption(pairs('--upper <pairs>', 'upper bounds, such as b1=1000'))
    .option('--weights <column>', 'a column with the weight of each row, proportional to 1/variance')
    .addOption(
      new Option('--confidence <fraction>', 'confidence level of the intervals').argParser(confidence).default(0.95),
    )
    .option('--iterations <count>', 'maximum number of iterations', integerFrom(1), 1000)
    .option('--plot [file.svg]', 'plot the data and the curve in the terminal, or to an SVG file')
    .option('-o, --output <file>', 'save the fitted formula to a file for predict, evaluate, explain and check')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', examples)
    .action((path: string, options: FitCommandOptions) => fitFormula(io, path, options));
}

const none: Assignments = new Map();

async function fitFormula(io: Io, path: string, options: FitCommandOptions): Promise<void> {
  const { plot, output, json = false, start = none, lower = none, upper = none } = options;
  if (typeof plot === 'string' && !plot.endsWith('.svg')) {
    throw misuse(`--plot ${plot}: expected a file that ends with .svg. Omit the file to plot in the terminal.`);
  }
  const data = path === '-' ? [] : [pathIn(io, path)];
  await expectOtherFile(output && pathIn(io, output), ...data);
  await expectOtherFile(typeof plot === 'string' ? pathIn(io, plot) : undefined, ...data);
  const csv = await openData(io, path, options);
  const problem = fitProblem(csv, { ...options, start, lower, upper });
  const used = [...problem.variables, problem.target, ...(options.weights ? [options.weights] : [])];
  await noteRepeated(io, csv, used);
  await noteAmbiguities(io, csv, used);
  const rows = await fitRows(csv, problem, options.weights, io.signal);
  const { parameters, target } = problem;
  const network = new Network(problem.graph);
  for (const name of parameters) network.setParameters(name, { b: start.get(name) ?? defaultStart });
  expectFiniteStart(network, problem, rows);
  const unset = parameters.filter((name) => !start.has(name));
  if (unset.length > 0 && !json) {
    await note(io, `${visible(unset.join(', '))} started at ${defaultStart}. If the fit is poor, set --start.`);
  }

  // Each parameter is a node with the same name. The optimizer expects bounds in the order of the parameter vector.
  const boundVector = (bounds: Assignments, defaultBound: number) => {
    const vector = network.parameters.vector.slice().fill(defaultBound);
    for (const [name, value] of bounds) vector[problem.graph.biasIndex(problem.graph.indexOf(name))] = value;
    return vector;
  };
  const bounds = { lower: boundVector(lower, -Infinity), upper: boundVector(upper, Infinity) };
  const optimizer = levenbergMarquardt(lower.size + upper.size > 0 ? bounds : {});
  const report = await run(io, network, rows, optimizer, options.iterations);
  const statistics = fitStatistics(network, rows, { confidence: options.confidence });
  const result = resultOf(problem, statistics, report, rows);

  for (const warning of warningsOf(problem, statistics, report, rows, bounds)) await note(io, `Note: ${warning}`);
  const title = `${target} = ${problem.formula}`;
  const plotData = plot === undefined ? undefined : plotDataOf(problem.variables, target, rows, statistics);
  if (json) await print(io.stdout, `${visibleJson(result, 2)}\n`);
  else {
    await print(io.stdout, describe(visible(csv.name), title, result, options.confidence));
    if (plotData !== undefined && plot === true) await print(io.stdout, `\n${fitTextPlot(plotData)}`);
  }
  if (plotData !== undefined && typeof plot === 'string') {
    await writeWhole(pathIn(io, plot), svgPlot(plotData, title));
    if (!json) await print(io.stdout, `\nSaved the plot to ${visible(plot)}.\n`);
  }
  if (output !== undefined) {
    const values = Object.fromEntries(parameters.map((name) => [name, network.getParameters(name).b!]));
    const { formula, variables } = problem;
    await writeWhole(pathIn(io, output), formulaFile({ formula, variables, target, parameters: values }));
    if (!json) {
      await print(
        io.stdout,
        `\nSaved ${visible(output)}. Next: nnbp predict ${shellWord(output)} ${shellWord(path)}\n`,
      );
    }
  }
}

/** Throws if the formula is not finite at the initial values: no search direction could be computed there. */
function expectFiniteStart(network: Network, { parameters, variables }: FitProblem, { inputs }: FitRows): void {
  const values = parameters.map((name) => `${name}=${network.getParameters(name).b}`).join(',');
  for (const input of inputs) {
    try {
      network.predict(input);
    } catch {
      const at = variables.map((name, k) => `${name} = ${input[k]}`).join(', ');
      throw new Problem(
        `At ${at}, the formula is not finite for the initial values ${values}. Set other initial values with --start.`,
      );
    }
  }
}

async function run(
  io: Io,
  network: Network,
  rows: FitRows,
  optimizer: LevenbergMarquardt,
  iterations: number,
): Promise<Report> {
  try {
    return await fit(network, rows, {
      loss: mse(),
      optimizer,
      epochs: iterations,
      ...(io.signal && { signal: io.signal }),
    });
  } catch (error) {
    if (!(error instanceof DivergedError)) throw error;
    const point = error.epoch === 1 ? 'the initial values' : `the values of iteration ${error.epoch - 1}`;
    throw new Problem(`A derivative of the formula is not finite at ${point}. Set other initial values with --start.`);
  }
}

type Result = ReturnType<typeof resultOf>;

function resultOf(
  { formula, target, parameters }: FitProblem,
  statistics: FitStatistics,
  report: Report,
  rows: FitRows,
) {
  const statisticsOf = (name: string) => statistics.parameters.find(({ node }) => node === name)!;
  const { observations, degreesOfFreedom, residualSumOfSquares, residualStandardDeviation } = statistics;
  const { rSquared, aic, bic, covariance } = statistics;
  const indices = parameters.map((name) => statisticsOf(name).index);
  return {
    formula,
    target,
    rows: observations,
    leftOut: rows.gaps.count,
    converged: report.stoppedBy === 'converged',
    iterations: report.history.length,
    seconds: report.seconds,
    parameters: parameters.map((name) => {
      const { estimate, standardError, t, p, interval, index } = statisticsOf(name);
      const isDetermined = !statistics.undetermined.includes(index);
      return { name, estimate, standardError, t, p, interval, determined: isDetermined };
    }),
    covariance: indices.map((a) => indices.map((b) => covariance[a * indices.length + b])),
    degreesOfFreedom,
    residualSumOfSquares,
    residualStandardDeviation,
    rSquared,
    aic,
    bic,
  };
}

function warningsOf(
  { parameters, graph }: FitProblem,
  { parameters: estimates, rSquared, undetermined }: FitStatistics,
  report: Report,
  { targets }: FitRows,
  { lower, upper }: { readonly lower: Float64Array; readonly upper: Float64Array },
): string[] {
  const warnings: string[] = [];
  const names = (some: readonly string[]) => visible(some.join(', '));
  if (report.stoppedBy !== 'converged') {
    warnings.push(
      `the fit did not converge in ${report.history.length} iterations. Set --start closer to the solution, or increase --iterations.`,
    );
  }
  const undeterminedNames = parameters.filter((name) => undetermined.includes(graph.biasIndex(graph.indexOf(name))));
  if (undeterminedNames.length > 0) {
    warnings.push(
      `the data do not determine ${names(undeterminedNames)}: other values fit equally well. Replace ${undeterminedNames.length === 1 ? 'it' : 'one of them'} with a number in the formula, or add data.`,
    );
  }
  const atBound = estimates.filter(({ index, estimate }) => estimate === lower[index] || estimate === upper[index]);
  if (atBound.length > 0) {
    warnings.push(
      `${names(atBound.map(({ node }) => node))} ended at a bound, where standard errors and intervals are not valid.`,
    );
  }
  if (Number.isNaN(rSquared)) warnings.push(`the target is ${targets[0][0]} in every row, so R² is not defined.`);
  return warnings;
}

const digits = (value: number, count = 6) => (Number.isFinite(value) ? String(Number(value.toPrecision(count))) : '–');

function describe(file: string, title: string, result: Result, level: number): string {
  const { rows, leftOut, parameters, converged, iterations, seconds, degreesOfFreedom } = result;
  const leftOutNote = leftOut > 0 ? `, ${counted(leftOut, 'row')} with missing numbers left out` : '';
  const lines = parameters.map(({ name, estimate, standardError, t, p, interval: [low, high], determined }) =>
    determined
      ? [
          name,
          digits(estimate, 8),
          digits(standardError),
          digits(t, 4),
          p.toPrecision(2),
          `${digits(low)} to ${digits(high)}`,
        ]
      : [name, digits(estimate, 8), '–', '–', '–', 'not determined'],
  );
  const intervalTitle = `${Number((100 * level).toPrecision(6))} % interval`;
  const figures: [string, number][] = [
    ['residual standard deviation', result.residualStandardDeviation],
    ['residual sum of squares', result.residualSumOfSquares],
    ['R²', result.rSquared],
    ['AIC', result.aic],
    ['BIC', result.bic],
  ];
  return (
    `${file}: ${counted(rows, 'row')}${leftOutNote}.\n${visible(title)}\n\n` +
    tableOf([['', 'estimate', 'standard error', 't', 'p', intervalTitle], ...lines], [1, 2, 3, 4]) +
    `\n${tableOf([['degrees of freedom', String(degreesOfFreedom)], ...figures.map(([name, value]) => [name, digits(value)])], [1])}` +
    `\n${converged ? 'Converged' : 'Stopped'} after ${counted(iterations, 'iteration')}, ${duration(seconds)}.\n`
  );
}
