/** Case 1: dloss/dx of an output node, from the loss itself. If the output also feeds other nodes, case 2 is added. */
import type { Loss } from '../contract.js';

/**
 * Computes dloss/dx of the output nodes:
 *
 *     dloss/dx_k = loss.derivative, for every output node k
 *
 * For loss(x) = (x − t)², dloss/dx = 2 (x − t): with x = 7 and t = 10 it is −6.
 *
 * @param dLossDx - Receives the result: one entry per output node, like `x` and `t`.
 */
export function outputDerivatives(loss: Loss, x: Float64Array, t: Float64Array, dLossDx: Float64Array): void {
  loss.derivative(x, t, dLossDx);
}
