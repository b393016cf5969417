import { identity, sigmoid, tanh } from '@nnbp/activations';
import { product } from '@nnbp/aggregations';
import { delayed, type Graph, GraphBuilder } from '@nnbp/core';

const plain = { b: 0, c: 1, w: 1 };

/** Creates an LSTM one unit at a time, so that gates of different kinds are neighbours in the graph. */
export function lstm(inputs: number, units: number, outputs: number): Graph {
  const builder = new GraphBuilder();
  const h = Array.from({ length: units }, (_, k) => `h ${k}`);
  const from = [...builder.inputs(inputs), ...h.map((id) => delayed(id))];
  const multiply = (id: string, sources: Parameters<typeof builder.node>[1]['from']) =>
    builder.node(id, { from: sources, activation: identity, aggregation: product, fixed: plain });
  h.forEach((id, k) => {
    const [i, f, o] = ['i', 'f', 'o'].map((name) =>
      builder.node(`${name} ${k}`, { from, activation: sigmoid, fixed: { c: 1 } }),
    );
    const candidate = builder.node(`candidate ${k}`, { from, activation: tanh, fixed: { c: 1 } });
    const cell = builder.node(`cell ${k}`, {
      from: [
        multiply(`new ${k}`, [i, candidate]),
        multiply(`kept ${k}`, [f, delayed(`cell ${k}`, 1, { initial: 0.25 })]),
      ],
      activation: identity,
      fixed: plain,
    });
    multiply(id, [o, builder.node(`squashed ${k}`, { from: [cell], activation: tanh, fixed: plain })]);
  });
  builder.output(...builder.layer(outputs, { from: h, activation: identity, fixed: { c: 1 } }));
  return builder.build();
}
