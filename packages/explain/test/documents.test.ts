import { articleNetwork } from '@nnbp/conformance';
import { mse } from '@nnbp/losses';
import { expect, it } from 'vitest';
import guide from '../../../docs/guides/explain.md?raw';
import readme from '../README.md?raw';
import { explain } from '../src/index.js';

it.each([
  ['the guide', guide, 2],
  ['the README', readme, 1],
])('%s shows the output of explain', (_, document, count) => {
  const written = ['dloss/dw_2to4', 'dloss/dx_3']
    .map((what) => explain(articleNetwork(), [0.5], [10], mse(), what).text())
    .join('\n');
  const shown = Array.from(document.matchAll(/^```text\n([\s\S]*?)^```$/gm), ([, block]) => block);
  expect(shown.length).toBe(count);
  for (const block of shown) expect(written).toContain(block);
});
