/**
 * The barrier at which all threads of a pass wait for each other, for example between two units (groups of nodes that
 * are computed together).
 */
import { type Assembler, atomic, type Callable, control, i32, int } from '../assembler.js';
import { header, word } from '../memory-map.js';

const { add, eq } = int;
const number = int.const;

/** After this number of checks, a waiting thread sleeps before each further check. */
const spinLimit = 200_000;
/** How long the thread sleeps before each check, in nanoseconds. */
const sleepTime = 50_000;

/**
 * Emits the barrier function. The last thread to arrive advances a counter that the others wait for. If there are more
 * threads than processors, a thread that has not arrived may need a processor, so waiting threads sleep. A thread may
 * also have exited, so thread 0 calls its host, which throws after a timeout.
 */
export function barrierFunction(module: Assembler): Callable {
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
