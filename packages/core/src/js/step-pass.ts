/** One step of a stream by the loops of the js engine, on the network's own parameters. Nothing is allocated per step. */
import { allFinite } from '../expect.js';
import type { Graph } from '../graph.js';
import type { ForwardPass } from '../prediction.js';
import type { ForwardTables } from './forward.js';
import { forwardOne } from './one-sample.js';
import { type Program, programOf } from './program.js';

/** The forward pass of a step, which reads what earlier steps left in `state`. */
export class StepPass implements ForwardPass {
  readonly x: Float64Array;
  readonly outputRows: Uint32Array;
  readonly rowOf: Uint32Array;
  /** The values that delayed edges read, ordered as `graph.stateStart`. Initially the values before the first step. */
  readonly state: Float64Array;
  readonly #graph: Graph;
  readonly #program: Program;
  readonly #tables: ForwardTables;
  /** The nodes that delayed edges read. */
  readonly #remembered: Uint32Array;
  /** Whether there is a weight that may be infinite without an effect on h: an aggregation such as the maximum hides it. */
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
    this.#remembered = Uint32Array.from(new Set(program.memories.map(({ node }) => node)));
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

  /** Moves the values of the step that was run into the state. */
  remember(): void {
    const { state, x, rowOf } = this;
    const { stateStart } = this.#graph;
    for (const j of this.#remembered) {
      const first = stateStart![j];
      state.copyWithin(first + 1, first, stateStart![j + 1] - 1);
      state[first] = x[rowOf[j]];
    }
  }
}
