/**
 * Runs one step of a stream with the loops of the js engine, directly on the network's parameters and without
 * allocating memory.
 */
import { allFinite } from '../expect.js';
import type { Graph } from '../graph.js';
import type { ForwardPass } from '../prediction.js';
import type { ForwardTables } from './forward.js';
import { forwardOne } from './one-sample.js';
import { type Program, programOf } from './program.js';

/** The forward pass of one step. It reads the values of earlier steps from `state`. */
export class StepPass implements ForwardPass {
  readonly x: Float64Array;
  readonly outputRows: Uint32Array;
  readonly rowOf: Uint32Array;
  /** Earlier values of nodes, in the order of `graph.stateStart`. Initially the graph's initial state. */
  readonly state: Float64Array;
  readonly #graph: Graph;
  readonly #program: Program;
  readonly #tables: ForwardTables;
  /** The nodes from which delayed edges start. */
  readonly #delayedNodes: Uint32Array;
  /**
   * Whether a weight could be infinite without any effect on h, because an aggregation such as the minimum can ignore
   * it.
   */
  readonly #hidesWeights: boolean;

  constructor(graph: Graph) {
    const program = programOf(graph);
    const table = () => new Float64Array(program.rowCount);
    this.#graph = graph;
    this.#program = program;
    this.#tables = { h: table(), g: table(), x: table(), a: table() };
    this.x = this.#tables.x;
    this.outputRows = program.outputRows;
    this.rowOf = program.rowOf;
    this.state = Float64Array.from(graph.initialState());
    this.#delayedNodes = Uint32Array.from(new Set(program.memories.map(({ node }) => node)));
    this.#hidesWeights = program.units.some(
      ({ combination, sparse }) => combination && sparse!.weights.some((slot) => slot < graph.parameterCount),
    );
  }

  run(slots: Float64Array): number {
    const { x, h } = this.#tables;
    const { state } = this;
    for (const { row, state: first, delay } of this.#program.memories) x[row] = state[first + delay - 1];
    forwardOne(this.#program, slots, this.#tables);
    return allFinite(h) && (!this.#hidesWeights || allFinite(slots)) ? 0 : NaN;
  }

  /** Moves the values of the last step into the state. */
  advance(): void {
    const { state, x, rowOf } = this;
    const { stateStart } = this.#graph;
    for (const j of this.#delayedNodes) {
      const first = stateStart![j];
      state.copyWithin(first + 1, first, stateStart![j + 1] - 1);
      state[first] = x[rowOf[j]];
    }
  }
}
