/** The forward pass: computes the units (nodes that are computed together) one by one, in the order of the graph. */
import { type Code, control, int } from '../assembler.js';
import { unitBytes, word } from '../memory-map.js';
import type { Pass } from './pass.js';

const { add, eq } = int;
const number = int.const;

/** Computes h, g, x and slope of all nodes from the inputs. */
export function forwardPass(pass: Pass): Code {
  const { u, firstUnit, endUnit, wait } = pass;
  return [
    pass.loadRows('inputs', 'inputStride', word('inputCount'), word('x')),
    wait,
    u.set(firstUnit.get),
    control.block(
      control.loop(
        control.branchIf(1, eq(u.get, endUnit.get)),
        pass.waitIf('waitsForward'),
        pass.whenInUse(unitForward(pass)),
        u.set(add(u.get, number(unitBytes))),
        control.branch(0),
      ),
    ),
    wait,
  ];
}

function unitForward({ kernels, u, from, to, record, share, field, wait, makePanel }: Pass): Code {
  const { dense, denseOne, elementwise, sparse, sparseSharedWeights, aggregate, activate } = kernels;
  const sparseOrAggregated: Code = control.when(
    field('aggregation'),
    aggregate(u.get, from.get, to.get),
    control.when(word('inWeight'), sparseSharedWeights(u.get, from.get, to.get), sparse(u.get, from.get, to.get)),
  );
  const denseSums: Code = control.when(
    eq(word('samples'), number(1)),
    // The panel holds the values of the unit's predecessors. Each thread writes a part of it, and then reads all of it.
    [wait, makePanel(int.const(0)), wait, share(field('nodes'), 2), denseOne(u.get, from.get, to.get)],
    dense.forward(u.get, from.get, to.get, record.get, int.const(0)),
  );
  return [
    share(field('nodes'), 2),
    control.when(
      field('dense'),
      denseSums,
      control.when(field('elementwise'), elementwise.forward(u.get, from.get, to.get), sparseOrAggregated),
    ),
    control.when(field('activates'), activate(u.get, from.get, to.get)),
  ];
}
