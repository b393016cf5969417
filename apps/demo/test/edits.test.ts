/** Tests the edits of delayed edges and aggregations that the Build view makes, without a browser. */
import { describe, expect, test } from 'vitest';
import {
  connect,
  disconnect,
  edgeCountOf,
  removeNode,
  rename,
  setAggregation,
  setDelay,
  setInitial,
} from '../web/build/edits.js';
import { exported, openText } from '../web/build/files.js';
import { EditError } from '../web/build/edit-error.js';
import { layeredNetwork, parseSizes } from '../web/build/templates.js';
import { builtinActivations } from '../web/functions.js';
import { networkOf } from '../web/network.js';
import type { NetworkDescription } from '../web/state.js';

const functions = { activation: (name: string) => builtinActivations[name] };

const chain: NetworkDescription = {
  inputs: ['x'],
  nodes: [
    { id: 'h', from: ['x'], activation: 'tanh', b: 0.1, c: 1.5, w: [0.8] },
    { id: 'y', from: ['h'], activation: 'identity', b: 0, c: 1, w: [2] },
  ],
  outputs: ['y'],
};
const loop = setInitial(connect(connect(chain, 'h', 'h', 1), 'y', 'h', 2), 'h', 0.25);

/** Returns the problem of a rejected edit; undefined if the edit is accepted. */
function problemOf(edit: () => unknown) {
  try {
    edit();
  } catch (error) {
    if (error instanceof EditError) return error.problem;
    throw error;
  }
  return undefined;
}

describe('a delayed edge', () => {
  test('a delayed edge can close a cycle, and an edge without a delay cannot', () => {
    expect(problemOf(() => connect(chain, 'y', 'h'))).toEqual({
      reason: 'cycle',
      nodes: ['h', 'y', 'h'],
      edge: 'added',
    });
    expect(loop.nodes[0]).toMatchObject({ from: ['x', 'h', 'y'], delays: [0, 1, 2], w: [0.8, 0.5, 0.5] });
    expect(problemOf(() => setDelay(loop, { from: 'y', to: 'h', delay: 2 }, 0))).toMatchObject({ edge: 'undelayed' });
  });

  test('a delayed edge can be parallel to an edge with another delay, but not with the same delay', () => {
    const both = connect(loop, 'h', 'h', 3);
    expect(both.nodes[0].delays).toEqual([0, 1, 2, 3]);
    expect(problemOf(() => connect(both, 'h', 'h', 3))).toMatchObject({ reason: 'duplicateEdge', delay: 3 });
    expect(problemOf(() => setDelay(both, { from: 'h', to: 'h', delay: 1 }, 3))).toMatchObject({
      reason: 'duplicateEdge',
    });
    expect(disconnect(both, { from: 'h', to: 'h', delay: 3 })).toEqual(loop);
  });

  test('removing a delayed edge, or only its delay, leaves no unused entries in the description', () => {
    const removed = disconnect(disconnect(loop, { from: 'y', to: 'h', delay: 2 }), { from: 'h', to: 'h', delay: 1 });
    expect(removed).toStrictEqual(chain);
    const undelayed = connect(chain, 'x', 'y');
    expect(setDelay(connect(chain, 'x', 'y', 1), { from: 'x', to: 'y', delay: 1 }, 0)).toStrictEqual(undelayed);
  });

  test('renaming a node renames it in delayed edges, and removing a node removes its delayed edges', () => {
    expect(rename(loop, 'h', 'memory')).toMatchObject({
      nodes: [{ id: 'memory', from: ['x', 'memory', 'y'], delays: [0, 1, 2] }, { from: ['memory'] }],
      initial: { memory: 0.25 },
    });
    expect(removeNode({ ...loop, outputs: ['h', 'y'] }, 'y').nodes[0]).toMatchObject({
      from: ['x', 'h'],
      delays: [0, 1],
      w: [0.8, 0.5],
    });
  });
});

test('a round trip through JSON (file version 2) keeps delays, values before the first step, and aggregations', () => {
  const network = setAggregation(loop, 'h', 'product');
  const text = exported(network);
  expect(text).toContain('"version": 2');
  expect(openText(text, [])).toStrictEqual({ network, parametersReplaced: false });
});

test('the `sum` aggregation is the default and is not stored', () => {
  expect(setAggregation(setAggregation(chain, 'h', 'max'), 'h', 'sum')).toStrictEqual(chain);
});

test('networkOf keeps the delays, the initial value and the aggregation of a description', () => {
  const { graph } = networkOf(setAggregation(loop, 'h', 'max'), functions);
  const h = graph.indexOf('h');
  expect(Array.from({ length: 3 }, (_, k) => graph.edgeName(graph.edgeStart[h] + k))).toEqual(['x', 'h@-1', 'y@-2']);
  expect(graph.initialValues![h]).toBe(0.25);
  expect(graph.aggregation(h)!.name).toBe('max');
});

test('an unknown aggregation throws an error with a code', () => {
  expect(() => networkOf(setAggregation(chain, 'h', 'toString'), functions)).toThrow(
    expect.objectContaining({ code: 'MISSING_PLUGIN' }) as Error,
  );
});

test('layer sizes that need too many edges, including edges that skip layers, are rejected before the graph is built', () => {
  for (const skips of [false, true]) {
    const sizes = parseSizes('2, 4, 3, 1', skips);
    const network = layeredNetwork({ sizes, activation: 'tanh', skips });
    expect(edgeCountOf(network)).toBe(skips ? 2 * 4 + 6 * 3 + 9 * 1 : 2 * 4 + 4 * 3 + 3 * 1);
  }
  expect(parseSizes('200, 1, 398', false)).toEqual([200, 1, 398]);
  expect(problemOf(() => parseSizes('200, 1, 398', true))).toEqual({
    reason: 'tooMany',
    what: 'edges',
    count: 200 + 201 * 398,
  });
});
