/** The columns a model was trained on: the meaning of each input and output node. */
/** A column that is one number: one node. */
export interface NumberColumn {
  readonly kind: 'number';
  readonly name: string;
  /** The value that replaces a missing cell; undefined: none. */
  readonly fill?: number;
}

/** A column that is one of several words: a node for each, 1 for the word of the row. */
export interface CategoryColumn {
  readonly kind: 'category';
  readonly name: string;
  /** In the order of their nodes. */
  readonly values: readonly string[];
  readonly fill?: string;
}

export type Column = NumberColumn | CategoryColumn;

/** Stored in the model file. */
export interface Columns {
  readonly inputs: readonly Column[];
  /** Numbers, or one category. */
  readonly targets: readonly Column[];
  /** The name of the loss of the training run. */
  readonly loss: string;
  /** Cells without a value, if the user listed them with --missing-values. */
  readonly missingValues?: readonly string[];
  /** Present if the rows of a group are a sequence. */
  readonly sequences?: SequenceUse;
}

/** How the rows of a table are sequences. */
export interface SequenceUse {
  /** The column whose value the rows of a sequence share. */
  readonly group: string;
  /** Whether a sequence has one target, after its last row, or one at each row. */
  readonly targets: 'last' | 'each';
}

/** The target, if it is a category. */
export function categoryOf({ targets }: Pick<Columns, 'targets'>): CategoryColumn | undefined {
  return targets[0].kind === 'category' ? targets[0] : undefined;
}

/** The number of nodes of the columns. */
export const nodesOf = (columns: readonly Column[]): number =>
  columns.reduce((sum, column) => sum + (column.kind === 'number' ? 1 : column.values.length), 0);

/** The name of each node: the column's, or "town=Bern" for a category. */
export const nodeNames = (columns: readonly Column[]): string[] =>
  columns.flatMap((column) =>
    column.kind === 'number' ? [column.name] : column.values.map((value) => `${column.name}=${value}`),
  );

/**
 * Converts a row of codes to the values of the nodes: a number as it is, a category as `on` at its index and `off` elsewhere.
 *
 * @param codes - A number per column, from `codes[first]` on: its value, or the index of its category.
 */
export function spread(
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

/** Reads the columns from the metadata of an untrusted file; undefined if it has none. */
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

/** The same columns without fill values: a target is never filled in. */
export const withoutFill = (columns: readonly Column[]): Column[] =>
  columns.map((column) =>
    column.kind === 'number'
      ? { kind: column.kind, name: column.name }
      : { kind: column.kind, name: column.name, values: column.values },
  );
