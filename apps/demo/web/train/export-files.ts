/** A trained network as files of other programs; loaded when one is asked for. */
import { type Network, NnbpError } from '@nnbp/core';
import { save, toModule } from '@nnbp/formats';
import { toOnnx, toPyTorch } from '@nnbp/interop';
import { zipSync, strToU8 } from 'fflate';
import { notebook } from './notebook.js';

export const exportNames = ['model', 'onnx', 'pytorch', 'module', 'notebook'] as const;
export type ExportName = (typeof exportNames)[number];

export interface ExportedFile {
  readonly name: string;
  readonly content: string | Uint8Array;
}

/**
 * The file that the reader gets.
 *
 * @throws NnbpError `UNSUPPORTED` where the format has no place for the network, a function of one's own say
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
      throw new NnbpError('UNSUPPORTED', `There is no export "${as as string}".`);
  }
}
