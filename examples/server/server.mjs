/**
 * A prediction server on plain node:http:
 *
 *     node server.mjs model.safetensors [port]
 *
 *     POST /predict   {"inputs": [[5.1, 3.5, 1.4, 0.2]]}  →  {"model": 1, "outputs": [[0.97, 0.02, 0.01]]}
 *     GET  /health    →  {"model": 1, "requests": 12, "memory": 61865984}
 *
 * The server loads the model file again when it receives SIGHUP or when the file is replaced. To replace the file,
 * write a new file and rename it, or call `writeAtomically` from `@nnbp/formats/node`. If the new file cannot be
 * loaded, or its model has a different number of inputs or outputs, the server reports this on standard error and keeps
 * the current model.
 */
import { auto, compile, load, NnbpError } from 'nnbp';
import { readFileSync, statSync, watch } from 'node:fs';
import { createServer } from 'node:http';
import { basename, dirname } from 'node:path';

const maxBytes = 1_000_000;
const maxRows = 1000;
/** The time within which a whole request must arrive, in milliseconds. Default: 10,000. */
const timeout = Number(process.env.REQUEST_TIMEOUT ?? 10_000);

const [path, port = '8080'] = process.argv.slice(2);
if (path === undefined) {
  console.error('Usage: node server.mjs model.safetensors [port]');
  process.exit(2);
}

// One thread: a request has too few rows to divide among threads.
const engine = await auto({ threads: 1 });
let model = await modelOf(1, networkAt(path));
let requests = 0;

// Without these limits, a client that sends a byte every few seconds could keep its connection open forever.
const limits = { requestTimeout: timeout, headersTimeout: timeout, connectionsCheckingInterval: timeout / 4 };
const server = createServer(limits, (request, response) => {
  respond(request).then(
    (body) => send(response, 200, body),
    (error) => {
      // Close the connection if part of the body was not read, for example because it is too long.
      if (!request.complete) response.setHeader('Connection', 'close');
      send(response, statusOf(error), { error: error.message });
    },
  );
});
server.listen(Number(port), '127.0.0.1', () => {
  console.log(
    `Predicting on http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}/predict`,
  );
});

// Wait for 20 ms, because one change to the file causes several events.
let pending;
const watcher = watch(dirname(path), (_, name) => {
  if (name !== basename(path)) return;
  clearTimeout(pending);
  pending = setTimeout(reload, 20);
});
process.on('SIGHUP', reload);
process.on('SIGTERM', () => {
  watcher.close();
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});

async function respond(request) {
  if (request.method === 'GET' && request.url === '/health') {
    return { model: model.number, requests, memory: process.memoryUsage.rss() };
  }
  if (request.url !== '/predict') throw new HttpError(404, 'Expected POST /predict or GET /health.');
  if (request.method !== 'POST') throw new HttpError(405, 'Expected POST with {"inputs": [[…], …]}.');
  const rows = rowsOf(await bodyOf(request));
  requests++;
  const { number, predictor } = model;
  return { model: number, outputs: predictor.predictBatch(rows) };
}

function rowsOf(text) {
  let inputs;
  try {
    ({ inputs } = JSON.parse(text));
  } catch {
    throw new HttpError(400, 'Expected a JSON body of the form {"inputs": [[…], …]}.');
  }
  const areRows =
    Array.isArray(inputs) && inputs.every((row) => Array.isArray(row) && row.every((x) => typeof x === 'number'));
  if (!areRows) throw new HttpError(400, 'inputs: expected a list of rows of numbers.');
  if (inputs.length > maxRows)
    throw new HttpError(413, `inputs: expected at most ${maxRows} rows, received ${inputs.length}.`);
  return inputs;
}

async function bodyOf(request) {
  const parts = [];
  let length = 0;
  const tooLong = new HttpError(413, `Expected a body of at most ${maxBytes} bytes.`);
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLong;
  // Keep the connection open, so that the response can be sent.
  for await (const part of request.iterator({ destroyOnReturn: false })) {
    length += part.length;
    if (length > maxBytes) throw tooLong;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** @param {import('nnbp').Network} network */
async function modelOf(number, network) {
  return { number, network, predictor: await compile(network, { engine }) };
}

/**
 * Loads the network from a file. Rejects pipes and devices, which might never end, and a file that changes while it is
 * being read.
 */
function networkAt(path) {
  const before = statSync(path);
  if (!before.isFile()) throw new Error(`${path} is not a regular file.`);
  const bytes = readFileSync(path);
  const after = statSync(path);
  if (before.ino !== after.ino || before.mtimeMs !== after.mtimeMs || before.size !== bytes.length) {
    throw new Error(`${path} changed while it was being read. Write to a temporary file and rename it.`);
  }
  return load(bytes).network;
}

async function reload() {
  try {
    const network = networkAt(path);
    const [now, next] = [model.network.graph, network.graph];
    if (next.inputCount !== now.inputCount || next.outputs.length !== now.outputs.length) {
      throw new Error(
        `number of inputs and outputs: expected ${now.inputCount} and ${now.outputs.length}, received ${next.inputCount} and ${next.outputs.length}.`,
      );
    }
    const loaded = await modelOf(model.number + 1, network);
    model.predictor.dispose();
    model = loaded;
    console.log(`Loaded model ${model.number}.`);
  } catch (error) {
    console.error(`Model ${model.number} stays in use, because the new model was rejected: ${error.message}`);
  }
}

class HttpError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

function statusOf(error) {
  if (error instanceof HttpError) return error.status;
  return error instanceof NnbpError ? 400 : 500;
}

function send(response, status, body) {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) });
  response.end(text);
}
