/** Frozen parameters: no update, decay or schedule changes them. */
import {
  expectList,
  type FloatArray,
  type Graph,
  mismatch,
  NnbpError,
  type Objective,
  type Optimizer,
} from '@nnbp/core';
import { expectStateFits } from './expect-plugins.js';

/** Identifies a parameter for `freeze`. */
export interface ParameterName {
  /** The id of the node. */
  readonly node: string;
  /** The parameter: b, c or w. */
  readonly name: 'b' | 'c' | 'w';
  /** For a weight, the predecessor's id, or `id@-2` if the edge has a delay of 2. Default: every edge of the node. */
  readonly from?: string;
}

/**
 * The parameters to freeze: ids of nodes, single parameters, or a function that returns true for each parameter to
 * freeze.
 */
export type Freeze = readonly (string | ParameterName)[] | ((parameter: ParameterName) => boolean);

/**
 * Wraps an optimizer, which then receives only the parameters that are not frozen. A shared parameter is frozen if it
 * is frozen for any of its nodes.
 *
 * @throws NnbpError `UNKNOWN_ID`, `WRONG_TYPE`, `WRONG_STATE`
 */
export function withoutFrozen(optimizer: Optimizer, graph: Graph, freeze: Freeze): Optimizer {
  const frozen = frozenParameters(graph, freeze);
  const free = Uint32Array.from([...frozen.keys()].filter((p) => frozen[p] === 0));
  if (free.length === graph.parameterCount) return optimizer;
  expectStateFits(optimizer, free.length);
  let parameters: FloatArray | undefined;
  let gradients: FloatArray | undefined;
  return {
    name: optimizer.name,
    ...(optimizer.iterate && {
      iterate(objective: Objective, all: Float64Array) {
        const freeValues = Float64Array.from(free, (p) => all[p]);
        const value = optimizer.iterate!(objectiveOfFree(objective, free, all), freeValues);
        free.forEach((p, k) => (all[p] = freeValues[k]));
        return value;
      },
    }),
    step(all, allGradients) {
      // slice() keeps the precision of the vectors, which is that of the engine.
      parameters ??= all.slice(0, free.length);
      gradients ??= all.slice(0, free.length);
      for (let k = 0; k < free.length; k++) {
        parameters[k] = all[free[k]];
        gradients[k] = allGradients[free[k]];
      }
      optimizer.step(parameters, gradients);
      for (let k = 0; k < free.length; k++) all[free[k]] = parameters[k];
    },
    state: () => optimizer.state(),
    restore: (state) => optimizer.restore(state),
  };
}

/** Returns the objective as a function of the free parameters. Each evaluation writes these parameters to `all`. */
function objectiveOfFree(objective: Objective, free: Uint32Array, all: Float64Array): Objective {
  const gradients = new Float64Array(all.length);
  const complete = (freeValues: FloatArray) => {
    for (let k = 0; k < free.length; k++) all[free[k]] = freeValues[k];
    return all;
  };
  return {
    residualCount: objective.residualCount,
    loss: (freeValues) => objective.loss(complete(freeValues)),
    gradient(freeValues, freeGradients) {
      const value = objective.gradient(complete(freeValues), gradients);
      for (let k = 0; k < free.length; k++) freeGradients[k] = gradients[free[k]];
      return value;
    },
    jacobian: (freeValues, visit) =>
      objective.jacobian(complete(freeValues), (residuals, jacobian, rows) => {
        // Moving columns in place is safe, since no column moves to the right.
        for (let r = 0; r < rows; r++) {
          for (let k = 0; k < free.length; k++) jacobian[r * free.length + k] = jacobian[r * all.length + free[k]];
        }
        visit(residuals, jacobian.subarray(0, rows * free.length), rows);
      }),
  };
}

/** Returns, for each parameter, 1 if it is frozen, else 0. */
function frozenParameters(graph: Graph, freeze: Freeze): Uint8Array {
  const frozen = new Uint8Array(graph.parameterCount);
  if (typeof freeze !== 'function') {
    expectList('freeze', freeze);
    freeze.forEach((entry: unknown, k) => {
      if (typeof entry !== 'string' && (typeof entry !== 'object' || entry === null)) {
        throw mismatch('WRONG_TYPE', `freeze[${k}]`, 'the id of a node, or { node, name }', entry);
      }
    });
  }
  const requested = typeof freeze === 'function' ? [] : freeze.map((entry) => ({ entry, found: false }));
  const isFrozen = (parameter: ParameterName) => {
    if (typeof freeze === 'function') return freeze(parameter);
    const { node, name, from } = parameter;
    const matching = requested.filter(({ entry }) =>
      typeof entry === 'string'
        ? entry === node
        : entry.node === node && entry.name === name && (entry.from === undefined || entry.from === from),
    );
    for (const match of matching) match.found = true;
    return matching.length > 0;
  };
  for (let i = graph.inputCount; i < graph.nodeCount; i++) {
    const node = graph.ids[i];
    const mark = (index: number, parameter: ParameterName) => {
      if (index >= 0 && isFrozen(parameter)) frozen[index] = 1;
    };
    mark(graph.biasIndex(i), { node, name: 'b' });
    mark(graph.scaleIndex(i), { node, name: 'c' });
    for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) {
      mark(graph.weightIndex(e, i), { node, name: 'w', from: graph.edgeName(e) });
    }
  }
  const unknown = requested.find(({ found }) => !found);
  if (unknown !== undefined) {
    const { entry } = unknown;
    const edge = typeof entry === 'string' || entry.from === undefined ? '' : ` from "${entry.from}"`;
    const name =
      typeof entry === 'string'
        ? `node "${entry}" with parameters`
        : `parameter ${entry.name} of "${entry.node}"${edge}`;
    throw new NnbpError('UNKNOWN_ID', `freeze: the graph has no ${name}.`);
  }
  return frozen;
}
