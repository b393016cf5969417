/** PyTorch on one thread, in a Python process that responds to requests. */
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { denseLayers, eachComputed, levelsOf } from '../workloads.mjs';

// Settings meant for another BLAS would slow down PyTorch's BLAS.
const env = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' };
for (const name of ['OPENBLAS_CORETYPE', 'OPENBLAS_L2_SIZE']) delete env[name];

/** @type {import('./library.mjs').Prepare} */
export const prepare = (workload) => pythonRunner(describe(workload), { scale: 'fixed', batch: workload.batch });

/** Starts Python with a workload in the format that `pytorch.py` expects. */
export async function pythonRunner(workload, rule) {
  const python = ['python3', '/usr/bin/python3'].find(
    (command) => spawnSync(command, ['-c', 'import torch'], { env }).status === 0,
  );
  if (python === undefined)
    return {
      reason: 'torch is not installed for python3: run apt-get install python3-torch libopenblas0-pthread, or pip install torch',
    };
  const server = spawn(python, [fileURLToPath(new URL('../pytorch.py', import.meta.url))], {
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const responses = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
  const ask = async (request) => {
    server.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await responses.next();
    if (done) throw new Error('The Python process exited. Its error is printed above.');
    return JSON.parse(value);
  };
  let { version, speeds, loss } = await ask({ do: 'prepare', workload });
  const measured = Object.entries(speeds).map(([name, speed]) => `${name} (${speed} samples/s when tried)`);
  return {
    loss: () => loss,
    step: async () => ({ loss } = await ask({ do: 'step' })),
    run: (seconds) => ask({ do: 'run', seconds }),
    rule,
    note: `PyTorch ${version}, one thread; ${measured.length > 1 ? 'the faster of ' : ''}${measured.join(' and ')}`,
    dispose: () => server.kill(),
  };
}

function describe(workload) {
  const { batch, samples, learningRate } = workload;
  return {
    batch,
    samples,
    learningRate,
    inputs: base64(workload.inputs),
    targets: base64(workload.targets),
    ...(workload.sizes === undefined ? { graph: describeGraph(workload) } : { layers: describeLayers(workload) }),
  };
}

const describeLayers = (workload) =>
  denseLayers(workload).map(({ inputs, outputs, weights, biases }) => ({
    inputs,
    outputs,
    weights: base64(weights),
    biases: base64(biases),
  }));

function describeGraph({ ordinary: graph, weights }) {
  const biases = new Float32Array(graph.nodeCount);
  const edgeWeights = new Float32Array(graph.edgeCount);
  eachComputed(graph, (i) => {
    biases[i] = weights[graph.biasIndex(i)];
    for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) edgeWeights[e] = weights[graph.weightIndex(e, i)];
  });
  return {
    inputs: graph.inputCount,
    levels: base64(levelsOf(graph)),
    edgeStart: base64(Int32Array.from(graph.edgeStart)),
    predecessors: base64(Int32Array.from(graph.predecessors)),
    outputs: base64(Int32Array.from(graph.outputs)),
    weights: base64(edgeWeights),
    biases: base64(biases),
  };
}

export const base64 = ({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength).toString('base64');
