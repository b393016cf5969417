/**
 * Functions for a view that computes on the page. The built-in ones are there at once; where the user's own take part,
 * the pass is made in their worker and its answers are repeated here.
 */
import { useEffect, useState } from 'react';
import type { Functions } from '../functions.js';
import { useMessages } from '../language.js';
import type { NetworkDescription, PlaygroundState } from '../state.js';
import { usePlayground } from '../store.js';
import { builtinFunctions } from '../train/builtin-functions.js';
import { messages } from './messages.js';
import { replayed } from './recording.js';
import type { FunctionError, OwnFunction, UserWorker } from './user-worker.js';

/** What is asked of the functions: one pass of a network, for a sample and a loss. */
interface Pass {
  readonly network: NetworkDescription;
  readonly loss: string;
  readonly input: readonly number[];
  readonly target: readonly number[];
}

interface Recorded<Question extends Pass> {
  /** What the functions know the answers to: the last question that was answered, if it is about the same graph. */
  readonly question: Question | undefined;
  readonly functions: Functions;
  /** Why there is no answer to the newest question, in a sentence. */
  readonly problem: string | undefined;
  /** While there is nothing to be shown yet. */
  readonly waiting: string | undefined;
}

/** Functions for this question. */
export function useRecorded<Question extends Pass>(question: Question): Recorded<Question> {
  const { custom } = usePlayground();
  const say = useMessages(messages);
  const own = ownFunctionsOf(question, custom);
  const key = JSON.stringify([own, question]);
  const [last, setLast] = useState<{ readonly question: Question; readonly functions: Functions }>();
  const [failed, setFailed] = useState<{ readonly key: string; readonly error: FunctionError }>();
  useEffect(() => {
    const [own, question] = JSON.parse(key) as [OwnFunction[], Question];
    if (own.length === 0) return;
    let overtaken = false;
    void answered(own, question).then(
      (functions) => {
        if (!overtaken) setLast({ question, functions });
      },
      (error: unknown) => {
        if (!overtaken) setFailed({ key, error: error as FunctionError });
      },
    );
    return () => {
      overtaken = true;
    };
  }, [key]);
  if (own.length === 0) return { question, functions: builtinFunctions, problem: undefined, waiting: undefined };
  if (failed?.key === key) {
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
  return reason === 'types' ? `${say.types} ${message}` : message;
}

/** The graph without its numbers. */
const shapeOf = ({ network: { inputs, nodes, outputs } }: Pass): string =>
  JSON.stringify([inputs, nodes.map(({ id, from }) => [id, from]), outputs]);

/** The user's functions that are named. */
function ownFunctionsOf(
  { network, loss }: Pass,
  { activations, losses }: PlaygroundState['custom'],
): readonly OwnFunction[] {
  const named = new Set(network.nodes.map(({ activation }) => activation));
  return [
    ...activations.filter(({ name }) => named.has(name)).map((entry) => ({ kind: 'activation' as const, ...entry })),
    ...losses.filter(({ name }) => name === loss).map((entry) => ({ kind: 'loss' as const, ...entry })),
  ];
}

/** The worker of the last question, kept for the next one. Only for a moment: its code could go on after its answer. */
let kept: { readonly of: string; readonly worker: Promise<UserWorker> } | undefined;
let release: ReturnType<typeof setTimeout> | undefined;
/** Milliseconds. */
const keptFor = 3000;

async function answered(own: readonly OwnFunction[], { network, loss, input, target }: Pass): Promise<Functions> {
  const of = JSON.stringify(own);
  clearTimeout(release);
  if (kept?.of !== of) {
    close(kept?.worker);
    kept = { of, worker: import('./user-worker.js').then(({ startUserWorker }) => startUserWorker(own)) };
  }
  const { worker } = kept;
  try {
    const of = (kind: OwnFunction['kind']) => own.filter((entry) => entry.kind === kind).map(({ name }) => name);
    const custom = { activations: of('activation'), losses: of('loss') };
    const [{ ask }, { readRecording }] = await Promise.all([worker, import('./answers.js')]);
    const answer = await ask((runner) => runner.record({ network, loss, input, target, custom }));
    return replayed(readRecording(answer, target.length), builtinFunctions);
  } catch (error) {
    // It may have been ended: the next question gets a new one.
    close(worker);
    throw error;
  } finally {
    clearTimeout(release);
    release = setTimeout(() => close(worker), keptFor);
  }
}

function close(worker: Promise<UserWorker> | undefined): void {
  if (kept?.worker === worker) kept = undefined;
  void worker?.then(({ close }) => close()).catch(() => undefined);
}
