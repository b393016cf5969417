/**
 * Emits unrolled code that processes one sample at a time. The graph must have no delays, no shared or fixed parameters
 * (other than c fixed at 1), and no aggregation other than the sum.
 */
import { type Assembler, type Code, control, f64, i32, int, type Local, type MultiplyAdd } from '../assembler.js';
import { plainDescent } from '../kernels/optimizer.js';
import { job } from '../kernels/job.js';
import { runMany } from '../kernels/many.js';
import { isSafe } from '../kernels/update.js';
import { header, word } from '../memory-map.js';
import { backward, bound } from './backward.js';
import { codegenContext } from './codegen-context.js';
import { forward } from './forward.js';
import type { UnrolledLayout } from './layout.js';
import { caseOne, storeOutputs } from './loss.js';
import { descend, gradients } from './parameters.js';
import type { Step } from './step.js';

/**
 * Adds the exports `run(thread, job, loss, optimizer)` and `runMany` for this graph. The module imports `loss` and
 * `update` from the kernels that all graphs share, and `advance` from the host.
 */
export function unrolledProgram(module: Assembler, multiplyAdd: MultiplyAdd, step: Step, layout: UnrolledLayout): void {
  const lossOf = module.importFunction('loss', [i32], [f64]);
  const update = module.importFunction('update', [i32, i32]);
  const advance = module.importFunction('advance', [], [i32]);
  const number = int.const;

  const pass = module.function(undefined, Array<typeof i32>(5).fill(i32), [], (parameters, local) => {
    const [kind, loss, optimizer, inputs, targets] = parameters;
    const context = codegenContext(step, layout, multiplyAdd, local, {
      inputs,
      targets,
      row: (table, row) => number(layout[table] + 4 * row),
      outputRow: (k) => number(layout.outputRows + k * layout.rowBytes),
    });
    const isStep = int.eq(kind.get, number(job.step));
    const isPlain = int.and(int.eq(optimizer.get, number(plainDescent)), int.eqz(word('transformCount')));
    const setUpdated = int.store(number(header.updated), number(1));
    return [
      forward(context),
      control.when(int.eq(kind.get, number(job.predict)), storeOutputs(context), [
        caseOne(context, lossOf, loss),
        backward(context),
        bound(context),
        int.store(number(header.updated), number(0)),
        control.when(
          int.and(isStep, isPlain),
          control.when(isSafe(context.gradientBound), [descend(context), setUpdated]),
          [gradients(context), control.when(isStep, update(number(0), optimizer.get))],
        ),
      ]),
    ];
  });

  module.function('run', [i32, i32, i32, i32], [], ([, kind, loss, optimizer]) =>
    pass(kind.get, loss.get, optimizer.get, number(layout.inputs), number(layout.targets)),
  );
  const nth = (first: number, k: Local, bytes: number): Code => int.add(number(first), int.mul(k.get, number(bytes)));
  const stepOn = (k: Local, loss: Local, optimizer: Local): Code =>
    pass(
      number(job.step),
      loss.get,
      optimizer.get,
      nth(layout.inputs, k, layout.queueInputBytes),
      nth(layout.targets, k, layout.queueTargetBytes),
    );
  runMany(module, stepOn, advance);
}
