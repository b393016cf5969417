/**
 * The whole pass in one call: units forward, the loss, units backward, the update. With several threads each does its
 * share of every unit, and all meet at a barrier before the next. No sum is split, so the result is bit-identical to that
 * of one thread.
 */
import {
  type Assembler,
  atomic,
  type Callable,
  type Code,
  control,
  f32x4,
  f64,
  double,
  i32,
  int,
  type Local,
  memory,
  type MultiplyAdd,
} from '../assembler.js';
import { header, unit, unitBytes, word } from '../memory-map.js';
import { activationKernel } from './activation.js';
import { aggregationKernel, edgeDeltas } from './aggregation.js';
import { denseKernels } from './dense.js';
import { denseOneKernel } from './dense-one.js';
import { elementwiseKernels } from './elementwise.js';
import { finishKernel, nodeKind } from './finish.js';
import { job } from './job.js';
import { lossKernel } from './loss.js';
import { runMany } from './many.js';
import { rowKernels } from './rows.js';
import { threadShare, wholeShare } from './share.js';
import { sparseForward } from './sparse.js';
import { meanKernel, updateKernel } from './update.js';

const { add, sub, mul, shl, load, eq } = int;
const number = int.const;

/** Adds the export `run(thread, job, loss, optimizer)`. All threads must call it, with the same job. */
export function program(module: Assembler, multiplyAdd: MultiplyAdd, shared: boolean): void {
  const callActivation = module.importFunction('activation', [i32, i32, i32]);
  const callAggregation = module.importFunction('aggregation', [i32, i32, i32]);
  const callLoss = module.importFunction('loss', [], [f64]);
  const advance = shared ? undefined : module.importFunction('advance', [], [i32]);
  const barrier: Callable = shared ? barrierFunction(module) : () => [];
  const divide = shared ? threadShare : wholeShare;
  const dense = denseKernels(module, multiplyAdd);
  const denseOne = denseOneKernel(module, multiplyAdd);
  const sparse = sparseForward(module, multiplyAdd, false);
  const sparseShared = sparseForward(module, multiplyAdd, true);
  const elementwise = elementwiseKernels(module);
  const finish = finishKernel(module, multiplyAdd);
  const rows = rowKernels(module);
  const activate = activationKernel(module, multiplyAdd, callActivation);
  const aggregate = aggregationKernel(module, multiplyAdd, callAggregation);
  const spread = edgeDeltas(module);
  const lossOf = lossKernel(shared ? undefined : 'loss', module, multiplyAdd, callLoss);
  const toMean = meanKernel(module);
  const update = updateKernel(shared ? undefined : 'update', module, divide, shared, barrier, toMean);

  const run = module.function('run', [i32, i32, i32, i32], [], ([thread, kind, loss, optimizer], local) => {
    const [u, firstUnit, endUnit, from, to, record, entry, step, outputs, skipped] = Array.from({ length: 10 }, () =>
      local(i32),
    );
    const sum = local(f64);
    const wait: Code = shared ? barrier(thread.get) : [];
    const share = (count: Code, tile: number): Code => divide(thread, { from, to }, count, tile);
    const field = (name: keyof typeof unit): Code => load(u.get, unit[name]);
    const waitIf = (flag: 'waitsForward' | 'waitsBackward'): Code => (shared ? control.when(field(flag), wait) : []);
    const first = (body: Code): Code => (shared ? control.when(int.eqz(thread.get), body) : body);
    const roundedUp = (count: Code): Code => int.and(add(count, number(3)), number(-4));

    /** Inputs, and targets, from a row per sample to a row per node. */
    const takeIn = (source: 'inputs' | 'targets', stride: keyof typeof header, count: Code, rowsAt: Code): Code => [
      share(roundedUp(count), 4),
      rows.fromSamples(
        add(word(source), shl(from.get, number(2))),
        word(stride),
        roundedUp(word('samples')),
        sub(to.get, from.get),
        add(rowsAt, mul(from.get, word('rowBytes'))),
        word('rowBytes'),
      ),
    ];

    const clear = (address: Code, bytes: Code): Code => [
      share(bytes, 64),
      memory.fill(add(address, from.get), number(0), sub(to.get, from.get)),
    ];

    /** The columns and samples of a step: every thread writes the same. */
    const enterStep = (step: Code): Code => [
      entry.set(add(word('stepTable'), shl(step, number(3)))),
      int.store(number(0), load(entry.get), header.columns),
      int.store(number(0), load(entry.get, 4), header.samples),
    ];

    /** The body for a unit of a step that at least one sequence has. */
    const whenInUse = (body: Code): Code =>
      control.when(int.ltU(field('step'), word('steps')), [enterStep(field('step')), body]);

    /** The loss of each step, one after another, by the first thread. */
    const losses: Code = [
      sum.set(double.const(0)),
      control.count(step, number(0), word('steps'), number(1), [
        enterStep(step.get),
        int.store(number(0), step.get, header.lossStep),
        outputs.set(mul(step.get, word('outputCount'))),
        int.store(number(0), add(word('outputXStart'), shl(outputs.get, number(2))), header.outputX),
        int.store(number(0), add(word('targetRowsStart'), mul(outputs.get, word('rowBytes'))), header.targetRows),
        int.store(number(0), add(word('weightsStart'), mul(step.get, word('rowBytes'))), header.weights),
        sum.set(double.add(sum.get, lossOf(loss.get))),
      ]),
      double.store(number(header.loss), sum.get),
    ];

    /** The predecessors' rows of a dense unit as a row per sample. */
    const makePanel: Code = control.when(field('makesPanel'), [
      share(roundedUp(field('predecessors')), 4),
      rows.toSamples(
        add(field('predecessorX'), shl(from.get, number(2))),
        number(0),
        sub(to.get, from.get),
        roundedUp(word('samples')),
        add(field('panel'), shl(from.get, number(2))),
        field('panelStride'),
      ),
    ]);

    const sparseSums: Code = control.when(
      field('aggregation'),
      aggregate(u.get, from.get, to.get),
      control.when(word('inWeight'), sparseShared(u.get, from.get, to.get), sparse(u.get, from.get, to.get)),
    );

    const forward: Code = [
      takeIn('inputs', 'inputStride', word('inputCount'), word('x')),
      wait,
      u.set(firstUnit.get),
      control.block(
        control.loop(
          control.branchIf(1, eq(u.get, endUnit.get)),
          waitIf('waitsForward'),
          whenInUse([
            share(field('nodes'), 2),
            control.when(
              field('dense'),
              control.when(
                eq(word('samples'), number(1)),
                // All threads write the panel, and read it.
                [wait, makePanel, wait, share(field('nodes'), 2), denseOne(u.get, from.get, to.get)],
                dense.forward(u.get, from.get, to.get, record.get),
              ),
              control.when(field('elementwise'), elementwise.forward(u.get, from.get, to.get), sparseSums),
            ),
            control.when(field('activates'), activate(u.get, from.get, to.get)),
          ]),
          u.set(add(u.get, number(unitBytes))),
          control.branch(0),
        ),
      ),
      wait,
    ];

    const finishShare = (count: Code, firstRow: Code, kind: Code, delta: Code): Code => [
      share(count, 2),
      finish(add(firstRow, from.get), add(firstRow, to.get), kind, delta, record.get),
    ];

    const backwardOfElementwise: Code = [
      // Nodes without parameters, as inputs are: only the share of sparse successors.
      control.when(
        word('sparseEdges'),
        finishShare(field('nodes'), field('firstRow'), number(nodeKind.input), number(0)),
      ),
      share(field('nodes'), 2),
      elementwise.backward(u.get, from.get, to.get),
    ];

    const backwardOfOthers: Code = [
      finishShare(
        field('nodes'),
        field('firstRow'),
        add(field('scaleTrainable'), number(nodeKind.fixedScale)),
        field('delta'),
      ),
      control.when(field('aggregation'), [
        // The same rows as in the line before, whose deltas this thread has just written.
        spread(add(field('firstRow'), from.get), add(field('firstRow'), to.get)),
      ]),
      control.when(field('dense'), [
        makePanel,
        wait,
        skipped.set(field('leadingInputs')),
        control.when(word('inputGradients'), skipped.set(number(0))),
        control.when(int.ne(skipped.get, field('predecessors')), [
          share(sub(field('predecessors'), skipped.get), 2),
          dense.case2(u.get, add(skipped.get, from.get), add(skipped.get, to.get), record.get),
        ]),
        share(field('nodes'), 2),
        dense.case3(u.get, from.get, to.get, record.get),
      ]),
    ];

    const backward: Code = [
      u.set(endUnit.get),
      control.block(
        control.loop(
          control.branchIf(1, eq(u.get, firstUnit.get)),
          u.set(sub(u.get, number(unitBytes))),
          waitIf('waitsBackward'),
          whenInUse(control.when(field('elementwise'), backwardOfElementwise, backwardOfOthers)),
          control.branch(0),
        ),
      ),
      wait,
      enterStep(number(0)),
      control.when(word('sparseEdges'), [
        finishShare(word('inputCount'), number(0), number(nodeKind.input), number(0)),
        wait,
      ]),
    ];

    return [
      enterStep(number(0)),
      record.set(add(number(header.total), shl(thread.get, number(6)))),
      firstUnit.set(word('units')),
      endUnit.set(add(firstUnit.get, mul(word('unitCount'), number(unitBytes)))),
      control.when(int.ne(kind.get, number(job.predict)), [
        f32x4.store(record.get, f32x4.const(0)),
        shared ? int.store(record.get, number(0), header.updateAt - header.total) : [],
        first(int.store(number(header.updated), number(0))),
        clear(word('dLossDx'), mul(word('rowCount'), word('rowBytes'))),
        control.when(word('accumulates'), clear(add(word('parameters'), word('gradients')), word('slotBytes'))),
        takeIn('targets', 'targetStride', word('targetCount'), word('targetRowsStart')),
      ]),
      forward,
      control.when(int.ne(kind.get, number(job.predict)), [
        first(losses),
        wait,
        backward,
        control.when(eq(kind.get, number(job.step)), update(thread.get, optimizer.get), [
          share(word('parameterBytes'), 64),
          toMean(from.get, to.get),
          wait,
        ]),
      ]),
    ];
  });

  if (advance === undefined) return;
  // Kernels read the rows of a batch at the position of the first batch of the queue.
  const take = (rows: 'inputs' | 'targets', bytes: 'queueInputBytes' | 'queueTargetBytes', k: Local): Code =>
    memory.copy(word(rows), add(word(rows), mul(k.get, word(bytes))), word(bytes));
  const stepOn = (k: Local, loss: Local, optimizer: Local): Code => [
    control.when(k.get, [take('inputs', 'queueInputBytes', k), take('targets', 'queueTargetBytes', k)]),
    run(number(0), number(job.step), loss.get, optimizer.get),
  ];
  runMany(module, stepOn, advance);
}

