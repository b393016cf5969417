/** Exports a trained network to files. Loaded on first use. */
import { type Network, NnbpError } from '@nnbp/core';
import { type FileBytes, save, toModule } from '@nnbp/formats';
import { toOnnx, toPyTorch } from '@nnbp/interop';
import { zipSync, strToU8 } from 'fflate';
import { notebook } from './notebook.js';

export const exportNames = ['model', 'onnx', 'pytorch', 'module', 'notebook'] as const;
export type ExportName = (typeof exportNames)[number];

export interface ExportedFile {
  readonly name: string;
  readonly content: string | FileBytes;
}

/**
 * Exports a network to a file.
 *
 * @throws NnbpError `UNSUPPORTED` if the format cannot represent the network, for example because it has a custom function
 */
export function exportedFile(network: Network, as: ExportName): ExportedFile {
  switch (as) {
    case 'model':
      return { name: 'network.safetensors', content: save(network) };
    case 'onnx':
      return { name: 'network.onnx', content: toOnnx(network) };
    case 'pytorch': {
      const files = toPyTorch(network);
      const zipped = Object.fromEntries(
        Object.entries(files).map(([name, content]) => [
          name,
          typeof content === 'string' ? strToU8(content) : (content as Uint8Array),
        ]),
      );
      return { name: 'network-pytorch.zip', content: zipSync(zipped) };
    }
    case 'module':
      return { name: 'network.js', content: toModule(network).js };
    case 'notebook':
      return { name: 'network.ipynb', content: notebook(network, toPyTorch(network)) };
    default:
      throw new NnbpError('UNSUPPORTED', `Unknown export "${as as string}". Choose one of: ${exportNames.join(', ')}.`);
  }
}
