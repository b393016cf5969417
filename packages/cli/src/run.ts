/** The `nnbp` program: parses the arguments, runs the command and returns the exit code. */
import { Command, CommanderError } from 'commander';
import { addCheck } from './commands/check.js';
import { addConvert } from './commands/convert.js';
import { addEvaluate } from './commands/evaluate.js';
import { addExplain } from './commands/explain.js';
import { addExport } from './commands/export.js';
import { addForecast } from './commands/forecast.js';
import { addFit } from './commands/fit.js';
import { addPredict } from './commands/predict.js';
import { addSearch } from './commands/search.js';
import { addTrain } from './commands/train.js';
import { type Io, note } from './io.js';
import { exitCodes, Problem, messageOf } from './problem.js';
import { cut, visible, visibleLines } from './visible.js';
import { version } from '../package.json';

const footer = `
Start with: nnbp train data.csv --target COLUMN
Each command has its own help: nnbp train --help

Exit codes:
  0    success
  1    a file or its data cannot be used, or training failed
  2    the command is invalid
  3    nnbp check found a wrong derivative
  130  stopped by Ctrl-C`;

/** Maximum length of an error message, in characters. Names in an error can have any length. */
const maxMessageLength = 4000;

/**
 * Runs one command.
 *
 * @param argv - The arguments after `nnbp`.
 * @returns The exit code; `nnbp --help` lists them.
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  try {
    await programFor(io).parseAsync(argv, { from: 'user' });
    return exitCodes.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    if (io.signal?.aborted === true && !(error instanceof Problem)) {
      await note(io, 'nnbp: Stopped before the command was finished.');
      return exitCodes.interrupted;
    }
    const message = messageOf(error);
    if (message === undefined) throw error;
    await note(io, visible(cut(`nnbp: ${message}`, maxMessageLength)));
    return error instanceof Problem ? error.exitCode : exitCodes.failed;
  }
}

function programFor(io: Io): Command {
  const program = new Command('nnbp')
    .description('Trains small neural networks on CSV files and explains their derivatives.')
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(visibleLines(text)),
      writeErr: (text) => void io.stderr.write(visibleLines(text)),
      outputError: (text, write) =>
        write(
          `${visible(
            text
              .replace(/^error: /, 'nnbp: ')
              .split('\n')
              .map((line) => line.trim())
              .filter((line) => line !== '')
              .join(' '),
          )}\n`,
        ),
    })
    .addHelpText('after', footer);
  for (const add of [
    addTrain,
    addSearch,
    addFit,
    addPredict,
    addForecast,
    addEvaluate,
    addExplain,
    addCheck,
    addConvert,
    addExport,
  ])
    add(program, io);
  return program;
}
