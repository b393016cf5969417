import { identity } from '@nnbp/activations';
import { articleNetwork } from '@nnbp/conformance';
import { delayed, GraphBuilder, Network } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { expect, it } from 'vitest';
import guide from '../../../docs/guides/explain.md?raw';
import readme from '../README.md?raw';
import { explain, explainSequence } from '../src/index.js';

/** The derivation that the guide shows for a recurrent network. */
function recurrentDerivation(): string {
  const builder = new GraphBuilder();
  const from = [builder.input('x'), delayed('h')];
  builder.output(builder.node('h', { from, activation: identity, fixed: { b: 0, c: 1 } }));
  const network = new Network(builder.build());
  network.setParameters('h', { w: { x: 2, 'h@-1': 3 } });
  return explainSequence(network, [[1], [1]], [null, [10]], mse(), 'dloss/dw_xtoh').text();
}

it.each([
  ['the guide', guide, 3],
  ['the README', readme, 1],
])('%s shows the output of explain', (_, document, count) => {
  const derivations = ['dloss/dw_2to4', 'dloss/dx_3']
    .map((what) => explain(articleNetwork(), [0.5], [10], mse(), what).text())
    .concat(recurrentDerivation())
    .join('\n');
  const shown = Array.from(document.matchAll(/^```text\n([\s\S]*?)^```$/gm), ([, block]) => block);
  expect(shown.length).toBe(count);
  for (const block of shown) expect(derivations).toContain(block);
});
