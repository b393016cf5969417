/**
 * What all parts of a pass use: locals of the WebAssembly function `run`, and code that divides the work between
 * threads, waits at barriers and enters steps.
 */
import { type Code, control, i32, int, type Local, memory, type ValueType } from '../assembler.js';
import { header, unit, word } from '../memory-map.js';
import type { KernelSet } from './kernel-set.js';

const { add, sub, mul, shl, load, ltU } = int;
const number = int.const;

export interface Pass {
  readonly kernels: KernelSet;
  /** The thread's number, from 0. */
  readonly thread: Local;
  /** The addresses of the current unit, the first unit, and the end of the last unit. */
  readonly u: Local;
  readonly firstUnit: Local;
  readonly endUnit: Local;
  /** The thread's share of the work, set by `share`. */
  readonly from: Local;
  readonly to: Local;
  /** The address of the thread's record in the header. The record starts with the thread's sum of |gradient|. */
  readonly record: Local;
  /** Waits at the barrier for all threads. */
  readonly wait: Code;
  /** Declares a local of `run`. */
  local(type: ValueType): Local;
  /** Sets `from` and `to` to the thread's share of `count` items, in whole tiles. */
  share(count: Code, tile: number): Code;
  /** A field of the current unit; the fields are listed in `unit` of memory-map.ts. */
  field(name: keyof typeof unit): Code;
  waitIf(flag: 'waitsForward' | 'waitsBackward'): Code;
  /** Runs the body on the first thread only. */
  first(body: Code): Code;
  /** Copies the entry of a step from the step table to the header. All threads write the same values. */
  enterStep(step: Code): Code;
  /** If any sequence is long enough to include the current unit's step, enters that step and runs the body. */
  whenInUse(body: Code): Code;
  /** Transposes the thread's share of `inputs` or `targets` from one row per sample to one row per node. */
  loadRows(source: 'inputs' | 'targets', stride: keyof typeof header, count: Code, rowsAt: Code): Code;
  /**
   * Fills the panel of a dense unit if `makesPanel` of the unit is set. The panel has one row per sample: it is the
   * transpose of the rows of the unit's predecessors. The first sample is written to row `firstRow`.
   */
  makePanel(firstRow: Code): Code;
  /** Sets the thread's share of a table to 0. */
  clear(address: Code, bytes: Code): Code;
}

export function passOf(kernels: KernelSet, thread: Local, local: Pass['local']): Pass {
  const { shared, rows } = kernels;
  const [u, firstUnit, endUnit, from, to, record, entry] = Array.from({ length: 7 }, () => local(i32));
  const wait: Code = shared ? kernels.barrier(thread.get) : [];
  const share: Pass['share'] = (count, tile) => kernels.share(thread, { from, to }, count, tile);
  const field: Pass['field'] = (name) => load(u.get, unit[name]);
  const shareSize = sub(to.get, from.get);

  const enterStep: Pass['enterStep'] = (step) => [
    entry.set(add(word('stepTable'), shl(step, number(4)))),
    int.store(number(0), load(entry.get), header.columns),
    int.store(number(0), load(entry.get, 4), header.samples),
    int.store(number(0), load(entry.get, 8), header.seriesAt),
    int.store(number(0), load(entry.get, 12), header.seriesEnd),
  ];

  const loadRows: Pass['loadRows'] = (source, stride, count, rowsAt) => [
    share(roundedUp(count), 4),
    rows.fromSamples(
      add(word(source), shl(from.get, number(2))),
      word(stride),
      roundedUp(word('samples')),
      shareSize,
      add(rowsAt, mul(from.get, word('rowBytes'))),
      word('rowBytes'),
    ),
  ];

  const makePanel: Pass['makePanel'] = (firstRow) =>
    control.when(field('makesPanel'), [
      share(roundedUp(field('predecessors')), 4),
      rows.toSamples(
        add(field('predecessorX'), shl(from.get, number(2))),
        number(0),
        shareSize,
        roundedUp(word('samples')),
        add(add(field('panel'), mul(firstRow, field('panelStride'))), shl(from.get, number(2))),
        field('panelStride'),
      ),
    ]);

  return {
    kernels,
    thread,
    u,
    firstUnit,
    endUnit,
    from,
    to,
    record,
    wait,
    local,
    share,
    field,
    waitIf: (flag) => (shared ? control.when(field(flag), wait) : []),
    first: (body) => (shared ? control.when(int.eqz(thread.get), body) : body),
    enterStep,
    whenInUse: (body) => control.when(ltU(field('step'), word('steps')), [enterStep(field('step')), body]),
    loadRows,
    makePanel,
    clear: (address, bytes) => [share(bytes, 64), memory.fill(add(address, from.get), number(0), shareSize)],
  };
}

/** Rounds up to a multiple of 4. */
const roundedUp = (count: Code): Code => int.and(add(count, number(3)), number(-4));
