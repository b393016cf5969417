/** Validates our ONNX models with the ONNX checker, including shape inference. */
import { everyActivation, randomGraph } from '@nnbp/conformance';
import { toOnnx } from '@nnbp/interop';
import { Network, Random } from '@nnbp/core';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { findPython } from './pytorch/python.mjs';
import { firstSeed, randomNetwork } from './random-networks.mjs';
import { record } from './record.mjs';

const found = findPython('onnx');
const graphCount = 60;
const directory = mkdtempSync(join(tmpdir(), 'nnbp-onnx-'));
const rows = [];

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
  record(
    '0-onnx-checker',
    `onnx ${found?.version ?? ''}, model checker`,
    found ? rows : [['not run', 'found no Python with the module onnx']],
  );
});

const check = `
import sys
import onnx
for path in sys.argv[1:]:
    try:
        onnx.checker.check_model(onnx.load(path), full_check=True)
    except Exception as error:
        sys.exit(f"{path}: {error}")
`;

// Debian's version of onnx does not support Gelu and Mish.
const activations = everyActivation.filter(({ name }) => name !== 'gelu' && name !== 'mish');

test.skipIf(found === undefined)(
  `the ONNX checker accepts the models of ${graphCount} random graphs, from seed ${firstSeed}`,
  () => {
    const seeds = Array.from({ length: graphCount }, (_, k) => firstSeed + k);
    const paths = seeds.map((seed) => {
      const layered = seed % 4 === 0;
      const network = layered
        ? randomNetwork(seed).network
        : new Network(randomGraph(new Random(seed), { activations }));
      const path = join(directory, `INTEROP_SEED=${seed}.onnx`);
      writeFileSync(path, toOnnx(network));
      return path;
    });
    const { status, stderr } = spawnSync(found.python, ['-c', check, ...paths], { encoding: 'utf8' });
    expect(status, stderr).toBe(0);
    rows.push([`${graphCount} random graphs`, 'every model passes the full check, which includes shape inference']);
  },
  120_000,
);
