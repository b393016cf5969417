/** The page's side of a training on sequences: it asks for steps, draws, and asks again. */
import { type Remote, wrap } from 'comlink';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Kind, SequenceTable, Settings } from './settings.js';
import type { Prepared, Refusal, SequenceObservation, SequenceTrainer } from './trainer.js';

/** The losses of each kind at some steps. */
export interface LossCurve {
  readonly steps: readonly number[];
  readonly losses: Readonly<Partial<Record<Kind, readonly (number | undefined)[]>>>;
}

export interface SequenceTraining {
  readonly prepared: Prepared | undefined;
  readonly problem: Refusal | undefined;
  readonly observation: SequenceObservation | undefined;
  readonly curve: LossCurve;
  readonly playing: boolean;
  play(): void;
  pause(): void;
  step(): void;
  reset(): void;
  readonly trainer: () => Remote<SequenceTrainer>;
}

/** Milliseconds of training between two pictures. */
const work = 30;
/** Points of a curve; with more, every second is dropped. */
const longest = 400;
const noCurve: LossCurve = { steps: [], losses: {} };

let worker: Remote<SequenceTrainer> | undefined;
const trainer = (): Remote<SequenceTrainer> =>
  (worker ??= wrap<SequenceTrainer>(
    new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'sequences' }),
  ));

/** @param taken - Called with the number of steps when training pauses. */
export function useSequenceTraining(
  settings: Settings,
  table: SequenceTable | undefined,
  taken: (steps: number) => void,
): SequenceTraining {
  const [prepared, setPrepared] = useState<Prepared>();
  const [problem, setProblem] = useState<Refusal>();
  const [observation, setObservation] = useState<SequenceObservation>();
  const [curve, setCurve] = useState(noCurve);
  const [playing, setPlaying] = useState(false);
  const [round, setRound] = useState(0);
  /** Counts requests, so that outdated answers are ignored. */
  const turn = useRef(0);
  const shown = useRef(settings.shown);
  shown.current = settings.shown;
  /** Set by Pause: the current response is the last one. */
  const stopped = useRef(false);
  const note = useRef(taken);
  note.current = taken;

  const take = useCallback((found: SequenceObservation) => {
    setObservation(found);
    setCurve((curve) => withStandings(curve, found));
  }, []);

  /** Takes steps up to a total and shows them as they come; returns false if a newer request replaced it. */
  const advance = useCallback(
    async (number: number, total: number) => {
      for (;;) {
        const found = await trainer().advance(total, work, shown.current);
        if (number !== turn.current || found === undefined) return;
        take(found);
        if (found.steps >= total || found.diverged !== undefined || stopped.current) {
          setPlaying(false);
          note.current(found.steps);
          return;
        }
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
    },
    [take],
  );

  const { shown: _, taken: __, open: ___, ...begun } = settings;
  const key = JSON.stringify(begun);
  useEffect(() => {
    const number = ++turn.current;
    stopped.current = false;
    setPlaying(false);
    setProblem(undefined);
    setCurve(noCurve);
    const from = JSON.parse(key) as typeof begun;
    const repeated = round === 0 ? settings.taken : 0;
    void (async () => {
      const answer = await trainer().prepare({ ...from, shown: shown.current, taken: 0, open: true }, table);
      if (number !== turn.current) return;
      if ('kind' in answer) {
        setPrepared(undefined);
        setObservation(undefined);
        setProblem(answer);
        return;
      }
      setPrepared(answer);
      const start = await trainer().advance(0, 0, shown.current);
      if (number !== turn.current || start === undefined) return;
      take(start);
      if (repeated > 0) await advance(number, repeated);
    })();
    return () => {
      turn.current++;
    };
    // `taken` follows the training: it starts nothing.
  }, [key, table, round]);

  // Another kind is shown.
  useEffect(() => {
    if (playing) return;
    const number = turn.current;
    void trainer()
      .advance(0, 0, settings.shown)
      .then((found) => found !== undefined && number === turn.current && setObservation(found));
    // Only the choice matters.
  }, [settings.shown]);

  return {
    prepared,
    problem,
    observation,
    curve,
    playing,
    trainer,
    play() {
      setPlaying(true);
      stopped.current = false;
      void advance(++turn.current, Infinity);
    },
    pause() {
      stopped.current = true;
    },
    step() {
      void advance(++turn.current, (observation?.steps ?? 0) + 1);
    },
    reset() {
      note.current(0);
      setRound(round + 1);
    },
  };
}

function withStandings(curve: LossCurve, { steps, standings }: SequenceObservation): LossCurve {
  if (curve.steps.at(-1) === steps) return curve;
  const isFull = curve.steps.length >= longest;
  const kept = <Value>(values: readonly Value[]) => (isFull ? values.filter((_, k) => k % 2 === 0) : values);
  return {
    steps: [...kept(curve.steps), steps],
    losses: Object.fromEntries(
      standings.map(({ kind, validation }) => [kind, [...kept(curve.losses[kind] ?? []), validation]]),
    ),
  };
}
