/** Decides the role of each column (input, target or ignored) and its type (number or category). */
import type { Column } from './columns.js';
import { type ColumnSurvey, maxCategories } from './csv/column-counter.js';
import { categoryOf, hasIntegerClasses, inputKind, isNumeric, isRowNumber, targetKind } from './csv/column-kind.js';
import { isMissingMarker } from './csv/missing.js';
import type { Csv } from './csv/read.js';
import type { Survey } from './csv/survey.js';
import { suggestion } from './nearest.js';
import { misuse, Problem } from './problem.js';
import { shellWord } from './shell-word.js';
import { counted } from './table.js';

/** The command-line options for columns. */
export interface ColumnOptions {
  readonly target: readonly string[];
  readonly number: readonly string[];
  readonly category: readonly string[];
  readonly ignore: readonly string[];
  /** The column that identifies the group of each row. It is never an input. */
  readonly group?: string | undefined;
  /**
   * How rows with missing inputs are treated: `drop` leaves them out, `mean` fills in the mean (the mode for a
   * category).
   */
  readonly missing: 'drop' | 'mean';
}

/** The role and type of a column, and the reason for them. */
export interface Guess {
  readonly survey: ColumnSurvey;
  readonly role: 'input' | 'target' | 'ignored';
  /** Undefined if the column is ignored. */
  readonly column?: Column;
  /** Describes the values of the column, or why it is ignored. */
  readonly reason: string;
  /** The number of missing cells by their content: "10 empty, 2 NA". */
  readonly missing?: string;
  /** Notes on options that the user may want to set, one sentence each. */
  readonly notes?: readonly string[];
}

export function expectColumns({ name: file, header, named, numericName }: Csv, names: readonly string[]): void {
  for (const name of names) {
    if (header.includes(name)) continue;
    const hint = !named
      ? ' Its first row looks like data. If it contains the column names, add --header.'
      : numericName !== undefined
        ? ' If its first row is data, add --no-header.'
        : '';
    throw misuse(`${file} has no column "${name}". ${suggestion(name, header)}${hint}`);
  }
}

/**
 * Decides the role and type of each column from the `used` rows, and counts the missing cells in `all` rows.
 *
 * @throws Problem if a target cannot be predicted, an option does not fit its column, or no input columns remain.
 */
export function guessColumns(used: Survey, options: ColumnOptions, all: Survey = used): Guess[] {
  const guesses = used.columns.map((survey, k): Guess => {
    const guess = guessColumn(survey, options, used.rows);
    const missing = missingIn(all.columns[k], guess.column?.kind);
    return missing === '' ? guess : { ...guess, missing };
  });
  const targets = guesses.filter(({ role }) => role === 'target');
  if (targets.length > 1 && targets.some(({ column }) => column?.kind === 'category')) {
    throw misuse('Several targets must all be numbers: pass one --target, or add --number for each target.');
  }
  if (!guesses.some(({ role }) => role === 'input')) {
    const ignoredColumns = guesses.filter(({ role }) => role === 'ignored').slice(0, 3);
    const why = ignoredColumns.map(({ survey, reason }) => `"${survey.name}" (${reason})`).join(', ');
    const examples = why === '' ? '' : `, for example ${why}`;
    throw new Problem(
      `No input columns: every column except the target is ignored${examples}. Add --number NAME or --category NAME to use one of them.`,
    );
  }
  return guesses;
}

function guessColumn(survey: ColumnSurvey, options: ColumnOptions, rows: number): Guess {
  if (options.target.includes(survey.name)) return guessTarget(survey, options);
  if (options.group === survey.name) return ignored(survey, 'identifies the group of each row');
  if (options.ignore.includes(survey.name)) return ignored(survey, 'ignored with --ignore');
  return guessInput(survey, options, rows);
}

const ignored = (survey: ColumnSurvey, reason: string): Guess => ({ survey, role: 'ignored', reason });

function guessInput(survey: ColumnSurvey, options: ColumnOptions, rows: number): Guess {
  const { name, values, numbers } = survey;
  if (options.number.includes(name)) return { survey, role: 'input', ...asNumber(survey, options) };
  if (options.category.includes(name)) return { survey, role: 'input', ...asCategory(survey, options) };
  switch (inputKind(survey)) {
    case 'number':
      if (isRowNumber(survey, rows)) return ignored(survey, 'row numbers');
      return { survey, role: 'input', ...asNumber(survey, options) };
    case 'category':
      return { survey, role: 'input', ...asCategory(survey, options) };
    case 'empty':
      return ignored(survey, 'empty');
    case 'constant':
      return ignored(survey, `always ${firstValue(survey)}`);
    case 'mixed':
      return ignored(survey, `numbers mixed with words such as ${shown(numbers.word ?? '')}`);
    case 'text':
      return ignored(
        survey,
        `text: ${values?.size.toLocaleString('en') ?? 'more than 1,000'} different values, such as ${firstValue(survey, numbers.word)}`,
      );
  }
}

