/** Exports networks to ONNX, and compares the outputs of onnxruntime-web in a browser with ours. */
import { everyActivation } from '@nnbp/conformance';
import { toOnnx } from '@nnbp/interop';
import { GraphBuilder, Network } from '@nnbp/core';
import { Buffer } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { basename, extname } from 'node:path';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, inject, test } from 'vitest';
import { firstSeed, randomNetwork } from './random-networks.mjs';
import { record, versionOf } from './record.mjs';
import { WorstError } from './worst-error.mjs';

const files = new URL('node_modules/onnxruntime-web/dist/', import.meta.url);
const types = { '.mjs': 'text/javascript', '.wasm': 'application/wasm' };
const html = `<!doctype html><title>ONNX Runtime</title><script type="module">
  import * as ort from '/ort.wasm.min.mjs';
  ort.env.wasm.numThreads = 1;
  globalThis.ort = ort;
</script>`;
const graphCount = 12;
const resultRows = [];
let server;
let browser;
let page;

beforeAll(async () => {
  server = createServer((request, response) => {
    const name = basename(request.url);
    if (name === '') return response.setHeader('content-type', 'text/html').end(html);
    readFile(new URL(name, files)).then(
      (content) => response.setHeader('content-type', types[extname(name)] ?? 'text/plain').end(content),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  browser = await chromium.connect(inject(/** @type {never} */ ('browserEndpoint')));
  page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}/`);
  await page.waitForFunction('globalThis.ort !== undefined');
});

afterAll(async () => {
  record(
    '2-onnxruntime-web',
    `onnxruntime-web ${versionOf('onnxruntime-web')} in Chromium ${browser?.version()}`,
    resultRows,
  );
  await browser?.close();
  server?.close();
});

const run = (bytes, rows) =>
  page.evaluate(
    async ([model, input]) => {
      const { ort } = /** @type {any} */ (globalThis);
      const session = await ort.InferenceSession.create(
        Uint8Array.from(globalThis.atob(model), (c) => c.charCodeAt(0)),
      );
      const tensor = new ort.Tensor('float32', Float32Array.from(input.flat()), [input.length, input[0].length]);
      const { output } = await session.run({ input: tensor });
      await session.release();
      return Array.from(output.data);
    },
    [Buffer.from(bytes).toString('base64'), rows],
  );

test(`${graphCount} random graphs, with seeds from ${firstSeed}, have the same outputs in onnxruntime-web in a browser`, async () => {
  const worst = new WorstError();
  for (let seed = firstSeed; seed < firstSeed + graphCount; seed++) {
    const { network, rows } = randomNetwork(seed);
    worst.check(network, rows, await run(toOnnx(network), rows), `INTEROP_SEED=${seed}`);
  }
  resultRows.push([`${graphCount} random graphs, 16 samples each`, String(worst)]);
}, 60_000);

test('a network with all activations has the same outputs in onnxruntime-web in a browser', async () => {
  const builder = new GraphBuilder();
  const h = builder.input('h');
  builder.output(...everyActivation.map((activation) => builder.node(activation.name, { from: [h], activation })));
  const network = new Network(builder.build());
  for (const { name } of everyActivation) network.setParameters(name, { w: { h: 1 } });
  const rows = Array.from({ length: 161 }, (_, k) => [(k - 80) / 10]);
  const worst = new WorstError();
  worst.check(network, rows, await run(toOnnx(network), rows));
  resultRows.push([`${everyActivation.length} activations at 161 points from -8 to 8`, String(worst)]);
});
