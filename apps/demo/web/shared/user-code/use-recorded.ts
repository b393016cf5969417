/**
 * Provides the activations and losses for views that compute a forward and a backward pass on the page. If the pass
 * uses user functions, a worker computes the pass and records what the user functions return; the page then reads these
 * results instead of calling the user functions.
 */
import { useEffect, useState } from 'react';
import { builtinFunctions, type Functions } from '../../functions.js';
import { useMessages } from '../../language.js';
import type { FormulaDescription, NetworkDescription, PlaygroundState } from '../../state.js';
import { usePlayground } from '../../store.js';
import { useStable } from '../use-stable.js';
import { messages } from './messages.js';
import { replayed } from './recording.js';
import type { FunctionError } from './function-error.js';
import { userFunctionsOf } from './used-functions.js';
import type { UserFunction, UserWorker } from './user-worker.js';

/**
 * A pass for one sample, which is a sequence if `time` is set. If `formula` is set, the formula replaces the network.
 */
interface Pass {
  readonly network: NetworkDescription;
  readonly formula: FormulaDescription | undefined;
  readonly loss: string;
  readonly time: PlaygroundState['derive']['time'] | undefined;
  readonly input: readonly number[];
  readonly target: readonly number[];
}

interface Recorded<Requested extends Pass> {
  /**
   * The pass that `functions` can compute: the requested pass if all its functions are built in, otherwise the last
   * recorded pass of the same graph. Undefined if no pass of the graph has been recorded yet, or if the requested pass
   * could not be recorded.
   */
  readonly pass: Requested | undefined;
  readonly functions: Functions;
  /** Message if the requested pass could not be recorded. */
  readonly problem: string | undefined;
  /** Message while the first pass of a graph is being recorded. */
  readonly waiting: string | undefined;
}

/** Returns a pass to show and functions that compute it. If there is no pass to show, returns a message instead. */
export function useRecorded<Requested extends Pass>(requested: Requested): Recorded<Requested> {
  const custom = usePlayground(({ custom }) => custom);
  const say = useMessages(messages);
  const used = userFunctionsOf(
    requested.network.nodes.map(({ activation }) => activation),
    requested.loss,
    custom,
  );
  const toRecord = useStable({ used, requested });
  const [last, setLast] = useState<{ readonly pass: Requested; readonly functions: Functions }>();
  const [failed, setFailed] = useState<{ readonly toRecord: typeof toRecord; readonly error: FunctionError }>();
  useEffect(() => {
    const { used, requested } = toRecord;
    if (used.length === 0) return;
    let isOutdated = false;
    void recordPass(used, requested).then(
      (functions) => {
        if (!isOutdated) setLast({ pass: requested, functions });
      },
      (error: unknown) => {
        if (!isOutdated) setFailed({ toRecord, error: error as FunctionError });
      },
    );
    return () => {
      isOutdated = true;
    };
  }, [toRecord]);
  if (used.length === 0)
    return { pass: requested, functions: builtinFunctions, problem: undefined, waiting: undefined };
  if (failed?.toRecord === toRecord) {
    return {
      pass: undefined,
      functions: builtinFunctions,
      problem: messageOf(failed.error, say),
      waiting: undefined,
    };
  }
  if (last === undefined || shapeOf(last.pass) !== shapeOf(requested)) {
    return { pass: undefined, functions: builtinFunctions, problem: undefined, waiting: say.running };
  }
  return { ...last, problem: undefined, waiting: undefined };
}

function messageOf({ reason, message }: FunctionError, say: (typeof messages)['en']): string {
  if (reason === 'time') return say.endless;
  if (reason === 'load') return say.notLoaded;
  return reason === 'types' ? `${say.types} ${message}` : message;
}

/** Returns the structure of the graph, without its numbers, as a key. */
const shapeOf = ({ network: { inputs, nodes, outputs }, formula }: Pass): string =>
  JSON.stringify([
    inputs,
    nodes.map(({ id, from, delays, aggregation }) => [id, from, delays, aggregation]),
    outputs,
    formula?.formula,
  ]);

/**
 * The worker of the last pass, kept briefly for the next pass. It is not kept longer, because user code could keep
 * running in it.
 */
let cached: { readonly key: string; readonly worker: Promise<UserWorker> } | undefined;
let releaseTimer: ReturnType<typeof setTimeout> | undefined;
/** Milliseconds for which the worker is kept after a pass. */
const keepTime = 3000;

async function recordPass(used: readonly UserFunction[], pass: Pass): Promise<Functions> {
  const { network, formula, loss, time, input, target } = pass;
  const key = JSON.stringify(used);
  clearTimeout(releaseTimer);
  if (cached?.key !== key) {
    close(cached?.worker);
    cached = { key, worker: import('./user-worker.js').then(({ startUserWorker }) => startUserWorker(used)) };
  }
  const { worker } = cached;
  try {
    const namesOf = (kind: UserFunction['kind']) => used.filter((entry) => entry.kind === kind).map(({ name }) => name);
    const custom = { activations: namesOf('activation'), losses: namesOf('loss') };
    const [{ ask }, { readRecording }] = await Promise.all([worker, import('./responses.js')]);
    const response = await ask((runner) => runner.record({ network, formula, loss, time, input, target, custom }));
    return replayed(readRecording(response, network.outputs.length), builtinFunctions);
  } catch (error) {
    // The worker may have been terminated, so the next pass must start a new worker.
    close(worker);
    throw error;
  } finally {
    clearTimeout(releaseTimer);
    releaseTimer = setTimeout(() => close(worker), keepTime);
  }
}

function close(worker: Promise<UserWorker> | undefined): void {
  if (cached?.worker === worker) cached = undefined;
  void worker?.then(({ close }) => close()).catch(() => undefined);
}
