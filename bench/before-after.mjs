/**
 * Compares the speed of two checkouts of this repository on networks without shared weights:
 *
 *     git worktree add ../before COMMIT && (cd ../before && npx pnpm install --frozen-lockfile)
 *     node bench/before-after.mjs ../before . [rounds]
 *
 * The sources of each checkout run in a separate process. In each round, both processes train for 0.15 s of CPU time,
 * one after the other. The speed ratio is the steps per second of the second checkout divided by those of the first.
 * Each line shows the median of this ratio over all rounds, and its range.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** CPU time of a process per round, in microseconds. */
const runTime = 0.15e6;
const networks = {
  'tiny-online': { sizes: [2, 8, 8, 1], batch: 1 },
  'tiny-batch': { sizes: [2, 8, 8, 1], batch: 32 },
  'digits-mlp': { sizes: [784, 128, 64, 10], batch: 64 },
  'random-graph': { sizes: undefined, batch: 64 },
};
const engines = ['reference', 'js', 'wasm'];

if (process.send === undefined) await compare(/** @type {[string, string?, string?]} */ (process.argv.slice(2)));
else await serve(process.argv[2]);

async function compare([before, after = '.', rounds = '7']) {
  const children = [before, after].map((directory) =>
    spawn(
      process.execPath,
      ['--import', 'tsx', '--conditions=@nnbp/source', fileURLToPath(import.meta.url), resolve(directory)],
      { cwd: resolve(directory), stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
    ),
  );
  const ask = async (child, question) => {
    child.send(question);
    return (await once(child, 'message'))[0];
  };
  for (const engine of engines) {
    for (const network of Object.keys(networks)) {
      const ratios = [];
      let losses = [];
      for (let round = 0; round <= Number(rounds); round++) {
        const responses = [];
        for (const child of children) responses.push(await ask(child, { engine, network }));
        losses = responses.map((response) => response.loss);
        // The first round warms up.
        if (round > 0) ratios.push(responses[1].rate / responses[0].rate);
      }
      ratios.sort((a, b) => a - b);
      const [low, middle, high] = [ratios[0], ratios[ratios.length >> 1], ratios.at(-1)].map((r) => r.toFixed(3));
      const lossText = losses[0] === losses[1] ? 'same loss' : `losses ${losses.join(' and ')}`;
      console.log(`${engine.padEnd(10)} ${network.padEnd(13)} ${middle}  (${low} to ${high}; ${lossText})`);
    }
  }
  for (const child of children) child.disconnect();
}

async function serve(directory) {
  const load = (name) => import(pathToFileURL(resolve(directory, `packages/${name}/src/index.ts`)).href);
  const [core, { sigmoid }, { mse }, { sgd }, { wasm }] = await Promise.all(
    ['core', 'activations', 'losses', 'optim', 'wasm'].map(load),
  );
  const engineOf = { reference: core.reference(), js: core.js(), wasm: await wasm({ threads: 1 }) };
  const prepared = new Map();
  process.on('message', ({ engine, network }) => {
    const key = `${engine} ${network}`;
    if (!prepared.has(key)) prepared.set(key, prepare(core, engineOf[engine], networks[network], sigmoid, mse(), sgd));
    const { step, loss } = prepared.get(key);
    let steps = 0;
    const start = process.cpuUsage();
    const used = () => {
      const { user, system } = process.cpuUsage(start);
      return user + system;
    };
    while (used() < runTime) {
      for (let k = 0; k < (network.startsWith('tiny') ? 200 : 1); k++, steps++) step();
    }
    process.send({ rate: steps / used(), loss });
  });
}

/** Returns `step`, which takes a training step on random data, and the loss of the first step. */
function prepare({ GraphBuilder, mlp, Network, Random }, engine, { sizes, batch }, sigmoid, loss, sgd) {
  const random = new Random(7);
  const graph = sizes === undefined ? randomGraph(GraphBuilder, random, sigmoid) : mlp(sizes, { activation: sigmoid });
  const executor = engine.prepare(graph, batch);
  executor.parameters.set(new Network(graph, { seed: 1 }).parameters.vector);
  const inputs = Float64Array.from({ length: batch * graph.inputCount }, () => random.uniform());
  const targets = Float64Array.from({ length: batch * graph.outputs.length }, () => random.uniform());
  const optimizer = sgd({ learningRate: 0.003 });
  const step = () => executor.step(inputs, targets, batch, loss, optimizer);
  return { step, loss: step() };
}

function randomGraph(GraphBuilder, random, activation) {
  const builder = new GraphBuilder();
  const ids = builder.inputs(16);
  for (let k = 0; k < 500; k++) {
    const from = new Set();
    while (from.size < 8) from.add(ids[Math.floor(random.uniform() * ids.length)]);
    ids.push(builder.node(`n${k}`, { from: [...from], activation }));
  }
  builder.output(...ids.slice(-5));
  return builder.build();
}
