/**
 * Prepares a fit: parses the formula, finds its columns and parameters, checks the initial values, and reads the rows.
 */
import { formulaGraph, type FormulaGraph, namesIn, parseFormula } from '@nnbp/formula';
import type { Csv } from '../csv/read.js';
import { Encoder, Gaps } from '../encode.js';
import { expectColumns } from '../guess.js';
import { misuse, Problem } from '../problem.js';
import { shellWord } from '../shell-word.js';
import { counted } from '../table.js';
import { type Assignments, expectParameters } from './assignments.js';

/** The formula and options of `nnbp fit`. */
export interface FitRequest {
  readonly formula: string;
  readonly target?: string;
  readonly weights?: string;
  readonly start: Assignments;
  readonly lower: Assignments;
  readonly upper: Assignments;
}

/** A formula with its names divided into variables, target and parameters. */
export interface FitProblem extends FormulaGraph {
  /** The right side of the formula. */
  readonly formula: string;
  readonly variables: readonly string[];
  readonly target: string;
}

/** Splits `y = a + b*x` or `y ~ a + b*x`. The left side is the target. */
function sidesOf(text: string): { left: string | undefined; right: string } {
  const at = text.search(/[=~]/);
  return at < 0
    ? { left: undefined, right: text.trim() }
    : { left: text.slice(0, at).trim(), right: text.slice(at + 1).trim() };
}

/**
 * Divides the names of a formula into variables and parameters, and checks the options. A name is a variable if the
 * table has a column of this name and --start does not set it. All other names are parameters.
 */
export function fitProblem(csv: Csv, request: FitRequest): FitProblem {
  const { left, right } = sidesOf(request.formula);
  if (request.target !== undefined && left !== undefined && left !== request.target) {
    throw misuse(
      `--target ${shellWord(request.target)} differs from the left side of the formula, "${left}". Remove one of them.`,
    );
  }
  const names = namesIn(parseFormula(right));
  const variables = names.filter((name) => csv.header.includes(name) && !request.start.has(name));
  if (variables.length === 0) {
    const lowerCaseNames = new Set(names.map((name) => name.toLowerCase()));
    const inOtherCase = csv.header.find((column) => lowerCaseNames.has(column.toLowerCase()));
    const hint = inOtherCase === undefined ? '' : ` Did you mean "${inOtherCase}"?`;
    throw misuse(`The formula contains no column of ${csv.name}. Columns: ${csv.header.join(', ')}.${hint}`);
  }
  const target =
    request.target ?? left ?? onlyOtherColumn(csv, [...variables, ...(request.weights ? [request.weights] : [])]);
  expectColumns(csv, [target, ...(request.weights === undefined ? [] : [request.weights])]);
  if (variables.includes(target)) {
    throw misuse(`The formula contains the target "${target}". Set another --target.`);
  }
  const built = formulaGraph(right, variables, target);
  for (const option of ['start', 'lower', 'upper'] as const) {
    expectParameters(`--${option}`, request[option], built.parameters);
  }
  for (const name of built.parameters) {
    const [low, start, high] = [
      request.lower.get(name) ?? -Infinity,
      request.start.get(name) ?? defaultStart,
      request.upper.get(name) ?? Infinity,
    ];
    if (low <= start && start <= high) continue;
    const range = `${low} to ${high}`;
    throw misuse(
      `"${name}" starts at ${start}, outside its bounds ${range}. Set --start ${name}=… to a value within the bounds.`,
    );
  }
  return { formula: right, variables, target, ...built };
}

/** The initial value of a parameter that --start does not set. */
export const defaultStart = 1;

/** Returns the only column that is not used. */
function onlyOtherColumn({ name, header }: Csv, used: readonly string[]): string {
  const others = header.filter((column) => !used.includes(column));
  if (others.length === 1) return others[0];
  throw misuse(
    `Specify the column to fit, for example --target ${shellWord(others.at(-1) ?? header[0])}. Columns of ${name}: ${header.join(', ')}.`,
  );
}

export interface FitRows {
  readonly inputs: number[][];
  readonly targets: number[][];
  readonly weights?: number[];
  readonly gaps: Gaps;
}

/** Reads the columns as numbers. Leaves out rows in which a number is missing or invalid. */
export async function fitRows(
  csv: Csv,
  { variables, target, parameters }: FitProblem,
  weightColumn: string | undefined,
  signal: AbortSignal | undefined,
): Promise<FitRows> {
  const columns = [...variables, target, ...(weightColumn === undefined ? [] : [weightColumn])];
  const encoder = new Encoder(
    columns.map((name) => ({ kind: 'number', name })),
    csv,
  );
  const codes = new Float64Array(columns.length);
  const rows = { inputs: [] as number[][], targets: [] as number[][], weights: [] as number[], gaps: new Gaps() };
  for await (const { cells, number } of csv.rows()) {
    if (number % 1024 === 0) signal?.throwIfAborted();
    const gap = encoder.encode(cells, codes);
    if (gap !== undefined) {
      rows.gaps.add(gap, number);
      continue;
    }
    const weight = weightColumn === undefined ? 1 : codes[columns.length - 1];
    if (weight < 0) throw new Problem(`${csv.name}, row ${number}: expected a weight ≥ 0, received ${weight}.`);
    rows.inputs.push(Array.from(codes.subarray(0, variables.length)));
    rows.targets.push([codes[variables.length]]);
    rows.weights.push(weight);
  }
  const usable = rows.weights.filter((weight) => weight > 0).length;
  if (usable <= parameters.length) {
    const leftOut = rows.gaps.sentence('left out');
    throw new Problem(
      `${csv.name}: ${counted(usable, 'usable row')} cannot determine ${counted(parameters.length, 'parameter')} and ` +
        `their standard errors: at least ${parameters.length + 1} usable rows are needed.${leftOut === undefined ? '' : ` ${leftOut}`}`,
    );
  }
  const { weights, ...rest } = rows;
  return weightColumn === undefined ? rest : { ...rest, weights };
}
