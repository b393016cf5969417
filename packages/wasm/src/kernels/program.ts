/**
 * Runs a job. The job `predict` runs the forward pass. `backpropagate` also computes the loss and runs the backward
 * pass. `step` does the same as `backpropagate`, then updates the parameters. Each thread computes its share of every
 * unit (a group of nodes that are computed together). Where one thread needs the results of another, all threads wait
 * at a barrier. No sum is split, so the result is bit-identical for any number of threads.
 */
import {
  type Assembler,
  type Code,
  control,
  f32x4,
  i32,
  int,
  type Local,
  memory,
  type MultiplyAdd,
} from '../assembler.js';
import { header, unitBytes, word } from '../memory-map.js';
import { backwardPass } from './backward.js';
import { forwardPass } from './forward.js';
import { job } from './job.js';
import { kernelSet } from './kernel-set.js';
import { runMany } from './many.js';
import { type Pass, passOf } from './pass.js';
import { stepLosses } from './step-losses.js';

const { add, mul, shl, eq, ne } = int;
const number = int.const;

/**
 * Adds the export `run(thread, job, loss, optimizer)`, which all threads must call with the same job. If there is only
 * one thread, also adds the export `runMany`.
 */
export function program(module: Assembler, multiplyAdd: MultiplyAdd, shared: boolean): void {
  const kernels = kernelSet(module, multiplyAdd, shared);
  const run = module.function('run', [i32, i32, i32, i32], [], ([thread, jobNumber, loss, optimizer], local) => {
    const pass = passOf(kernels, thread, local);
    const { firstUnit, endUnit, record, from, to, wait } = pass;
    return [
      pass.enterStep(number(0)),
      record.set(add(number(header.total), shl(thread.get, number(6)))),
      firstUnit.set(word('units')),
      endUnit.set(add(firstUnit.get, mul(word('unitCount'), number(unitBytes)))),
      control.when(ne(jobNumber.get, number(job.predict)), prepareGradients(pass)),
      forwardPass(pass),
      control.when(ne(jobNumber.get, number(job.predict)), [
        pass.first(stepLosses(pass, loss)),
        wait,
        backwardPass(pass),
        control.when(eq(jobNumber.get, number(job.step)), kernels.update(thread.get, optimizer.get), [
          pass.share(word('parameterBytes'), 64),
          kernels.mean(from.get, to.get),
          wait,
        ]),
      ]),
    ];
  });

  const { advance } = kernels;
  if (advance === undefined) return;
  // `runMany` reads its batches from a queue. Kernels read only the start of the queue, so batch k is copied there.
  const copyToStart = (rows: 'inputs' | 'targets', bytes: 'queueInputBytes' | 'queueTargetBytes', k: Local): Code =>
    memory.copy(word(rows), add(word(rows), mul(k.get, word(bytes))), word(bytes));
  const stepOn = (k: Local, loss: Local, optimizer: Local): Code => [
    control.when(k.get, [copyToStart('inputs', 'queueInputBytes', k), copyToStart('targets', 'queueTargetBytes', k)]),
    run(number(0), number(job.step), loss.get, optimizer.get),
  ];
  runMany(module, stepOn, advance);
}

/**
 * Resets the sums of the backward pass to 0: dloss/dx, the thread's sum of |gradient|, and the gradients if
 * `accumulates` is set. Also resets the header words `updateAt` and `updated`, which an update sets. Transposes the
 * targets.
 */
const prepareGradients = ({ kernels, record, first, clear, loadRows }: Pass): Code => [
  f32x4.store(record.get, f32x4.const(0)),
  kernels.shared ? int.store(record.get, number(0), header.updateAt - header.total) : [],
  first(int.store(number(header.updated), number(0))),
  clear(word('dLossDx'), mul(word('rowCount'), word('rowBytes'))),
  control.when(word('accumulates'), clear(add(word('parameters'), word('gradients')), word('slotBytes'))),
  loadRows('targets', 'targetStride', word('targetCount'), word('targetRowsStart')),
];
