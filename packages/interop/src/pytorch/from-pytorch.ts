/** Imports the parameters of an exported network that was trained in PyTorch. */
import { mismatch, Network, NnbpError } from '@nnbp/core';
import { decode, expectBytes } from '@nnbp/formats/shared';
import { layout } from './layout.js';

/**
 * Returns a copy of the network with the parameters of a `.safetensors` file. The file contains the state dict of the
 * PyTorch module in float32 or float64. {@link toPyTorch} generates a `train.py` that writes this file. The network
 * must have the graph that was exported. The copy has the scalers and output transform of the network.
 *
 * @throws NnbpError `MALFORMED` (not a valid safetensors file, or tensors of another network), `NOT_FINITE`,
 * `WRONG_TYPE`
 */
export function fromPyTorch(weights: Uint8Array, network: Network): Network {
  expectBytes('weights', weights);
  // A .pt file is a ZIP archive.
  if (weights[0] === 0x50 && weights[1] === 0x4b) {
    throw new NnbpError(
      'MALFORMED',
      'weights: expected a safetensors file, received a ZIP archive, such as a .pt file. Pass the bytes of trained.safetensors, or convert the file in Python with safetensors.torch.save_file.',
    );
  }
  const { graph } = network;
  const { tensors } = decode(weights);
  const copy = new Network(graph);
  const { tensors: moduleTensors } = layout(graph);
  const { vector } = copy.parameters;
  const seen = new Uint8Array(vector.length);
  for (const { name, shape, parameters } of moduleTensors) {
    const tensor = tensors.get(name);
    const received = tensor === undefined ? 'none' : `shape [${tensor.shape.join(', ')}]`;
    if (tensor?.shape.join() !== shape.join()) {
      throw new NnbpError(
        'MALFORMED',
        `Expected a tensor "${name}" of shape [${shape.join(', ')}], received ${received}. Use the weights of this network.`,
      );
    }
    parameters.forEach((p, k) => {
      if (!Number.isFinite(tensor.values[k])) {
        throw mismatch('NOT_FINITE', `Tensor "${name}", position ${k}`, 'a finite number', tensor.values[k]);
      }
      // If several tensor entries belong to the same parameter, its value is their sum.
      vector[p] = seen[p]++ === 0 ? tensor.values[k] : vector[p] + tensor.values[k];
    });
  }
  if (tensors.size > moduleTensors.length) {
    const known = new Set(moduleTensors.map(({ name }) => name));
    const other = [...tensors.keys()].find((name) => !known.has(name));
    throw new NnbpError('MALFORMED', `Tensor "${other}" does not belong to this network.`);
  }
  copy.inputScaler = network.inputScaler;
  copy.outputScaler = network.outputScaler;
  copy.outputTransform = network.outputTransform;
  return copy;
}
