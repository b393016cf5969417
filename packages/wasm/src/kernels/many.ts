/** Runs several steps in one call, so that the overhead of a call is paid only once. Single-threaded only. */
import { type Assembler, type Callable, type Code, control, double, i32, int, type Local } from '../assembler.js';
import { header, word } from '../memory-map.js';

/**
 * Adds the export `runMany(count, loss, optimizer)`: runs a step on each of `count` queued batches, and stops at a step
 * that does not update the parameters. Returns the number of steps with an update. Stores the loss of each of these
 * steps, summed over samples, at `queueLosses`.
 *
 * @param step - Emits the code of a step on batch k of the queue. `loss` and `optimizer` are the arguments of
 * `runMany`.
 * @param advance - Called after each update to prepare the next step, unless the word `constantStep` is set. Returns 0
 * if the host must run the next step.
 */
export function runMany(
  module: Assembler,
  step: (k: Local, loss: Local, optimizer: Local) => Code,
  advance: Callable,
): void {
  const lossAddress = (k: Local): Code => int.add(word('queueLosses'), int.shl(k.get, int.const(3)));
  module.function('runMany', [i32, i32, i32], [i32], ([count, loss, optimizer], local) => {
    const k = local(i32);
    return [
      control.block(
        control.loop(
          control.branchIf(1, int.eq(k.get, count.get)),
          step(k, loss, optimizer),
          control.branchIf(1, int.eqz(word('updated'))),
          double.store(lossAddress(k), double.load(int.const(header.loss))),
          k.set(int.add(k.get, int.const(1))),
          control.branchIf(0, word('constantStep')),
          control.branchIf(0, advance()),
        ),
      ),
      k.get,
    ];
  });
}
