/** The parts in order: one function, as the kernels' `run` is. */
import type { Graph } from '@nnbp/core';
import { type Assembler, control, f64, i32, int, type MultiplyAdd } from '../assembler.js';
import { lossKernel } from '../kernels/loss.js';
import { isHarmless, optimizerCode, optimizerKernel } from '../kernels/optimizer.js';
import { job } from '../kernels/program.js';
import { header } from '../memory-map.js';
import { backward, bound, caseOne, handOver } from './backward.js';
import { forward } from './forward.js';
import type { Group } from './groups.js';
import type { StraightLayout } from './layout.js';
import { descend, gradients } from './parameters.js';
import { scene } from './scene.js';

/** Adds the export `run(thread, job, loss, optimizer)` for this graph. */
export function straightProgram(
  module: Assembler,
  multiplyAdd: MultiplyAdd,
  graph: Graph,
  groups: readonly Group[],
  rowOf: Uint32Array,
  layout: StraightLayout,
): void {
  // Nothing calls it, but a module has the same imports either way.
  module.importFunction('activation', [i32, i32, i32]);
  const lossOf = lossKernel(module, multiplyAdd, module.importFunction('loss', [], [f64]));
  const optimize = optimizerKernel(module, false);

  module.function('run', [i32, i32, i32, i32], [], ([, kind, loss, optimizer], local) => {
    const set = scene(graph, groups, rowOf, layout, multiplyAdd, local);
    const number = int.const;
    const isStep = int.eq(kind.get, number(job.step));
    const isDescent = int.and(isStep, int.eq(optimizer.get, number(optimizerCode.plain)));
    const updated = int.store(number(header.updated), number(1));
    return [
      forward(set),
      handOver(set),
      control.when(int.ne(kind.get, number(job.predict)), [
        caseOne(set, lossOf, loss),
        backward(set),
        bound(set),
        int.store(number(header.updated), number(0)),
        control.when(isDescent, control.when(isHarmless(set.total), [descend(set), updated]), [
          gradients(set),
          control.when(int.and(isStep, isHarmless(set.total)), [
            optimize(optimizer.get, number(0), number(layout.parameterBytes), number(0)),
            updated,
          ]),
        ]),
      ]),
    ];
  });
}