/** Number of checks before a waiting thread sleeps between checks. */
const spinLimit = 200_000;
/** In nanoseconds. */
const sleepTime = 50_000;

/**
 * Barrier: the last thread to arrive advances a counter, for which the others wait. If there are more threads than
 * processors, the awaited thread may not be running, so waiting threads sleep. It may have exited: the first thread
 * asks its host, which throws when it has waited long enough.
 */
function barrierFunction(module: Assembler): Callable {
  const checkTimeout = module.importFunction('waiting', [i32]);
  return module.function(undefined, [i32], [], ([thread], local) => {
    const [turn, checks] = [local(i32), local(i32)];
    const turned = int.ne(atomic.load(number(header.turn)), turn.get);
    return control.when(int.gtU(word('threads'), number(1)), [
      turn.set(atomic.load(number(header.turn))),
      control.when(
        eq(add(atomic.add(number(header.arrived), number(1)), number(1)), word('threads')),
        [atomic.store(number(header.arrived), number(0)), atomic.store(number(header.turn), add(turn.get, number(1)))],
        control.block(
          control.loop(
            control.branchIf(1, turned),
            checks.set(add(checks.get, number(1))),
            control.when(
              int.and(int.gtU(checks.get, number(spinLimit)), int.or(thread.get, word('maySleep'))),
              atomic.sleep(number(header.turn), turn.get, sleepTime),
            ),
            control.when(int.and(int.gtU(checks.get, number(spinLimit)), int.eqz(thread.get)), checkTimeout(turn.get)),
            control.branch(0),
          ),
        ),
      ),
    ]);
  });
}
