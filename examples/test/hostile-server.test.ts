/** Attacks the example server with huge, endless, slow and invalid bodies, and with invalid model files. */
import { tanh } from '@nnbp/activations';
import { mlp, Network } from '@nnbp/core';
import { save } from '@nnbp/formats';
import { spawn, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { env } from './environment.js';

const networkOf = (seed: number, inputs = 2) => new Network(mlp([inputs, 3, 1], { activation: tanh }), { seed });
const goodBody = '{"inputs":[[0.5,-1]]}';
const longTimeout = { timeout: 20_000 };

/** Starts the server with a model whose seed is 1. A request must arrive within `requestTimeout` milliseconds. */
async function startServer(requestTimeout = 60_000) {
  const directory = await mkdtemp(join(tmpdir(), 'nnbp-example-'));
  const model = join(directory, 'model.safetensors');
  await writeFile(model, save(networkOf(1)));
  const server = spawn(process.execPath, [join(import.meta.dirname, '../server/server.mjs'), model, '0'], {
    env: { ...env, REQUEST_TIMEOUT: String(requestTimeout) },
  });
  let output = '';
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (chunk: Buffer) => (output += String(chunk)));
  const url = await vi.waitFor(() => {
    const match = /http:\S+(?=\/predict)/.exec(output);
    if (match === null) throw new Error(`The server has not started: ${output}`);
    return match[0];
  }, longTimeout);
  return {
    directory,
    model,
    url,
    stop: () => {
      server.kill('SIGKILL');
      return rm(directory, { recursive: true });
    },
    port: Number(new URL(url).port),
    rejections: () => output.split('\n').filter((line) => line.includes('was rejected')),
    async post(body: string) {
      const response = await fetch(`${url}/predict`, { method: 'POST', body });
      return { status: response.status, json: (await response.json()) as Record<string, unknown> };
    },
  };
}

let server: Awaited<ReturnType<typeof startServer>>;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

test('the server rejects invalid and oversized bodies, wrong methods and wrong paths, and then accepts a valid request', async () => {
  const { post, url } = server;
  const bodies: readonly [body: string, status: number][] = [
    ['', 400],
    ['[1', 400],
    ['null', 400],
    ['{"inputs":null}', 400],
    ['{"inputs":"[[0.5,-1]]"}', 400],
    ['{"inputs":{"length":1e9}}', 400],
    ['{"inputs":[0.5,-1]}', 400],
    ['{"inputs":[["0.5",-1]]}', 400],
    ['{"inputs":[[0.5]]}', 400],
    ['{"inputs":[[0.5,1e999]]}', 400],
    ['{"__proto__":{"inputs":[[0.5,-1]]}}', 400],
    [`{"inputs":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 400],
    [JSON.stringify({ inputs: Array<number[]>(1001).fill([0, 0]) }), 413],
    ['x'.repeat(1_000_001), 413],
  ];
  for (const [body, status] of bodies) {
    const response = await post(body);
    expect([body.slice(0, 40), response.status, typeof response.json.error]).toEqual([
      body.slice(0, 40),
      status,
      'string',
    ]);
  }
  expect((await fetch(`${url}/predict`)).status).toBe(405);
  expect((await fetch(`${url}/%2e%2e/server.mjs`)).status).toBe(404);
  expect(await post(goodBody)).toMatchObject({ status: 200, json: { model: 1 } });
});

test('the server closes the connection of a client that sends an endless body', async () => {
  const { port, post } = server;
  const socket = connect(port, '127.0.0.1');
  socket.write('POST /predict HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
  const chunk = Buffer.from(`10000\r\n${' '.repeat(0x10000)}\r\n`);
  let sent = 0;
  const send = () => {
    do sent += chunk.length;
    while (!socket.destroyed && sent < 100e6 && socket.write(chunk));
  };
  socket.on('drain', send);
  // The server closes the connection while the client is still writing; the resulting error depends on the system.
  socket.on('error', () => undefined);
  const closed = new Promise((resolve) => socket.on('close', resolve));
  send();
  await closed;
  // The server reads about a megabyte. The client also fills the buffers of both sockets.
  expect(sent).toBeLessThan(30e6);
  expect((await post(goodBody)).status).toBe(200);
});

test('the server responds with 408 to a client that sends its body too slowly', async () => {
  const { port, post, stop } = await startServer(400);
  onTestFinished(stop);
  const socket = connect(port, '127.0.0.1');
  socket.write('POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{');
  expect(await text(socket)).toMatch(/^HTTP\/1.1 408/);
  expect((await post(goodBody)).status).toBe(200);
});

test.skipIf(process.platform === 'win32')(
  'the server rejects a truncated model, a pipe, a directory and a model with more inputs, and loads a valid model',
  async () => {
    const { directory, model, post, rejections } = server;
    const next = join(directory, 'next');
    const replacements: readonly [rejection: RegExp, make: () => unknown][] = [
      [/header/, () => writeFile(next, save(networkOf(2)).subarray(0, 200))],
      [/not a regular file/, () => spawnSync('mkfifo', [next])],
      [/received 3/, () => writeFile(next, save(networkOf(2, 3)))],
      [/not a regular file/, () => mkdir(next)],
    ];
    for (const [rejection, make] of replacements) {
      await make();
      const before = rejections().length;
      await rm(model, { recursive: true, force: true });
      await rename(next, model);
      await expect.poll(() => rejections().slice(before).at(-1), longTimeout).toMatch(rejection);
      expect((await post(goodBody)).json.model).toBe(1);
    }
    await rename(model, next);
    await writeFile(join(directory, 'good'), save(networkOf(2)));
    await rename(join(directory, 'good'), model);
    await expect.poll(async () => (await post(goodBody)).json.model, longTimeout).toBe(2);
    expect((await post(goodBody)).json.outputs).toEqual([[expect.closeTo(networkOf(2).predict([0.5, -1])[0], 5)]]);
  },
);
