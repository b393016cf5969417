/** `nnbp convert`: converts a model from one format to another. */
import { bipolarStep, fromPyTorch, step } from '@nnbp/interop';
import { type Command } from 'commander';
import { expectOtherFile, readWhole, writeWhole } from '../files.js';
import { formatForPath, formatNamed, formats, type ModelContent } from '../formats.js';
import { type Io, note, pathIn, print } from '../io.js';
import { type ModelOptions, readModel } from '../model-file.js';
import { collect } from '../options.js';
import { misuse } from '../problem.js';
import { counted, tableOf } from '../table.js';
import { visible, visibleJson } from '../visible.js';

interface ConvertOptions extends ModelOptions {
  readonly to?: string;
  readonly of?: string;
  readonly json?: boolean;
}

const table = tableOf(
  formats.map(({ name, description, extensions, read, write }) => [
    name,
    [read && 'in', write && 'out'].filter(Boolean).join(', '),
    extensions[0] ?? '',
    description,
  ]),
);

const examples = `
Formats:
${table}
Examples:
  nnbp convert iris.nnbp.safetensors iris.onnx
  nnbp convert brain.json mine.nnbp.safetensors
  nnbp convert weights.safetensors back.nnbp.safetensors \\
    --from pytorch --of iris.nnbp.safetensors`;

export function addConvert(program: Command, io: Io): void {
  program
    .command('convert')
    .summary('convert a model to another format')
    .argument('<in>', 'a model file')
    .argument('<out>', 'the file to write')
    .description('Reads a model in any supported format and writes it in another.')
    .option('--from <format>', 'format of IN (default: detected from its content)')
    .option('--to <format>', 'format of OUT (default: from its extension)')
    .option('--of <model>', 'for weights trained in PyTorch: the model that was exported to PyTorch')
    .option('--plugin <file>', 'a JavaScript file that exports custom activations of the model', collect)
    .option('--json', 'print the result as JSON')
    .addHelpText('after', examples)
    .action((input: string, output: string, options: ConvertOptions) => convert(io, input, output, options));
}

async function convert(io: Io, input: string, output: string, options: ConvertOptions): Promise<void> {
  const target = options.to === undefined ? formatForPath(output) : formatNamed(options.to, 'write');
  await expectOtherFile(pathIn(io, output), pathIn(io, input));
  const model = await readWith(io, input, options);
  const name = model.format;
  await writeWhole(pathIn(io, output), target.write!(model));
  const { graph } = model.network;
  const summary = { from: name, to: target.name, output, nodes: graph.nodeCount, edges: graph.edgeCount };
  if (options.json === true) await print(io.stdout, `${visibleJson(summary)}\n`);
  else {
    await print(
      io.stdout,
      `${visible(input)} (${name}) → ${visible(output)} (${target.name}): ${counted(graph.nodeCount, 'node')}, ${counted(graph.edgeCount, 'edge')}.\n`,
    );
  }
  const flat = graph.activations.filter((activation) => activation === step || activation === bipolarStep);
  if (flat.length > 0) {
    await note(
      io,
      `The model is for prediction only: the derivative of ${flat[0].name} is 0, so training cannot change the parameters of nodes before a node with this activation.`,
    );
  }
  if (model.metadata?.columns !== undefined && target.name !== 'nnbp') {
    await note(io, 'Names of columns and categories are not written: only the nnbp format can store them.');
  }
}

function readWith(io: Io, path: string, options: ConvertOptions): Promise<ModelContent & { readonly format: string }> {
  return options.from === 'pytorch' ? fromTorch(io, path, options) : readModel(io, path, options);
}

/** Reads PyTorch weights. They do not contain the network, so the network is read from the model passed with --of. */
async function fromTorch(io: Io, path: string, { of, plugin }: ConvertOptions) {
  if (of === undefined) {
    throw misuse(
      'Weights from PyTorch do not contain the network: with --of, pass the model that was exported to PyTorch.',
    );
  }
  const exported = await readModel(io, of, plugin ? { plugin } : {});
  const weights = await readWhole(pathIn(io, path));
  return { ...exported, network: fromPyTorch(weights, exported.network), format: 'pytorch' };
}
