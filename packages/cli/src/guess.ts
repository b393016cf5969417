/** What each column probably is: a number, a category, or nothing to learn from. Always shown, always to be overruled. */
import type { Column } from './columns.js';
import type { Csv } from './csv/read.js';
import type { ColumnSurvey, Survey } from './csv/survey.js';
import { suggestion } from './nearest.js';
import { misuse, Problem } from './problem.js';

/** What the user said of columns. */
export interface Wishes {
  readonly target: readonly string[];
  readonly number: readonly string[];
  readonly category: readonly string[];
  readonly ignore: readonly string[];
  /** What is done with missing cells: `drop` their rows, or fill in the `mean` (the most frequent category). */
  readonly missing: 'drop' | 'mean';
}

/** A column, what was made of it, and why. */
export interface Guess {
  readonly survey: ColumnSurvey;
  readonly role: 'input' | 'target' | 'ignored';
  /** Absent if ignored. */
  readonly column?: Column;
  /** For people. */
  readonly reason: string;
}

/** A category of more values than this is rather a text, unless it is the target. */
const maxCategories = 50;

/** Throws unless the file has all these columns. */
export function expectColumns({ name: file, header, named }: Csv, names: readonly string[]): void {
  for (const name of names) {
    if (header.includes(name)) continue;
    const hint = named ? '' : ' Its first row looks like data; if it names the columns, add --header.';
    throw misuse(`${file} has no column "${name}". ${suggestion(name, header)}${hint}`);
  }
}

/** Looks at each column. Throws if there is no target or no input that could be learnt. */
export function guessColumns(found: Survey, wishes: Wishes): Guess[] {
  const guesses = found.columns.map((survey) => {
    const { name } = survey;
    if (wishes.target.includes(name)) return guessTarget(survey, wishes);
    if (wishes.ignore.includes(name)) return ignored(survey, 'as you said');
    return guessInput(survey, wishes, found.rows);
  });
  const targets = guesses.filter(({ role }) => role === 'target');
  if (targets.length > 1 && targets.some(({ column }) => column?.kind === 'category')) {
    throw misuse('Several targets must all be numbers: name one --target, or say --number for each.');
  }
  if (!guesses.some(({ role }) => role === 'input')) {
    throw new Problem(
      'There is no column to learn from: every column but the target is ignored. Say --number NAME or --category NAME for one.',
    );
  }
  return guesses;
}

const ignored = (survey: ColumnSurvey, reason: string): Guess => ({ survey, role: 'ignored', reason });

const isConstant = ({ values }: ColumnSurvey) => values?.size === 1;

/** Names that people give to a column that only tells rows apart. */
const rowName = /^(?:|id|index|idx|key|no|nr|row|rownames?|uuid|unnamed.*|.*[_ .-](?:id|index|no|nr)|.*[a-z]Id)$/i;

function guessInput(survey: ColumnSurvey, wishes: Wishes, rows: number): Guess {
  const { name, present, numbers, values } = survey;
  if (wishes.number.includes(name)) return { survey, role: 'input', ...asNumber(survey, wishes) };
  if (wishes.category.includes(name)) return { survey, role: 'input', ...asCategory(survey, wishes) };
  if (present === 0) return ignored(survey, 'empty');
  if (isConstant(survey)) return ignored(survey, `always ${shown([...values!.keys()][0])}`);
  if (mostlyNumbers(survey)) {
    if (rows > 2 && numbers === rows && survey.whole && survey.rising && rowName.test(name)) {
      return ignored(survey, "a number of the row's own");
    }
    return { survey, role: 'input', ...asNumber(survey, wishes) };
  }
  if (values === undefined || values.size > Math.min(maxCategories, Math.max(2, present / 2))) {
    return ignored(survey, `text: ${values?.size ?? 'more than 1000'} different values`);
  }
  if (numbers > 0.5 * present && values.size > 20) {
    return ignored(survey, `numbers and words mixed: ${shown(survey.word!)}`);
  }
  return { survey, role: 'input', ...asCategory(survey, wishes) };
}

function guessTarget(survey: ColumnSurvey, wishes: Wishes): Guess {
  const { name, values, numbers, least, most, whole, present } = survey;
  if (present === 0) throw new Problem(`The target "${name}" is empty.`);
  if (isConstant(survey)) {
    throw new Problem(
      `The target "${name}" is ${shown([...values!.keys()][0])} in every row: there is nothing to learn.`,
    );
  }
  if (wishes.number.includes(name)) return { survey, role: 'target', ...asNumber(survey, wishes) };
  if (wishes.category.includes(name)) return { survey, role: 'target', ...asCategory(survey, wishes) };
  // 0 and 1, or classes counted from 0 or 1, are names rather than sizes.
  const few = values !== undefined && values.size <= 10 && present >= 5 * values.size;
  const counted = whole && (least === 0 || least === 1) && most - least + 1 === values?.size;
  if (mostlyNumbers(survey) && !(few && counted && numbers === present)) {
    return { survey, role: 'target', ...asNumber(survey, wishes) };
  }
  if (values === undefined || values.size > Math.max(2, present / 2)) {
    throw new Problem(
      `The target "${name}" is text with ${values?.size ?? 'more than 1000'} different values, almost one a row (${shown(survey.word!)}, …): choose a column with numbers or a few categories.`,
    );
  }
  return { survey, role: 'target', ...asCategory(survey, wishes) };
}

/** A few words among many numbers are slips, and count as missing. */
const mostlyNumbers = ({ numbers, present, values }: ColumnSurvey) =>
  numbers === present || (numbers >= 0.9 * present && (values === undefined || values.size > 20));

function asNumber(survey: ColumnSurvey, { missing }: Wishes): { column: Column; reason: string } {
  const { name, numbers, present, least, most, mean, word } = survey;
  if (numbers === 0) throw misuse(`The column "${name}" has no numbers, but words such as ${shown(word ?? '')}.`);
  const slips = present - numbers;
  return {
    column: { kind: 'number', name, ...(missing === 'mean' && { fill: mean }) },
    reason: `${short(least)} to ${short(most)}, mean ${short(mean)}${slips > 0 ? `; ${slips === 1 ? '1 cell counts' : `${slips} cells count`} as missing, such as ${shown(word!)}` : ''}`,
  };
}

function asCategory({ name, values, word }: ColumnSurvey, { missing }: Wishes): { column: Column; reason: string } {
  if (values === undefined || values.size === 0) {
    throw misuse(`The column "${name}" has too many different values, such as ${shown(word ?? '')}, for a category.`);
  }
  const numeric = word === undefined;
  const sorted = [...values.keys()].sort((a, b) => (numeric ? Number(a) - Number(b) : a < b ? -1 : 1));
  const [most] = [...values].sort((a, b) => b[1] - a[1])[0];
  const listed = sorted.slice(0, 5).map(shown).join(', ');
  return {
    column: { kind: 'category', name, values: sorted, ...(missing === 'mean' && { fill: most }) },
    reason: sorted.length > 5 ? `${listed} and ${sorted.length - 5} more` : listed,
  };
}

/** A number for people. */
export const short = (value: number): string => String(Number(value.toPrecision(4)));

/** A cell for people. */
const shown = (cell: string) => (cell.length > 24 ? `${cell.slice(0, 23)}…` : cell);
