/**
 * Functions for views that compute on the page. Built-ins are used directly; for user functions the pass is recorded in a
 * worker and replayed here.
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
import { ownFunctionsOf } from './own-functions.js';
import type { UserFunction, UserWorker } from './user-worker.js';

/** A pass of a network, or of a formula in its place, for a sample and a loss. */
interface Pass {
  readonly network: NetworkDescription;
  readonly formula: FormulaDescription | undefined;
  readonly loss: string;
  readonly time: PlaygroundState['derive']['time'] | undefined;
  readonly input: readonly number[];
  readonly target: readonly number[];
}

interface Recorded<Question extends Pass> {
  /** The last recorded pass, if it belongs to the same graph. */
  readonly question: Question | undefined;
  readonly functions: Functions;
  /** Why the newest pass could not be recorded. */
  readonly problem: string | undefined;
  /** Message while there is nothing to show. */
  readonly waiting: string | undefined;
}

/** Functions for this question. */
export function useRecorded<Question extends Pass>(question: Question): Recorded<Question> {
  const custom = usePlayground(({ custom }) => custom);
  const say = useMessages(messages);
  const own = ownFunctionsOf(
    question.network.nodes.map(({ activation }) => activation),
    question.loss,
    custom,
  );
  const pass = useStable({ own, question });
  const [last, setLast] = useState<{ readonly question: Question; readonly functions: Functions }>();
  const [failed, setFailed] = useState<{ readonly pass: typeof pass; readonly error: FunctionError }>();
  useEffect(() => {
    const { own, question } = pass;
    if (own.length === 0) return;
    let isOutdated = false;
    void answered(own, question).then(
      (functions) => {
        if (!isOutdated) setLast({ question, functions });
      },
      (error: unknown) => {
        if (!isOutdated) setFailed({ pass, error: error as FunctionError });
      },
    );
    return () => {
      isOutdated = true;
    };
  }, [pass]);
  if (own.length === 0) return { question, functions: builtinFunctions, problem: undefined, waiting: undefined };
  if (failed?.pass === pass) {
    return {
      question: undefined,
      functions: builtinFunctions,
      problem: sentence(failed.error, say),
      waiting: undefined,
    };
  }
  if (last === undefined || shapeOf(last.question) !== shapeOf(question)) {
    return { question: undefined, functions: builtinFunctions, problem: undefined, waiting: say.running };
  }
  return { ...last, problem: undefined, waiting: undefined };
}

function sentence({ reason, message }: FunctionError, say: (typeof messages)['en']): string {
  if (reason === 'time') return say.endless;
  if (reason === 'load') return say.notLoaded;
  return reason === 'types' ? `${say.types} ${message}` : message;
}

/** The graph without its numbers. */
const shapeOf = ({ network: { inputs, nodes, outputs }, formula }: Pass): string =>
  JSON.stringify([
    inputs,
    nodes.map(({ id, from, delays, aggregation }) => [id, from, delays, aggregation]),
    outputs,
    formula?.formula,
  ]);

/** The worker of the last pass, kept briefly for the next one: its code could keep running after its response. */
let cached: { readonly of: string; readonly worker: Promise<UserWorker> } | undefined;
let release: ReturnType<typeof setTimeout> | undefined;
/** Milliseconds. */
const keptFor = 3000;

async function answered(own: readonly UserFunction[], pass: Pass): Promise<Functions> {
  const { network, formula, loss, time, input, target } = pass;
  const of = JSON.stringify(own);
  clearTimeout(release);
  if (cached?.of !== of) {
    close(cached?.worker);
    cached = { of, worker: import('./user-worker.js').then(({ startUserWorker }) => startUserWorker(own)) };
  }
  const { worker } = cached;
  try {
    const of = (kind: UserFunction['kind']) => own.filter((entry) => entry.kind === kind).map(({ name }) => name);
    const custom = { activations: of('activation'), losses: of('loss') };
    const [{ ask }, { readRecording }] = await Promise.all([worker, import('./responses.js')]);
    const answer = await ask((runner) => runner.record({ network, formula, loss, time, input, target, custom }));
    return replayed(readRecording(answer, network.outputs.length), builtinFunctions);
  } catch (error) {
    // The worker may have been terminated: start a new one for the next pass.
    close(worker);
    throw error;
  } finally {
    clearTimeout(release);
    release = setTimeout(() => close(worker), keptFor);
  }
}

function close(worker: Promise<UserWorker> | undefined): void {
  if (cached?.worker === worker) cached = undefined;
  void worker?.then(({ close }) => close()).catch(() => undefined);
}
