/** `nnbp export`: exports a model for other programs. */
import type { Network } from '@nnbp/core';
import { toModule } from '@nnbp/formats';
import { toOnnx, toPyTorch } from '@nnbp/interop';
import { type Command, Option } from 'commander';
import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expectOtherFile, writeWhole } from '../files.js';
import { type Io, pathIn, print } from '../io.js';
import { type ModelOptions, readModel } from '../model-file.js';
import { withModel } from '../options.js';
import { visible, visibleJson } from '../visible.js';

interface ExportOptions extends ModelOptions {
  readonly to: 'onnx' | 'pytorch' | 'module';
  readonly output?: string;
  readonly json?: boolean;
}

const examples = `
Examples:
  nnbp export iris.nnbp.safetensors --to onnx              writes iris.onnx
  nnbp export iris.nnbp.safetensors --to module            writes iris.js and iris.d.ts
  nnbp export iris.nnbp.safetensors --to pytorch           writes iris-pytorch/ with
                                             network.py, train.py and the weights

Inputs and outputs are in the original units of the data. A numeric column is one number;
a category column is one number per category. To import weights trained in PyTorch, use
nnbp convert --from pytorch.`;

/** Adds `nnbp export` to the command line. */
export function addExport(program: Command, io: Io): void {
  withModel(program.command('export').summary('export a model to ONNX, PyTorch or JavaScript'))
    .description('Writes the model for other programs: an ONNX file, a directory for PyTorch, or a JavaScript module.')
    .addOption(
      new Option('--to <format>', 'export format').choices(['onnx', 'pytorch', 'module']).makeOptionMandatory(),
    )
    .option('-o, --output <path>', 'output file, or output directory for pytorch (default: named after the model)')
    .option('--json', 'print the paths of the written files as JSON')
    .addHelpText('after', examples)
    .action((model: string, options: ExportOptions) => exportModel(io, model, options));
}

async function exportModel(io: Io, path: string, options: ExportOptions): Promise<void> {
  const { network } = await readModel(io, path, options);
  const name = basename(path).replace(/(?:\.nnbp)?\.\w+$/, '');
  const files = filesOf(network, name, options);
  for (const file of Object.keys(files)) await expectOtherFile(pathIn(io, file), pathIn(io, path));
  for (const [file, content] of Object.entries(files)) {
    await mkdir(join(pathIn(io, file), '..'), { recursive: true });
    await writeWhole(pathIn(io, file), content);
  }
  const names = Object.keys(files);
  await print(io.stdout, options.json === true ? `${visibleJson(names)}\n` : `Wrote ${visible(names.join(', '))}.\n`);
}

/** The files to write: path → content. */
function filesOf(network: Network, name: string, { to, output }: ExportOptions): Record<string, string | Uint8Array> {
  if (to === 'onnx') return { [output ?? `${name}.onnx`]: toOnnx(network, { name }) };
  if (to === 'module') {
    const path = output ?? `${name}.js`;
    const { js, dts } = toModule(network);
    return { [path]: js, [path.replace(/(?:\.([cm]?)js)?$/, (_, kind = '') => `.d.${kind}ts`)]: dts };
  }
  const directory = output ?? `${name}-pytorch`;
  const files = Object.entries(toPyTorch(network)) as [string, string | Uint8Array][];
  return Object.fromEntries(files.map(([file, content]) => [join(directory, file), content]));
}
