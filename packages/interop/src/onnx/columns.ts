/** Locates the columns that contain the values of nodes and states, and concatenates and selects columns. */
import type { Operations } from './operations.js';

/**
 * A tensor and, for each of its columns, the index of the node or state whose values the column contains. Nodes and
 * states are numbered as in the `sourceOf` function of `@nnbp/formats/shared`.
 */
export interface Columns {
  readonly tensor: string;
  readonly nodes: readonly number[];
}

/**
 * Unused columns of a tensor are kept, with weights of 0, if the weight matrix then has at most `maxKeptEntries`
 * entries, or at most `maxKeptEntriesPerEdge` entries per edge. This is cheaper than selecting the used columns.
 */
const maxKeptEntries = 4096;
const maxKeptEntriesPerEdge = 2;
/**
 * If joined tensors would have more than `maxJoinedColumns` columns, and more than `maxJoinedColumnsPerNeeded` columns
 * per needed column, the needed columns are selected from each tensor before the tensors are joined.
 */
const maxJoinedColumns = 1024;
const maxJoinedColumnsPerNeeded = 4;

/** Records which column of which tensor contains the value of each node and state. */
export class ColumnIndex {
  readonly #operations: Operations;
  readonly #axis: bigint;
  /** For each node or state, the tensor that contains its value. */
  readonly #columns: Columns[] = [];
  /** Concatenated tensors, by the names of their parts. */
  readonly #joined = new Map<string, Columns>();

  /** @param axis - The axis of the columns. */
  constructor(operations: Operations, axis: bigint) {
    this.#operations = operations;
    this.#axis = axis;
  }

  /** Registers the columns of a tensor as the values of its nodes. */
  add(columns: Columns): void {
    for (const i of columns.nodes) this.#columns[i] = columns;
  }

  /** Returns a tensor with the columns of these nodes in this order. */
  inOrder(nodes: readonly number[]): string {
    const joined = this.join(nodes);
    if (joined.nodes.join() === nodes.join()) return joined.tensor;
    const columnOf = new Map(joined.nodes.map((i, column) => [i, column]));
    const positions = this.#operations.positions(nodes.map((i) => columnOf.get(i)!));
    return this.#operations.add('Gather', [joined.tensor, positions], { axis: this.#axis });
  }

  /**
   * Returns a tensor with the columns of the nodes `from` in any order. The tensor also has other columns if it is
   * cheaper to keep them than to remove them. If `from` is empty, returns any tensor.
   *
   * @param readers - The nodes that read the columns: the weight matrix has one column per reader.
   */
  covering(from: readonly number[], readers: readonly number[]): Columns {
    const joined = this.join(from);
    const max = Math.max(maxKeptEntries, maxKeptEntriesPerEdge * from.length * readers.length);
    if (from.length === 0 || joined.nodes.length === from.length || joined.nodes.length * readers.length <= max)
      return joined;
    return this.#narrow(joined, new Set(from));
  }

  /**
   * Concatenates all tensors that contain any of these nodes. If the result would be too wide, concatenates only the
   * needed columns. If `nodes` is empty, returns any tensor.
   */
  join(nodes: readonly number[]): Columns {
    const whole = [...new Set(nodes.length === 0 ? [this.#columns[0]] : nodes.map((i) => this.#columns[i]))];
    if (whole.length === 1) return whole[0];
    const requested = new Set(nodes);
    const width = whole.reduce((all, part) => all + part.nodes.length, 0);
    const wide = width > Math.max(maxJoinedColumns, maxJoinedColumnsPerNeeded * requested.size);
    const parts = wide ? whole.map((part) => this.#narrow(part, requested)) : whole;
    const tensors = parts.map(({ tensor }) => tensor);
    const key = tensors.join();
    const known = this.#joined.get(key);
    if (known !== undefined) return known;
    const joined = {
      tensor: this.#operations.add('Concat', tensors, { axis: this.#axis }),
      nodes: parts.flatMap((part) => part.nodes),
    };
    this.#joined.set(key, joined);
    return joined;
  }

  #narrow({ tensor, nodes }: Columns, requested: ReadonlySet<number>): Columns {
    const columns = [...nodes.keys()].filter((column) => requested.has(nodes[column]));
    if (columns.length === nodes.length) return { tensor, nodes };
    return {
      tensor: this.#operations.add('Gather', [tensor, this.#operations.positions(columns)], { axis: this.#axis }),
      nodes: columns.map((column) => nodes[column]),
    };
  }
}
