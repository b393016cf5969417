/** The backward pass: unit by unit, in the reverse order of the graph. */
import { type Code, control, i32, int } from '../assembler.js';
import { unitBytes, word } from '../memory-map.js';
import { nodeKind } from './finish.js';
import type { Pass } from './pass.js';

const { add, sub, eq, ne } = int;
const number = int.const;

/** Cases 2 and 3 for all nodes, from dloss/dx of the outputs. */
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
    control.when(word('sparseEdges'), [
      finishShare(pass, word('inputCount'), number(0), number(nodeKind.input), number(0)),
      wait,
    ]),
  ];
}

/** The kernel `finish` for the thread's share of the rows. */
const finishShare = (
  { kernels, from, to, record, share }: Pass,
  count: Code,
  firstRow: Code,
  kind: Code,
  delta: Code,
): Code => [share(count, 2), kernels.finish(add(firstRow, from.get), add(firstRow, to.get), kind, delta, record.get)];

function elementwiseBackward(pass: Pass): Code {
  const { kernels, u, from, to, share, field } = pass;
  return [
    // Nodes without parameters, such as inputs: only the share of sparse successors.
    control.when(
      word('sparseEdges'),
      finishShare(pass, field('nodes'), field('firstRow'), number(nodeKind.input), number(0)),
    ),
    share(field('nodes'), 2),
    kernels.elementwise.backward(u.get, from.get, to.get),
  ];
}

function unitBackward(pass: Pass): Code {
  const { kernels, from, to, field } = pass;
  return [
    finishShare(
      pass,
      field('nodes'),
      field('firstRow'),
      add(field('scaleTrainable'), number(nodeKind.fixedScale)),
      field('delta'),
    ),
    control.when(field('aggregation'), [
      // The same rows as in the line before, whose deltas this thread has just written.
      kernels.spread(add(field('firstRow'), from.get), add(field('firstRow'), to.get)),
    ]),
    control.when(field('dense'), denseBackward(pass)),
  ];
}

/** Case 2 for the predecessors, without leading inputs unless their gradients are requested, and case 3. */
function denseBackward({ kernels: { dense }, u, from, to, record, local, share, field, wait, makePanel }: Pass): Code {
  const skipped = local(i32);
  return [
    makePanel,
    wait,
    skipped.set(field('leadingInputs')),
    control.when(word('inputGradients'), skipped.set(number(0))),
    control.when(ne(skipped.get, field('predecessors')), [
      share(sub(field('predecessors'), skipped.get), 2),
      dense.case2(u.get, add(skipped.get, from.get), add(skipped.get, to.get), record.get),
    ]),
    share(field('nodes'), 2),
    dense.case3(u.get, from.get, to.get, record.get),
  ];
}
