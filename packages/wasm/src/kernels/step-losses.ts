/** Computes the losses of all steps sequentially, on the first thread. */
import { type Code, control, double, f64, i32, int, type Local } from '../assembler.js';
import { header, word } from '../memory-map.js';
import type { Pass } from './pass.js';

const { add, mul, shl } = int;
const number = int.const;

/**
 * Computes the loss and dloss/dx of the outputs (case 1 of backpropagation) at each step, and writes the sum of
 * the losses to the header.
 *
 * @param loss - Holds the number that selects the kernel of the loss.
 */
export function stepLosses({ kernels, local, enterStep }: Pass, loss: Local): Code {
  const [step, firstOutput, sum] = [local(i32), local(i32), local(f64)];
  return [
    sum.set(double.const(0)),
    control.count(step, number(0), word('steps'), number(1), [
      enterStep(step.get),
      int.store(number(0), step.get, header.lossStep),
      firstOutput.set(mul(step.get, word('outputCount'))),
      int.store(number(0), add(word('outputXStart'), shl(firstOutput.get, number(2))), header.outputX),
      int.store(number(0), add(word('targetRowsStart'), mul(firstOutput.get, word('rowBytes'))), header.targetRows),
      int.store(number(0), add(word('weightsStart'), mul(step.get, word('rowBytes'))), header.weights),
      sum.set(double.add(sum.get, kernels.loss(loss.get))),
    ]),
    double.store(number(header.loss), sum.get),
  ];
}
