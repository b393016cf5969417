/**
 * `pnpm stress load`: requests 200,000 predictions from a server process and checks each one, while the model is
 * replaced repeatedly. Uses only the loopback address.
 */
import { tanh } from '@nnbp/activations';
import { mlp, Network } from '@nnbp/core';
import { save } from '@nnbp/formats';
import { writeAtomically } from '@nnbp/formats/node';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { record, smoke } from './results.mjs';

const count = smoke ? 100 : Number(process.env.REQUESTS ?? 200_000);
const connections = 16;
const folder = mkdtempSync(join(tmpdir(), 'nnbp-load-'));
const path = join(folder, 'model.safetensors');
const graph = mlp([4, 16, 3], { activation: tanh });
/**
 * The server numbers the models in the order in which it loads them, starting with 1: number `n` is `models[n - 1]`.
 */
const models = Array.from({ length: 400 }, (_, seed) => new Network(graph, { seed }));
await writeAtomically(path, save(models[0]));

const server = spawn(
  process.execPath,
  [...process.execArgv, join(import.meta.dirname, '../../examples/server/server.mjs'), path, '0'],
  {
    stdio: ['ignore', 'pipe', 'inherit'],
  },
);
server.stdout.setEncoding('utf8');
const port = /:(\d+)\//.exec((await once(server.stdout, 'data'))[0])[1];
const agent = new Agent({ keepAlive: true, maxSockets: connections });

let replaced = 0;
let replacing = true;
const replacement = (async () => {
  while (replacing && replaced < models.length - 1) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    await writeAtomically(path, save(models[++replaced]));
  }
})();

const latencies = new Float64Array(count);
const memory = [];
const seen = new Set();
let sent = 0;
let wrong = 0;
const startTime = performance.now();
await Promise.all(Array.from({ length: connections }, sendRequests));
const seconds = (performance.now() - startTime) / 1000;
replacing = false;
await replacement;
server.kill('SIGTERM');
const [status] = await once(server, 'exit');
agent.destroy();
rmSync(folder, { recursive: true });

latencies.sort();
const percentile = (p) => Number(latencies[Math.min(count - 1, Math.floor(p * count))].toFixed(2));
const results = {
  requests: count,
  connections,
  wrong,
  models: seen.size,
  perSecond: Math.round(count / seconds),
  milliseconds: {
    p50: percentile(0.5),
    p95: percentile(0.95),
    p99: percentile(0.99),
    p999: percentile(0.999),
    max: percentile(1),
  },
  // `early`: after a fifth of the requests, when caches are warm.
  megabytes: { early: memory[Math.floor(memory.length / 5)], end: memory.at(-1) },
  exit: status,
};
record('load', results);
console.log(results);
const steady = smoke || (seen.size >= 3 && results.megabytes.end <= 1.25 * results.megabytes.early);
if (wrong > 0 || status !== 0 || !steady) process.exit(1);

/**
 * Sends requests over one connection. A response contains the number of the model that computed it; the outputs must be
 * the prediction of that model, up to the precision of float32.
 */
async function sendRequests() {
  while (sent < count) {
    const n = sent++;
    const row = [Math.sin(n), Math.cos(n), Math.sin(2 * n), Math.cos(3 * n)];
    const requestTime = performance.now();
    const { status, body } = await call('POST', '/predict', JSON.stringify({ inputs: [row] }));
    latencies[n] = performance.now() - requestTime;
    seen.add(body.model);
    const expected = models[body.model - 1]?.predict(row);
    if (status !== 200 || expected?.some((x, k) => !(Math.abs(x - body.outputs[0][k]) < 1e-5))) wrong++;
    if (n % 2000 === 0) memory.push(Math.round((await call('GET', '/health')).body.memory / 1e6));
  }
}

function call(method, url, body) {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) };
    request({ host: '127.0.0.1', port, agent, method, path: url, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode, body: JSON.parse(text) }));
      response.on('error', reject);
    })
      .on('error', reject)
      .end(body);
  });
}