function guessTarget(survey: ColumnSurvey, options: ColumnOptions): Guess {
  const { name, values, numbers } = survey;
  const kind = targetKind(survey);
  if (kind === 'empty') throw new Problem(`The target "${name}" has no values. Choose another target.`);
  if (kind === 'constant') {
    throw new Problem(`The target "${name}" has only the value ${firstValue(survey)}. Choose another target.`);
  }
  if (options.number.includes(name)) return { survey, role: 'target', ...asNumber(survey, { missing: 'drop' }) };
  if (options.category.includes(name) || kind === 'category') {
    const category = asCategory(survey, { missing: 'drop' });
    const size = category.column.kind === 'category' ? category.column.values.length : 0;
    const isBinary = size === 2 && numbers.min === 0 && numbers.max === 1;
    if (options.category.includes(name) || !hasIntegerClasses(survey) || isBinary) {
      return { survey, role: 'target', ...category };
    }
    const note = `"${name}" has ${size} different integers, so it is a category. To predict it as a number, add --number ${shellWord(name)}.`;
    return { survey, role: 'target', ...category, notes: [note] };
  }
  if (kind === 'number') return { survey, role: 'target', ...asNumber(survey, { missing: 'drop' }) };
  const valueCount = values === undefined ? `more than ${maxCategories.toLocaleString('en')}` : String(values.size);
  const rowsPerValue = values === undefined ? '' : ', on average fewer than two rows per value';
  throw new Problem(
    `The target "${name}" is text with ${valueCount} different values (${shown(numbers.word ?? '')}, …)${rowsPerValue}. Choose a column of numbers, or one with fewer different values.`,
  );
}

type Encoded = Pick<Guess, 'reason' | 'notes'> & { readonly column: Column };

function asNumber(survey: ColumnSurvey, { missing }: Pick<ColumnOptions, 'missing'>): Encoded {
  const { name, numbers } = survey;
  const { count, min, max, mean, word } = numbers;
  if (count === 0)
    throw misuse(`The column "${name}" has no numbers; its values are words such as ${firstValue(survey, word)}.`);
  return {
    column: { kind: 'number', name, ...(missing === 'mean' && { fill: mean }) },
    reason: `${short(min)} to ${short(max)}, mean ${short(mean)}`,
    ...(survey.ambiguity !== undefined && { notes: [survey.ambiguity] }),
  };
}

function asCategory(survey: ColumnSurvey, { missing }: Pick<ColumnOptions, 'missing'>): Encoded {
  const { name, values } = survey;
  if (values === undefined || values.size === 0) {
    throw misuse(
      values === undefined
        ? `The column "${name}" has more than ${maxCategories.toLocaleString('en')} different values, too many for a category. Add --ignore ${shellWord(name)}.`
        : `The column "${name}" has no values.`,
    );
  }
  const counts = new Map<string, number>();
  const numeric = isNumeric(survey);
  for (const [value, count] of values) {
    // In a numeric column, a common marker of missing values, such as "?", is not a category.
    if (numeric && survey.missingMarkers.has(value)) continue;
    counts.set(categoryOf(value), (counts.get(categoryOf(value)) ?? 0) + count);
  }
  const onlyNumbers = numeric && survey.numbers.words === 0;
  const sorted = [...counts.keys()].sort((a, b) => (onlyNumbers ? Number(a) - Number(b) : a < b ? -1 : 1));
  const [mode] = [...counts].sort((a, b) => b[1] - a[1])[0];
  const listed = sorted.slice(0, 5).map(shown).join(', ');
  return {
    column: { kind: 'category', name, values: sorted, ...(missing === 'mean' && { fill: mode }) },
    reason: sorted.length > 5 ? `${listed} and ${sorted.length - 5} more` : listed,
    notes: (numeric ? [] : [...survey.missingMarkers]).map(
      ([word, count]) =>
        `${word} is a category of "${name}" (${counted(count, 'row')}). If it means that the value is missing, add --missing-values ${shellWord(word)}.`,
    ),
  };
}

/** Returns the text for `Guess.missing`; '' if no cells are missing. */
function missingIn(survey: ColumnSurvey, kind: Column['kind'] | undefined): string {
  const { missing, missingMarkers, numbers } = survey;
  const counts = [...missing].map(([cell, count]) => `${count} ${cell === '' ? 'empty' : `"${shown(cell)}"`}`);
  if (kind === 'number' || (kind === 'category' && isNumeric(survey))) {
    counts.push(...[...missingMarkers].map(([cell, count]) => `${count} "${cell}"`));
    if (kind === 'number' && numbers.words > 0) counts.push(`${numbers.words} not a number (${shown(numbers.word!)})`);
  }
  return counts.length > 4 ? `${counts.slice(0, 4).join(', ')}, …` : counts.join(', ');
}

export function missingCount(survey: ColumnSurvey, { kind }: Column): number {
  const sum = (counts: ReadonlyMap<string, number>) => [...counts.values()].reduce((total, count) => total + count, 0);
  const wordCount = kind === 'number' ? survey.numbers.words : 0;
  const markerCount = kind === 'number' || isNumeric(survey) ? sum(survey.missingMarkers) : 0;
  return sum(survey.missing) + markerCount + wordCount;
}

const firstValue = ({ values }: ColumnSurvey, word?: string) =>
  shown(word ?? [...(values?.keys() ?? [])].find((value) => !isMissingMarker(value)) ?? [...(values?.keys() ?? [])][0]);

/** Formats a number with four significant digits. */
export const short = (value: number): string => String(Number(value.toPrecision(4)));

/** Shortens a cell to at most 24 characters. */
const shown = (cell: string) => (cell.length > 24 ? `${cell.slice(0, 23)}…` : cell);
