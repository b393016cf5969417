/** The Train view: data on the left, the network and the loss in the middle, the output on the right. */
import { lazy, Suspense, useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { useMessages } from '../language.js';
import { userFunctionsOf } from '../shared/user-code/used-functions.js';
import { currentState, update, usePlayground } from '../store.js';
import { useStable } from '../shared/use-stable.js';
import { type Settings, taskOf, withTask } from '../shared/training-settings.js';
import { training } from './current-training.js';
import { DataKind } from './data-kind.js';
import { DataPanel } from './data-panel.js';
import { Diagram } from './diagram.js';
import { lossProblemOf } from './loss-problem.js';
import { Gradients } from './gradients.js';
import { Losses } from './losses.js';
import { messages } from './messages.js';
import { short, integer } from './numbers.js';
import { Options } from './options.js';
import { Picture } from './picture.js';
import { PredictPanel } from './predict-panel.js';
import type { Problem } from './problem.js';
import { type TableChoice, taskOfTable } from './table-fields.js';
import { Toolbar } from './toolbar.js';
import type { Ready } from './trainer.js';
import { TrainedNetworkPanel } from './trained-network-panel.js';
import type { TrainingView } from './training.js';
import styles from './view.module.css';

/** The table that the user opened, kept while other views are shown. */
let openTable: TableChoice | undefined;

const SequenceView = lazy(() => import('./sequences/view.js'));

export default function View() {
  const showsSequences = usePlayground(({ sequences }) => sequences.open);
  return (
    <>
      <DataKind />
      {showsSequences ? (
        <Suspense fallback={null}>
          <SequenceView />
        </Suspense>
      ) : (
        <SampleView />
      )}
    </>
  );
}

function SampleView() {
  const say = useMessages(messages);
  const settings = usePlayground(({ train }) => train);
  const custom = usePlayground(({ custom }) => custom);
  const [table, setTable] = useState(openTable);
  const [inspected, inspect] = useState<number | null>(null);
  const [enteredRow, setRow] = useState<Float64Array>();
  const view = useSyncExternalStore(training.subscribe, () => training.view);
  const { ready, observation, curve } = view;
  const row = useMemo(() => ready && rowToPredict(ready, enteredRow), [ready, enteredRow]);

  const task = settings.data === 'csv' ? table && taskOfTable(table) : taskOf(settings.data);
  const lossProblem = task && lossProblemOf(task, settings);
  // Pause when the user opens another view.
  useEffect(() => () => void (training.view.playing && training.pause()), []);
  const functions = useStable(userFunctionsOf(activationsOf(settings), settings.loss, custom));
  // Everything that determines a training run. Other changes must not restart it.
  const start = useStable<Settings>({ ...settings, speed: 'steady', sample: null, steps: 0 });
  useEffect(() => {
    if (lossProblem !== undefined) training.block();
    else void training.openOnce(start, table, functions, currentState().train.steps);
  }, [start, table, functions, lossProblem]);
  useEffect(() => void training.observe({ sample: settings.sample }), [settings.sample]);
  useEffect(() => void training.observe({ row: row ?? null }), [row]);
  const reset = () => {
    change({ steps: 0 });
    void training.open(start, table, functions);
  };

  const chooseTable = useCallback((chosen: TableChoice) => {
    openTable = chosen;
    setTable(chosen);
    update((state) => ({ ...state, train: { ...withTask(state.train, taskOfTable(chosen)), steps: 0 } }));
  }, []);
  return (
    <div className={styles.view}>
      <div className={styles.head}>
        <Toolbar training={training} view={view} blocked={lossProblem !== undefined} reset={reset} />
        {lossProblem !== undefined && (
          <p role="alert" className="problem">
            {say.problems.lossProblems[lossProblem](settings.loss)}
          </p>
        )}
        {view.problem !== undefined && lossProblem === undefined && (
          <p
            role={view.problem.kind === 'no-table' ? undefined : 'alert'}
            className={view.problem.kind === 'no-table' ? 'quiet' : 'problem'}
          >
            {messageOf(view.problem, say.problems)}
          </p>
        )}
        <Status view={view} blocked={lossProblem !== undefined} />
      </div>
      <div className={styles.column}>
        <DataPanel
          settings={settings}
          change={change}
          ready={ready}
          table={table}
          chooseTable={chooseTable}
          describe={describe}
        />
        {ready !== undefined && observation !== undefined && (
          <PredictPanel ready={ready} prediction={observation.row} row={row} setRow={setRow} />
        )}
      </div>
      <div className={styles.column}>
        <Diagram
          settings={settings}
          change={change}
          ready={ready}
          observation={observation}
          inspect={inspect}
          choose={chooseSample}
        />
        {ready !== undefined && (
          <Losses curve={curve} validation={ready.validationCount > 0} standardized={ready.standardized} />
        )}
      </div>
      <div className={styles.column}>
        {ready !== undefined && observation !== undefined && (
          <>
            <Picture
              ready={ready}
              observation={observation}
              inspected={inspected}
              choose={chooseSample}
              setRow={setRow}
            />
            <Gradients ready={ready} observation={observation} />
          </>
        )}
      </div>
      {ready !== undefined && <TrainedNetworkPanel training={training} settings={settings} ready={ready} />}
      <Options settings={settings} change={change} />
    </div>
  );
}

/**
 * Returns the row that the user entered, or else the first training sample. Returns undefined if no row was entered and
 * the inputs are an image or too many to enter in fields.
 */
function rowToPredict({ side, fields, firstRow, inputCount }: Ready, entered: Float64Array | undefined) {
  if (entered?.length === inputCount) return entered;
  if (side !== undefined || fields.length === 0) return undefined;
  return firstRow.map((value) => Number(value.toPrecision(4)));
}

const activationsOf = ({ activation, outputActivation, graph }: Settings): string[] =>
  graph === null ? [activation, outputActivation] : graph.nodes.map(({ activation }) => activation);

/** Changes the settings. Unless only the selected sample changes, the training run restarts at step 0. */
const change = (part: Partial<Settings>) =>
  update((state) => ({ ...state, train: { ...state.train, ...(!('sample' in part) && { steps: 0 }), ...part } }));
const describe = (bytes: Uint8Array) => training.describeTable(bytes);
const chooseSample = (sample: number | null) => change({ sample });

/**
 * Shows that a training run is being prepared. When training is paused, screen readers announce the step and the loss.
 */
function Status({ view, blocked }: { readonly view: TrainingView; readonly blocked: boolean }) {
  const say = useMessages(messages);
  const { ready, progress, playing, problem, snapshot, observation } = view;
  if (ready === undefined && problem === undefined && !blocked) {
    return (
      <p role="status">
        {progress === undefined ? say.preparing : say.fetching(Math.round(100 * progress))}{' '}
        {progress !== undefined && <progress value={progress} aria-label={say.preparing} />}
      </p>
    );
  }
  const paused = !playing && snapshot !== undefined && snapshot.steps > 0;
  return (
    <p role="status" className="visually-hidden">
      {paused && say.pausedAt(integer(snapshot.steps), short(observation?.loss.training))}
    </p>
  );
}

function messageOf(problem: Problem, say: (typeof messages)['en']['problems']): string {
  switch (problem.kind) {
    case 'diverged':
      return say.diverged(problem.step);
    case 'no-table':
      return say.noTable;
    case 'shape':
      return say.shape(problem.inputs, problem.outputs);
    case 'delays':
      return say.delays;
    case 'few-points':
      return say.fewPoints;
    case 'stuck':
      return say.stuck;
    case 'not-loaded':
      return say.notLoaded;
    case 'table':
      return say.table[problem.reason];
    case 'other':
      return say.other(problem.text);
  }
}
