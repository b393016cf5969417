import { conformance, errorBounds, randomGraph, randomParameters, randomSamples } from '@nnbp/conformance';
import { type Engine, type Executor, js, NnbpError, Random, reference } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { describe, expect, test } from 'vitest';

for (const engine of [reference(), js()]) {
  describe(`conformance of ${engine.name}`, () => {
    for (const { name, run } of conformance(engine)) test(`the ${engine.name} engine ${name}`, run);
  });
}

describe('the suite', () => {
  test('the suite rejects a promise in place of an engine', () => {
    const wrongType = expect.objectContaining({ code: 'WRONG_TYPE' }) as Error;
    expect(() => conformance(Promise.resolve(js()) as never)).toThrow(wrongType);
  });

  /** Returns the js engine with a fault injected after each backward pass. */
  const faulty = (inject: (executor: Executor) => void): Engine => ({
    name: 'faulty',
    supports: (graph) => js().supports(graph),
    prepare(graph, batchSize, steps) {
      const executor = js().prepare(graph, batchSize, steps);
      const { backpropagate } = executor;
      executor.backpropagate = (...args) => {
        const loss = backpropagate.apply(executor, args);
        inject(executor);
        return loss;
      };
      return executor;
    },
  });
  /** Returns the number of cases that fail, but at most `limit`. */
  const failures = (engine: Engine, limit: number) => {
    let count = 0;
    for (const { run } of conformance(engine)) {
      try {
        run();
      } catch {
        if (++count === limit) break;
      }
    }
    return count;
  };

  test('the suite rejects a gradient with the wrong sign or a relative error of 1e-12', () => {
    expect(
      failures(
        faulty(() => undefined),
        1,
      ),
    ).toBe(0);
    expect(
      failures(
        faulty(({ gradients }) => (gradients[0] = -gradients[0])),
        30,
      ),
    ).toBe(30);
    expect(
      failures(
        faulty(({ gradients }) => (gradients[0] *= 1 + 1e-12)),
        10,
      ),
    ).toBe(10);
  });

  test('the suite rejects a relative error of 1e-9 in the gradients of sequences', () => {
    const engine = faulty(({ gradients }) => (gradients[0] *= 1 + 1e-9));
    const cases = conformance(engine).filter(({ name }) => name.includes('delays'));
    expect(cases).toHaveLength(4);
    for (const { run } of cases) expect(run).toThrow(/^gradients\[0\]: expected/);
  });

  test('the suite expects an engine to reject the graphs that the engine does not support', () => {
    const casesOf = (engine: Engine) => conformance(engine).filter(({ name }) => name.includes('delays'));
    const misreporting: Engine = { ...js(), supports: () => ['No delays.'] };
    for (const { run } of casesOf(misreporting)) expect(run).toThrow('expected the error UNSUPPORTED');
    const reject = (): never => {
      throw new NnbpError('UNSUPPORTED', 'No delays.');
    };
    for (const { run } of casesOf({ ...misreporting, prepare: reject })) run();
  });

  test('the float32 bounds detect a relative error of 1e-4 in most graphs', () => {
    const random = new Random(1);
    let detected = 0;
    for (let n = 0; n < 100; n++) {
      const graph = randomGraph(random, { nodes: 40 });
      const data = randomSamples(graph, random, 5);
      const { gradientErrors, reference: pass } = errorBounds(
        graph,
        randomParameters(graph, random),
        data,
        mse(),
        2 ** -24,
      );
      const largestAt = pass.gradients.reduce((at, g, p) => (Math.abs(g) > Math.abs(pass.gradients[at]) ? p : at), 0);
      if (graph.parameterCount > 0 && gradientErrors[largestAt] < 1e-4 * Math.abs(pass.gradients[largestAt]))
        detected++;
    }
    expect(detected).toBeGreaterThan(80);
  });
});
