import { tanh } from '@nnbp/activations';
import { mlp, Network } from '@nnbp/core';
import { save } from '@nnbp/formats';
import { writeAtomically } from '@nnbp/formats/node';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { env } from './environment.js';

test('the server predicts, rejects invalid input with a message, and loads a new model', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nnbp-example-'));
  const path = join(folder, 'model.safetensors');
  const [first, second] = [1, 2].map((seed) => new Network(mlp([2, 3, 1], { activation: tanh }), { seed }));
  await writeAtomically(path, save(first));
  const server = spawn(process.execPath, [join(import.meta.dirname, '../server/server.mjs'), path, '0'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(async () => {
    server.kill('SIGTERM');
    expect((await once(server, 'exit'))[0]).toBe(0);
    await rm(folder, { recursive: true });
  });
  server.stdout.setEncoding('utf8');
  const [line] = (await once(server.stdout, 'data')) as [string];
  const address = /http:\S+/.exec(line)![0];
  const post = async (body: string) => {
    const response = await fetch(address, { method: 'POST', body });
    return { status: response.status, ...((await response.json()) as { model?: number; outputs?: number[][] }) };
  };

  const { outputs } = await post('{"inputs": [[0.5, 1], [2, 3]]}');
  expect(outputs!.flat()).toEqual([
    expect.closeTo(first.predict([0.5, 1])[0], 5),
    expect.closeTo(first.predict([2, 3])[0], 5),
  ]);
  expect(await post('{"inputs": [[0.5]]}')).toMatchObject({
    status: 400,
    error: expect.stringContaining('expected 2 numbers') as string,
  });
  expect((await post('?')).status).toBe(400);

  await writeAtomically(path, save(second));
  await expect.poll(async () => (await post('{"inputs": [[0.5, 1]]}')).model).toBe(2);
  expect((await post('{"inputs": [[0.5, 1]]}')).outputs![0][0]).toBeCloseTo(second.predict([0.5, 1])[0], 5);
});
