/** Decides the type of a column: number, category, or not usable. */
import type { ColumnSurvey } from './column-counter.js';

/** `text`: too many different values for a category. `mixed`: many different values, mostly numbers but also words. */
export type ColumnKind = 'number' | 'category' | 'text' | 'mixed' | 'constant' | 'empty';

/** An input column that is not numeric and has more distinct values than this is text. */
const maxInputCategories = 50;
/** In a column of numbers with more distinct values than this, words are typos, not categories. */
const fewValues = 20;

/** Common names of columns that only identify rows. */
const rowNumberName =
  /^(?:|id|index|idx|key|no|nr|row|rownames?|uuid|unnamed.*|.*[_ .-](?:id|index|no|nr)|.*[a-z]Id)$/i;

/** Number of cells that contain a number or a word, not a marker of missing values. */
const filledCount = ({ numbers }: ColumnSurvey) => numbers.count + numbers.words;

const isConstant = ({ values, numbers }: ColumnSurvey) =>
  values?.size === 1 || (numbers.words === 0 && numbers.count > 0 && numbers.min === numbers.max);

/** A few words among many numbers are typos and count as missing. */
export function isNumeric(survey: ColumnSurvey): boolean {
  const { numbers, values } = survey;
  const all = filledCount(survey);
  if (numbers.count === 0) return false;
  if (numbers.words === 0) return true;
  if (numbers.count < 0.9 * all) return false;
  return values === undefined || values.size > fewValues || (numbers.words === 1 && all > fewValues);
}

export function inputKind(survey: ColumnSurvey): ColumnKind {
  const { present, values, numbers } = survey;
  if (present === 0) return 'empty';
  if (isConstant(survey)) return 'constant';
  if (isNumeric(survey)) return 'number';
  if (values === undefined || values.size > Math.min(maxInputCategories, Math.max(2, present / 2))) return 'text';
  if (numbers.count > 0.5 * present && values.size > fewValues) return 'mixed';
  return 'category';
}

/** The type of a target column. A few distinct integers are class labels. */
export function targetKind(survey: ColumnSurvey): ColumnKind {
  const { present, values } = survey;
  if (present === 0) return 'empty';
  if (isConstant(survey)) return 'constant';
  if (isNumeric(survey)) return hasIntegerClasses(survey) ? 'category' : 'number';
  return values === undefined || values.size > Math.max(2, present / 2) ? 'text' : 'category';
}

/**
 * Whether the values are integer class labels: up to 10 different integers with at least 5 rows each on average, or up
 * to 30 consecutive integers that start at 0 or 1, with at least 10 rows each on average.
 */
export function hasIntegerClasses({ numbers, values }: ColumnSurvey): boolean {
  const { count, min, max, integers, words } = numbers;
  if (!integers || words > 0 || count === 0 || values === undefined) return false;
  const distinct = new Set([...values.keys()].map(categoryOf)).size;
  const isConsecutive = (min === 0 || min === 1) && max - min + 1 === distinct;
  return (distinct <= 10 && count >= 5 * distinct) || (isConsecutive && distinct <= 30 && count >= 10 * distinct);
}

/** Whether the column contains row numbers, not data: it has a name such as `id`, and its integers increase. */
export const isRowNumber = ({ name, numbers }: ColumnSurvey, rows: number): boolean =>
  rows > 2 && numbers.count === rows && numbers.integers && numbers.increasing && rowNumberName.test(name);

/** The category that a cell names: 1.0 and 1 are the same. */
export const categoryOf = (cell: string): string => cell.replace(/^([+-]?\d+)\.0+$/, '$1');
