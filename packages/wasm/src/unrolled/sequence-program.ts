/**
 * Generates code that runs a sequence in two loops over its steps: first the forward pass, then the backward pass,
 * which also computes the parameter derivatives (case 3). The code within a step has no loops.
 */
import {
  type Assembler,
  type Callable,
  type Code,
  control,
  double,
  f32x4,
  f64,
  i32,
  int,
  type Local,
  memory,
  type MultiplyAdd,
  v128,
} from '../assembler.js';
import { job } from '../kernels/job.js';
import { meanKernel } from '../kernels/update.js';
import { header, word } from '../memory-map.js';
import { accumulate, accumulateSums } from './accumulate.js';
import { backward } from './backward.js';
import { codegenContext, type CodegenContext } from './codegen-context.js';
import { forward } from './forward.js';
import type { UnrolledLayout } from './layout.js';
import { caseOne, storeOutputs } from './loss.js';
import { addToEarlierSteps, placeState, loadMemories, groupsReadLater } from './memories.js';
import type { Step } from './step.js';

const number = int.const;

/**
 * Adds the export `run(thread, job, loss, optimizer)` for sequences of up to `steps` steps. The module imports `loss`
 * and `update` from the kernels that all graphs share.
 */
export function sequenceProgram(
  module: Assembler,
  multiplyAdd: MultiplyAdd,
  step: Step,
  layout: UnrolledLayout,
  steps: number,
): void {
  const lossOf = module.importFunction('loss', [i32], [f64]);
  const update = module.importFunction('update', [i32, i32]);
  const toMean = meanKernel(module);
  const declareLocals = stepLocals(step, layout);

  const runForward = module.function(undefined, [i32], [], ([kind], local) => {
    const [t, addresses, enter] = declareLocals(local);
    const context = codegenContext(step, layout, multiplyAdd, local, addresses);
    return [
      placeState(context, step, steps),
      control.count(t, number(0), word('steps'), number(1), [
        enter,
        loadMemories(context, step),
        forward(context),
        control.when(int.eq(kind.get, number(job.predict)), storeOutputs(context)),
      ]),
    ];
  });

  const runBackward = module.function(undefined, [i32], [], ([loss], local) => {
    const [t, addresses, enter] = declareLocals(local);
    const context = codegenContext(step, layout, multiplyAdd, local, addresses);
    const sums = { biases: step.groups.map(() => local(v128)), scales: step.groups.map(() => local(v128)) };
    const lossSum = local(f64);
    const { graph } = step;
    const lossOfStep: Code = [
      int.store(number(0), t.get, header.lossStep),
      int.store(
        number(0),
        int.add(number(layout.outputX), int.mul(t.get, number(4 * graph.outputs.length))),
        header.outputX,
      ),
      int.store(number(0), int.add(number(layout.weights), int.mul(t.get, number(layout.rowBytes))), header.weights),
      caseOne(context, lossOf, loss),
      lossSum.set(double.add(lossSum.get, double.load(number(header.loss)))),
    ];
    return [
      memory.fill(number(layout.dLossDx), number(0), number((step.original.maxDelay + steps) * layout.stepBytes)),
      memory.fill(number(layout.gradients), number(0), number(layout.parameterBytes)),
      t.set(word('steps')),
      control.loop(
        t.set(int.sub(t.get, number(1))),
        enter,
        context.groups.map(({ delay }, k) => (delay > 0 ? [] : context.x[k].set(f32x4.load(context.row('x', 4 * k))))),
        loadMemories(context, step),
        lossOfStep,
        groupsReadLater(step).map((k) => addFromLaterSteps(context, k)),
        backward(context),
        addToEarlierSteps(context, step),
        accumulate(context, sums),
        control.branchIf(0, t.get),
      ),
      accumulateSums(context, sums),
      double.store(number(header.loss), lossSum.get),
    ];
  });

  const total = totalOfGradients(module, layout);
  module.function('run', [i32, i32, i32, i32], [], ([, kind, loss, optimizer]) => [
    runForward(kind.get),
    control.when(int.ne(kind.get, number(job.predict)), [
      int.store(number(0), number(0), header.updated),
      runBackward(loss.get),
      total(),
      control.when(
        int.eq(kind.get, number(job.step)),
        update(number(0), optimizer.get),
        toMean(number(0), number(layout.parameterBytes)),
      ),
    ]),
  ]);
}

/**
 * Returns a function that declares the locals of a step. That function returns the local with the index of the step,
 * the addresses, and the code that sets the addresses.
 */
function stepLocals({ original, graph, memories }: Step, layout: UnrolledLayout) {
  const outputCount = graph.outputs.length;
  const inputCount = graph.inputCount - memories.length;
  return (local: (type: typeof i32) => Local) => {
    const [t, rows, inputs, targets, outputRows] = Array.from({ length: 5 }, () => local(i32));
    const nth = (first: number, bytes: number): Code => int.add(number(first), int.mul(t.get, number(bytes)));
    const addresses = {
      inputs,
      targets,
      row: (table: 'x' | 'g' | 'slope' | 'dLossDx', row: number): Code =>
        int.add(rows.get, number(layout[table] + original.maxDelay * layout.stepBytes + 4 * row)),
      outputRow: (k: number): Code => int.add(outputRows.get, number(k * layout.rowBytes)),
    };
    const enter: Code = [
      rows.set(int.mul(t.get, number(layout.stepBytes))),
      inputs.set(nth(layout.inputs, 4 * inputCount)),
      targets.set(nth(layout.targets, 4 * outputCount)),
      outputRows.set(nth(layout.outputRows, layout.rowBytes * outputCount)),
    ];
    return [t, addresses, enter] as const;
  };
}

/** Adds the part of a group's dloss/dx that comes from later steps. */
const addFromLaterSteps = ({ dLossDx, row }: CodegenContext, k: number): Code =>
  dLossDx[k].set(f32x4.add(dLossDx[k].get, f32x4.load(row('dLossDx', 4 * k))));

/**
 * Emits a function that writes four sums of |gradient| to the header. Lane n sums |gradient| of the parameters n, n + 4,
 * n + 8, …
 */
function totalOfGradients(module: Assembler, layout: UnrolledLayout): Callable {
  return module.function(undefined, [], [], (_, local) => {
    const [at, total] = [local(i32), local(v128)];
    const end = number(layout.gradients + layout.parameterBytes);
    return [
      control.count(at, number(layout.gradients), end, number(16), [
        total.set(f32x4.add(total.get, f32x4.abs(f32x4.load(at.get)))),
      ]),
      f32x4.store(number(header.total), total.get),
    ];
  });
}
