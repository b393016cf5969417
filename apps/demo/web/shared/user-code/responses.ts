/** Validates responses from the worker that runs user code, since that code can manipulate the worker. */
import * as v from 'valibot';
import type { Verdict } from './check.js';
import type { Recording } from './recording.js';

/** Any number, including NaN and infinities. */
const number = v.custom<number>((value) => typeof value === 'number');
const shortString = v.pipe(v.string(), v.maxLength(2000));
const curve = v.pipe(v.array(number), v.maxLength(1000));

const verdict = v.object({
  ok: v.boolean(),
  checked: number,
  mismatches: v.pipe(
    v.array(v.object({ name: shortString, at: number, analytic: number, numeric: number })),
    v.maxLength(6),
  ),
  violations: v.pipe(v.array(shortString), v.maxLength(6)),
  skipped: number,
  hint: v.optional(shortString),
  curves: v.object({ h: curve, value: curve, analytic: curve, differences: curve }),
});

const recording = v.object({
  activations: v.map(v.string(), v.array(number)),
  loss: v.optional(v.object({ value: number, dLossDx: v.array(number) })),
});

/** @throws ValiError if the response is invalid */
export const readVerdict = (response: unknown): Verdict => ({ hint: undefined, ...v.parse(verdict, response) });

/**
 * @param outputs - Number of outputs of the network. `loss.dLossDx` must have one entry per output.
 * @throws ValiError if the response is invalid
 */
export function readRecording(response: unknown, outputs: number): Recording {
  const { activations, loss } = v.parse(recording, response);
  v.parse(v.optional(v.pipe(v.array(number), v.length(outputs))), loss?.dLossDx);
  return { activations, loss };
}
