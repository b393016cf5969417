/** The columns a model was trained on: the meaning of each input and output node. */

/** A column of numbers. It has one node. */
export interface NumberColumn {
  readonly kind: 'number';
  readonly name: string;
  /** The value that replaces a missing cell. Undefined if rows with a missing cell are left out. */
  readonly fill?: number;
}

/**
 * A column of categories, one-hot encoded: one node per category, 1 for the category of the row and 0 for the others.
 */
export interface CategoryColumn {
  readonly kind: 'category';
  readonly name: string;
  /** The categories, in the order of their nodes. */
  readonly values: readonly string[];
  readonly fill?: string;
}

export type Column = NumberColumn | CategoryColumn;

/** The columns of a model. Stored in the model file. */
export interface Columns {
  readonly inputs: readonly Column[];
  /** Columns of numbers, or one column of categories. */
  readonly targets: readonly Column[];
  /** The name of the loss of the training run. */
  readonly loss: string;
  /** Cells that stand for a missing value, if the user listed them with --missing-values. */
  readonly missingValues?: readonly string[];
  /** Defined if the rows of the table form sequences. */
  readonly sequences?: SequenceUse;
}

/** Settings for tables whose rows form sequences. */
export interface SequenceUse {
  /** Name of the column that has the same value in all rows of a sequence. */
  readonly group: string;
  /** `last`: one target per sequence, predicted at its last row. `each`: one target per row. */
  readonly targets: 'last' | 'each';
}

/** The target column if it has categories. */
export function categoryOf({ targets }: Pick<Columns, 'targets'>): CategoryColumn | undefined {
  return targets[0].kind === 'category' ? targets[0] : undefined;
}

export const nodeCount = (columns: readonly Column[]): number =>
  columns.reduce((sum, column) => sum + (column.kind === 'number' ? 1 : column.values.length), 0);

/** The name of each node: the name of its column, or for example "town=Bern" for a category. */
export const nodeNames = (columns: readonly Column[]): string[] =>
  columns.flatMap((column) =>
    column.kind === 'number' ? [column.name] : column.values.map((value) => `${column.name}=${value}`),
  );

/**
 * Converts a row of codes to the values of the nodes. A number stays the same; a category becomes `on` at its index and
 * `off` elsewhere.
 *
 * @param codes - One number per column, starting at `codes[first]`: the value, or the index of the category.
 */
export function nodeValues(
  columns: readonly Column[],
  codes: ArrayLike<number>,
  [off, on]: readonly [number, number] = [0, 1],
  first = 0,
): number[] {
  const row: number[] = [];
  for (let k = 0; k < columns.length; k++) {
    const column = columns[k];
    const code = codes[first + k];
    if (column.kind === 'number') row.push(code);
    else for (let v = 0; v < column.values.length; v++) row.push(v === code ? on : off);
  }
  return row;
}

/** Validates the columns in the metadata of an untrusted file. Returns undefined if they are missing or invalid. */
export const columnsIn = (value: unknown): Columns | undefined => (isColumns(value) ? value : undefined);

function isColumns(value: unknown): value is Columns {
  const { inputs, targets, loss, missingValues, sequences } = (value ?? {}) as Partial<Record<keyof Columns, unknown>>;
  return (
    typeof loss === 'string' &&
    isList(inputs, isColumn) &&
    isList(targets, isColumn) &&
    targets.length > 0 &&
    (missingValues === undefined || isList(missingValues, isString)) &&
    (sequences === undefined || isSequenceUse(sequences))
  );
}

function isSequenceUse(value: unknown): value is SequenceUse {
  const { group, targets } = (value ?? {}) as Partial<Record<keyof SequenceUse, unknown>>;
  return typeof group === 'string' && (targets === 'last' || targets === 'each');
}

function isColumn(value: unknown): value is Column {
  const { kind, name, values, fill } = (value ?? {}) as Partial<Record<string, unknown>>;
  if (typeof name !== 'string') return false;
  if (kind === 'number') return fill === undefined || Number.isFinite(fill);
  return kind === 'category' && isList(values, isString) && (fill === undefined || isString(fill));
}

const isString = (entry: unknown): entry is string => typeof entry === 'string';

const isList = <Entry>(value: unknown, isEntry: (entry: unknown) => entry is Entry): value is Entry[] =>
  Array.isArray(value) && value.every(isEntry);

/** Removes the fill values of target columns, because a missing target is never filled in. */
export const withoutFill = (columns: readonly Column[]): Column[] =>
  columns.map((column) =>
    column.kind === 'number'
      ? { kind: column.kind, name: column.name }
      : { kind: column.kind, name: column.name, values: column.values },
  );
