/** Maps each node and each entry of the state to its tensor and column in the generated PyTorch module. */
import type { Graph } from '@nnbp/core';
import type { Layout } from './layout.js';

/**
 * The locations of all nodes and all entries of the state. Tensor 0 holds the inputs. Tensor 1 holds the state, unless
 * the state belongs to recurrent layers. One tensor per block follows.
 */
export class TensorLocations {
  readonly #tensor: Uint32Array;
  readonly #column: Uint32Array;
  readonly #widths: number[];

  constructor({ nodeCount, inputCount, stateSize: graphStateSize }: Graph, { blocks, isLayered }: Layout) {
    const stateSize = isLayered ? 0 : graphStateSize;
    this.#tensor = new Uint32Array(nodeCount + stateSize);
    this.#column = new Uint32Array(nodeCount + stateSize);
    this.#widths = [inputCount, ...(stateSize > 0 ? [stateSize] : [])];
    for (let i = 0; i < inputCount; i++) this.#column[i] = i;
    for (let k = 0; k < stateSize; k++) {
      this.#tensor[nodeCount + k] = 1;
      this.#column[nodeCount + k] = k;
    }
    for (const { nodes } of blocks) {
      nodes.forEach((i, column) => {
        this.#tensor[i] = this.#widths.length;
        this.#column[i] = column;
      });
      this.#widths.push(nodes.length);
    }
  }

  /**
   * The tensors to concatenate for these sources, and the columns to select. A source is the index of a node, or
   * `nodeCount` + k for entry k of the state. `columns` is undefined if all columns are selected, in order.
   */
  of(sources: readonly number[]): {
    readonly reads: readonly number[];
    readonly columns: readonly number[] | undefined;
  } {
    const reads = [...new Set(sources.length === 0 ? [0] : sources.map((i) => this.#tensor[i]))].sort((a, b) => a - b);
    const starts = new Map<number, number>();
    let width = 0;
    for (const tensor of reads) {
      starts.set(tensor, width);
      width += this.#widths[tensor];
    }
    const columns = sources.map((i) => starts.get(this.#tensor[i])! + this.#column[i]);
    const selectsAll = columns.length === width && columns.every((column, k) => column === k);
    return { reads, columns: selectsAll ? undefined : columns };
  }
}
