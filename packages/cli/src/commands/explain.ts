/** `nnbp explain`: shows how a derivative of the loss is computed for one row of data, step by step. */
import { explain, nameOf, type Step } from '@nnbp/explain';
import type { Network } from '@nnbp/core';
import { type Command, Option } from 'commander';
import { Readable } from 'node:stream';
import { type Csv, type CsvOptions, openCsv } from '../csv/read.js';
import { Gaps } from '../encode.js';
import { lossNamed } from '../functions.js';
import { type Io, note, print } from '../io.js';
import { type Model, type ModelOptions, openModel } from '../model-file.js';
import { openDataFor, integerFrom, withCsvOptions, withModel } from '../options.js';
import { misuse, Problem } from '../problem.js';
import { modelRows } from '../samples.js';
import { counted, tableOf } from '../table.js';
import { cut, visible, visibleJson } from '../visible.js';

interface ExplainOptions extends ModelOptions, CsvOptions {
  readonly row?: string;
  readonly derivative?: string;
  readonly language: 'en' | 'zh';
  readonly format: 'text' | 'markdown' | 'latex';
  readonly maxTerms: number;
  readonly json?: boolean;
}

const examples = `
Examples:
  nnbp explain iris.nnbp.safetensors iris.csv          (shows how derivatives are named)
  nnbp explain iris.nnbp.safetensors iris.csv --row 3 --derivative dloss/db_hidden1.1
  nnbp explain iris.nnbp.safetensors --row 5.1,3.5,1.4,0.2,setosa \\
    --derivative dloss/dw_petal_widthtohidden1.1

A derivative is named dloss/dw_FROMtoNODE, dloss/db_NODE, dloss/dc_NODE or
dloss/dx_NODE. You can also explain the values h_NODE, g_NODE, x_NODE and slope_NODE.`;

export function addExplain(program: Command, io: Io): void {
  const command = program.command('explain').summary('explain a derivative step by step');
  withCsvOptions(withModel(command).argument('[data]', 'a CSV file to take the row from'))
    .description('Shows how a derivative of the loss is computed for one row, step by step, with formulas and numbers.')
    .option(
      '--row <row>',
      'with a CSV file, the number of the row (default: 1); without one, the values of the row, inputs before target',
    )
    .option('--derivative <name>', 'derivative to explain (default: show how derivatives are named)')
    .addOption(new Option('--language <language>', 'language of the explanation').choices(['en', 'zh']).default('en'))
    .addOption(
      new Option('--format <format>', 'format of the explanation')
        .choices(['text', 'markdown', 'latex'])
        .default('text'),
    )
    .option('--max-terms <count>', 'maximum number of terms of a sum to show', integerFrom(2), 6)
    .option('--json', 'print the value, and the values that it is computed from, as JSON')
    .addHelpText('after', examples)
    .action((model: string, data: string | undefined, options: ExplainOptions) => explainRow(io, model, data, options));
}

async function explainRow(
  io: Io,
  modelPath: string,
  dataPath: string | undefined,
  options: ExplainOptions,
): Promise<void> {
  const model = await openModel(io, modelPath, options);
  const { network, columns } = model;
  if (columns.sequences !== undefined) {
    throw misuse(
      `Cannot explain a single row: ${modelPath} reads sequences of rows. Use explainSequence() of @nnbp/explain in a program.`,
    );
  }
  const { input, target } = await selectedRow(io, model, dataPath, options);
  const loss = lossNamed(columns.loss).loss();
  if (options.derivative === undefined) {
    await print(io.stdout, listDerivatives(network));
    return;
  }
  const derivation = explain(network, input, target, loss, options.derivative);
  if (options.json === true) {
    const { root } = derivation;
    const fieldsOf = (step: Step) => ({ name: nameOf(step.quantity), case: step.case, value: step.value });
    const summary = { ...fieldsOf(root), terms: root.terms.map(fieldsOf) };
    await print(io.stdout, `${visibleJson(summary, 2)}\n`);
    return;
  }
  const { language, maxTerms, format } = options;
  const text = derivation[format]({ language, maxTerms });
  await print(io.stdout, text.endsWith('\n') ? text : `${text}\n`);
}

/** Returns the inputs and targets of the selected row, one number per input and output node. */
async function selectedRow(io: Io, model: Model, dataPath: string | undefined, options: ExplainOptions) {
  const { inputs, targets } = model.columns;
  const { row = '1' } = options;
  const names = [...inputs, ...targets].map(({ name }) => name);
  let csv: Csv;
  let number = 1;
  if (dataPath === undefined) {
    if (options.row === undefined) {
      throw misuse(`Specify a row: pass a CSV file, or --row with values for ${names.join(',')}.`);
    }
    csv = await openCsv('--row', Readable.from([Buffer.from(`${row}\n`)]), { header: false, delimiter: ',' });
    if (csv.header.length !== names.length) {
      throw misuse(
        `--row: expected ${counted(names.length, 'value')} (${names.join(',')}), received ${csv.header.length}.`,
      );
    }
    csv = { ...csv, header: names, named: true };
  } else {
    number = Number(row);
    if (!Number.isSafeInteger(number) || number < 1)
      throw misuse(`--row: expected the number of a row in the data, an integer ≥ 1, received "${row}".`);
    csv = await openDataFor(io, dataPath, model, options);
  }
  const [gaps, filled] = [new Gaps(), new Gaps()];
  let filledBefore = 0;
  let last = 0;
  for await (const found of modelRows(model, csv, { targets: true, gaps, filled })) {
    last = found.number;
    if (last < number) {
      filledBefore = filled.count;
      continue;
    }
    if (found.input === undefined) throw new Problem(`Row ${number} cannot be used: ${gaps.last}.`);
    if (filled.count > filledBefore) await note(io, `Row ${number} has a filled-in value: ${filled.last}.`);
    return { input: found.input, target: found.target };
  }
  throw misuse(`${csv.name} has ${counted(last, 'row')}: there is no row ${number}.`);
}

const maxListed = 30;

/** Explains how derivatives are named, and lists the nodes of the network in a table. */
function listDerivatives({ graph }: Network): string {
  const nodes = Array.from({ length: graph.nodeCount - graph.inputCount }, (_, k) => graph.nodeCount - 1 - k);
  const fromOf = (i: number) =>
    Array.from(
      { length: graph.edgeStart[i + 1] - graph.edgeStart[i] },
      (_, k) => graph.ids[graph.predecessors[graph.edgeStart[i] + k]],
    );
  const rows = nodes.slice(0, maxListed).map((i) => [graph.ids[i], shortList(fromOf(i))]);
  const rest = nodes.length > maxListed ? [[`and ${nodes.length - maxListed} more`, '']] : [];
  const example = nodes.find((i) => fromOf(i).length > 0);
  const nameExample =
    example === undefined
      ? ''
      : `, such as ${visible(nameOf({ quantity: 'dLossDw', node: graph.ids[example], from: fromOf(example)[0] }))}`;
  return `Specify a derivative with --derivative: dloss/dx_, dloss/db_ or dloss/dc_, followed
by the name of a node, or dloss/dw_FROMtoNODE${nameExample}.

${tableOf([['node', 'from'], ...rows, ...rest])}
Inputs have only dloss/dx_: ${shortList(graph.ids.slice(0, graph.inputCount))}.
`;
}

/** The names, separated by commas. If there are more than five, only the first three and the last. */
const shortList = (all: readonly string[], names = all.map((name) => cut(visible(name), 60))) =>
  names.length > 5 ? `${names.slice(0, 3).join(', ')}, …, ${names[names.length - 1]}` : names.join(', ');
