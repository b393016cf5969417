import { everyActivation, randomGraph, randomParameters, randomSamples } from '@nnbp/conformance';
import { Random } from '@nnbp/core';
import { describe, expect, test } from 'vitest';

const graphs = Array.from({ length: 300 }, (_, seed) => randomGraph(new Random(seed)));

describe('random graphs', () => {
  test('randomGraph returns the same graph for the same seed', () => {
    expect(randomGraph(new Random(9)).predecessors).toEqual(randomGraph(new Random(9)).predecessors);
  });

  test('random graphs cover shared weights, several outputs, unused inputs and more', () => {
    const expectSome = (what: string, holds: (graph: (typeof graphs)[number]) => boolean) =>
      expect(graphs.some(holds), what).toBe(true);
    expectSome('shared weights', ({ weightSlots, parameterCount }) => {
      const slots = Array.from(weightSlots ?? []).filter((slot) => slot < parameterCount);
      return new Set(slots).size < slots.length;
    });
    expectSome('several outputs', ({ outputs }) => outputs.length > 1);
    expectSome('an output with successors', ({ outputs, successorStart }) =>
      Array.from(outputs).some((i) => successorStart[i + 1] > successorStart[i]),
    );
    expectSome('an unused input', ({ successorStart }) => successorStart[1] === 0);
    expectSome('an input that is an output', ({ outputs, inputCount }) =>
      Array.from(outputs).some((i) => i < inputCount),
    );
    expectSome('a node without predecessors', ({ edgeStart, inputCount, nodeCount }) =>
      Array.from({ length: nodeCount - inputCount }, (_, k) => inputCount + k).some(
        (i) => edgeStart[i] === edgeStart[i + 1],
      ),
    );
    expectSome('a fixed scale', ({ scaleTrainable, inputCount }) =>
      Array.from(scaleTrainable).slice(inputCount).includes(0),
    );
    expectSome('almost 200 nodes', ({ nodeCount }) => nodeCount > 190);
    expect(new Set(graphs.flatMap(({ activations }) => activations))).toEqual(new Set(everyActivation));
  });

  test('a random graph can be a single node', () => {
    expect(randomGraph(new Random(1), { nodes: 1 }).nodeCount).toBe(1);
  });

  test('randomGraph applies the options of output nodes', () => {
    for (let seed = 0; seed < 50; seed++) {
      const graph = randomGraph(new Random(seed), {
        nodes: 30,
        output: { activation: everyActivation[0], fixed: { c: 1 } },
      });
      for (const i of Array.from(graph.outputs)) {
        expect(graph.activations[graph.activationOf[i]]).toBe(everyActivation[0]);
        expect(graph.scaleTrainable[i]).toBe(0);
      }
    }
  });
});

test('random parameters and samples are exact in float32', () => {
  const random = new Random(2);
  const parameters = randomParameters(graphs[3], random);
  const { inputs, targets } = randomSamples(graphs[3], random, 4);
  for (const numbers of [parameters, inputs, targets])
    expect(Array.from(numbers)).toEqual(Array.from(numbers, Math.fround));
});
