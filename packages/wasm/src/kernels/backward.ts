/** The backward pass: visits the units (nodes that are computed together) in the reverse order of the graph. */
import { type Code, control, i32, int, type Local } from '../assembler.js';
import { unitBytes, word } from '../memory-map.js';
import { nodeKind } from './finish.js';
import type { Pass } from './pass.js';

const { add, sub, mul, shl, eq, ne } = int;
const number = int.const;

/**
 * Starts from dloss/dx of the outputs, and computes dloss/dx of every node (case 2) and the gradients of all parameters
 * (case 3).
 */
export function backwardPass(pass: Pass): Code {
  const { u, firstUnit, endUnit, wait, field } = pass;
  return [
    u.set(endUnit.get),
    control.block(
      control.loop(
        control.branchIf(1, eq(u.get, firstUnit.get)),
        u.set(sub(u.get, number(unitBytes))),
        pass.waitIf('waitsBackward'),
        pass.whenInUse(control.when(field('elementwise'), elementwiseBackward(pass), unitBackward(pass))),
        control.branch(0),
      ),
    ),
    wait,
    pass.enterStep(number(0)),
    control.when(word('sparseEdges'), [finishInputs(pass, word('inputCount'), number(0)), wait]),
  ];
}

/** Runs the kernel `finish` on the thread's share of the rows. */
const finishShare = (
  { kernels, from, to, record, share }: Pass,
  count: Code,
  firstRow: Code,
  kind: Code,
  delta: Code,
  deltaStride: Code,
): Code => [
  share(count, 2),
  kernels.finish(add(firstRow, from.get), add(firstRow, to.get), kind, delta, deltaStride, record.get),
];

/** Like {@link finishShare}, for nodes without parameters of their own. `finish` writes no deltas for them. */
const finishInputs = (pass: Pass, count: Code, firstRow: Code): Code =>
  finishShare(pass, count, firstRow, number(nodeKind.input), number(0), number(0));

function elementwiseBackward(pass: Pass): Code {
  const { kernels, u, from, to, share, field } = pass;
  return [
    // Like inputs, these nodes have no parameters of their own: `finish` only processes their sparse outgoing edges.
    control.when(word('sparseEdges'), finishInputs(pass, field('nodes'), field('firstRow'))),
    share(field('nodes'), 2),
    kernels.elementwise.backward(u.get, from.get, to.get),
  ];
}

function unitBackward(pass: Pass): Code {
  const { kernels, from, to, local, field } = pass;
  /**
   * Where the samples of the current time step begin in each row of delta: at `seriesAt` for a unit in a series (see
   * series.ts), at 0 for other units.
   */
  const at = local(i32);
  return [
    at.set(mul(field('inSeries'), word('seriesAt'))),
    finishShare(
      pass,
      field('nodes'),
      field('firstRow'),
      add(field('scaleTrainable'), number(nodeKind.fixedScale)),
      add(field('delta'), shl(at.get, number(2))),
      field('deltaStride'),
    ),
    control.when(field('aggregation'), [
      // The rows whose deltas this thread has just written.
      kernels.edgeDeltas(add(field('firstRow'), from.get), add(field('firstRow'), to.get)),
    ]),
    control.when(field('dense'), denseBackward(pass, at)),
  ];
}

/**
 * Computes case 2 for the predecessors, and case 3 for the nodes of the unit. Case 2 skips the leading inputs (see
 * `leadingInputs` in memory-map.ts) unless their gradients are requested.
 */
function denseBackward(pass: Pass, at: Local): Code {
  const { kernels, u, from, to, record, local, share, field, wait, makePanel } = pass;
  const { dense } = kernels;
  const skipped = local(i32);
  return [
    makePanel(at.get),
    wait,
    skipped.set(field('leadingInputs')),
    control.when(word('inputGradients'), skipped.set(number(0))),
    control.when(ne(skipped.get, field('predecessors')), [
      share(sub(field('predecessors'), skipped.get), 2),
      dense.case2(u.get, add(skipped.get, from.get), add(skipped.get, to.get), record.get, shl(at.get, number(2))),
    ]),
    share(field('nodes'), 2),
    caseThree(pass),
  ];
}

/**
 * Computes case 3 for the samples of the step. If the unit is in a series (see series.ts), computes case 3 for several
 * steps at once, when the backward pass reaches the earliest of these steps.
 */
function caseThree({ kernels, u, from, to, record, field }: Pass): Code {
  const caseThreeOf = (samples: Code): Code =>
    kernels.dense.case3(u.get, from.get, to.get, record.get, shl(samples, number(2)));
  return control.when(
    field('inSeries'),
    control.when(word('seriesEnd'), caseThreeOf(word('seriesEnd'))),
    caseThreeOf(word('samples')),
  );
}
