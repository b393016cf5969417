/** A file that is compiled with every supported version of TypeScript, but never run. */
import { sigmoid } from '@nnbp/activations';
import {
  type Activation,
  backpropagate,
  GraphBuilder,
  type Loss,
  mlp,
  Network,
  NnbpError,
  type Pass,
} from '@nnbp/core';
import { type Derivation, explain } from '@nnbp/explain';
import { load, save, toModule } from '@nnbp/formats';
import { toOnnx } from '@nnbp/interop';
import { checkNetwork } from '@nnbp/gradcheck';
import { mse } from '@nnbp/losses';
import { adam, chain, clipByNorm } from '@nnbp/optim';
import { fit, type Report } from '@nnbp/train';
import { wasm } from '@nnbp/wasm';

const wave: Activation = { name: 'wave', value: (h) => Math.sin(h), derivative: (h) => Math.cos(h) };
const builder = new GraphBuilder();
builder.input('1');
builder.node('2', { from: ['1'], activation: wave, fixed: { c: 1 } });
builder.output('2');
const network = new Network(builder.build(), { seed: 1 });
const loss: Loss = mse();
const pass: Pass = backpropagate(network, [1], [2], loss);
const gradient: number | undefined = pass.gradients.of('2').b;
const derivation: Derivation = explain(network, [1], [2], loss, 'dloss/db_2');
const file: Uint8Array = save(new Network(mlp([1, 1], { activation: sigmoid })));

export async function run(): Promise<Report> {
  const report = await fit(
    network,
    { inputs: [[1]], targets: [[2]] },
    {
      loss,
      optimizer: chain(clipByNorm(1), adam({ learningRate: 0.1 })),
      epochs: 2,
      engine: await wasm(),
    },
  );
  if (!checkNetwork(network, [[1]], [[2]], loss).ok)
    throw new NnbpError('WRONG_DERIVATIVE', 'The gradient check failed.');
  return report;
}
export const results = [gradient, derivation.text(), toOnnx(load(file).network), toModule(load(file).network).js];
