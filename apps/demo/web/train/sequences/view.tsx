/** Training on sequences: recurrent networks side by side, their states and gradients over time. */
import { Pause, Play, RotateCcw, StepForward } from 'lucide-react';
import { useState } from 'react';
import { useMessages } from '../../language.js';
import { BoundedField } from '../../shared/bounded-field.js';
import { maxSteps } from '../../state.js';
import { update, usePlayground } from '../../store.js';
import { builtinLosses } from '../../functions.js';
import {
  type Kind,
  layerKinds,
  lossOf,
  type SequenceDataName,
  type SequenceTable,
  type Settings,
  withSequences,
} from '../../shared/sequence-settings.js';
import { messages as trainMessages } from '../messages.js';
import { Functions } from '../options.js';
import { times } from '../../shared/format-number.js';
import { TableFile } from '../table-file.js';
import dataStyles from '../data-panel.module.css';
import { percent, short, integer } from '../numbers.js';
import { isReadable } from '../trained-network.js';
import { TrainedPanel } from '../trained-network-panel.js';
import { training } from './current-training.js';
import { LineChart } from './line-chart.js';
import { messages } from './messages.js';
import styles from './sequences.module.css';
import { Strips } from './strips.js';
import type { SequenceObservation } from './observe.js';
import type { Prepared, PreparationProblem } from './trainer.js';
import type { SequenceTraining, SequenceTrainingView } from './training.js';
import { trainedSequence } from './trained-sequence.js';
import { useSequenceTraining } from './use-training.js';

const dataNames: readonly SequenceDataName[] = ['recall', 'temporal-xor', 'sine', 'series'];

/** The table that the user opened, kept while other views are shown. */
let openTable: SequenceTable | undefined;

/**
 * Changes the settings and restarts the training run at step 0. If `part` sets `shown` (the kind of network whose states
 * are shown), the run is not restarted. To restart it anyway, also set `taken` (the step count) to 0.
 */
const change = (part: Partial<Settings>) =>
  update((state) => ({
    ...state,
    sequences: { ...state.sequences, ...(!('shown' in part) && { taken: 0 }), ...part },
  }));

export default function SequenceView() {
  const settings = usePlayground(({ sequences }) => sequences);
  const custom = usePlayground(({ custom }) => custom);
  const say = useMessages(messages);
  const sayTrain = useMessages(trainMessages);
  const [table, setTable] = useState(openTable);
  const view = useSequenceTraining(training, settings, custom, table);
  const { prepared, problem, observation, curve } = view;
  return (
    <div className={styles.view}>
      <div className={styles.head}>
        <Controls training={training} view={view} />
        {problem !== undefined && (
          <p
            role={problem.kind === 'no-table' ? undefined : 'alert'}
            className={problem.kind === 'no-table' ? 'quiet' : 'problem'}
          >
            {messageOf(problem, say.problems, sayTrain.problems)}
          </p>
        )}
        {observation?.diverged !== undefined && (
          <p role="alert" className="problem">
            {say.problems.diverged(say.kinds[observation.diverged], observation.steps)}
          </p>
        )}
        {prepared === undefined && problem === undefined && <p role="status">{say.preparing}</p>}
      </div>
      <div className={styles.column}>
        <Data
          settings={settings}
          training={training}
          table={table}
          choose={(chosen) => {
            openTable = chosen;
            setTable(chosen);
            change({ taken: 0 });
          }}
        />
        <Network settings={settings} />
      </div>
      {prepared !== undefined && observation !== undefined && (
        <>
          <div className={styles.column}>
            <Results observation={observation} />
            <States settings={settings} prepared={prepared} observation={observation} />
          </div>
          <div className={styles.column}>
            <Gradients observation={observation} />
            <section className="panel" aria-label={say.lossCurves}>
              <h2>{say.lossCurves}</h2>
              <LineChart
                label={say.lossCurves}
                xName={say.trainingStepAxis}
                yName={say.lossAxis}
                yIncludes={[0, 0]}
                lines={settings.kinds.map((kind) => ({
                  name: say.kinds[kind],
                  variant: kind,
                  points: curve.steps.map((step, k) => [step, curve.losses[kind]?.[k] ?? NaN]),
                }))}
              />
              {prepared.standardized && <p className="quiet">{sayTrain.standardizedLoss}</p>}
            </section>
          </div>
          <TrainedNetwork settings={settings} prepared={prepared} observation={observation} />
        </>
      )}
    </div>
  );
}

interface ControlsProps {
  readonly training: SequenceTraining;
  readonly view: SequenceTrainingView;
}

function Controls({ training, view: { prepared, playing, observation } }: ControlsProps) {
  const say = useMessages(messages);
  const isEnabled = prepared !== undefined && observation !== undefined && observation.diverged === undefined;
  return (
    <section className={`panel ${styles.controls}`} aria-label={say.controls}>
      <button
        type="button"
        className="primary"
        disabled={!isEnabled}
        onClick={playing ? training.pause : training.play}
      >
        {playing ? <Pause size={18} aria-hidden /> : <Play size={18} aria-hidden />}
        {playing ? say.pause : say.play}
      </button>
      <button type="button" disabled={!isEnabled || playing} onClick={training.step}>
        <StepForward size={16} aria-hidden /> {say.step}
      </button>
      <button type="button" disabled={prepared === undefined} onClick={training.reset}>
        <RotateCcw size={16} aria-hidden /> {say.reset}
      </button>
      <span>
        {say.taken} <b data-sequence-steps>{integer(observation?.steps ?? 0)}</b>
      </span>
      {prepared !== undefined && (
        <span className="quiet">{say.counts(prepared.trainingCount, prepared.validationCount)}</span>
      )}
    </section>
  );
}

interface DataProps {
  readonly settings: Settings;
  readonly training: SequenceTraining;
  readonly table: SequenceTable | undefined;
  readonly choose: (table: SequenceTable) => void;
}

function Data({ settings, training, table, choose }: DataProps) {
  const say = useMessages(messages);
  const read = async (bytes: Uint8Array) => {
    const result = await training.readTable(bytes);
    if ('kind' in result) return say.problems.table[result.reason];
    choose({ ...result, target: result.names.length - 1 });
    return undefined;
  };
  return (
    <section className={`panel ${dataStyles.panel}`} aria-label={say.data}>
      <h2>{say.data}</h2>
      <fieldset>
        <legend className="visually-hidden">{say.chooseData}</legend>
        {dataNames.map((name) => (
          <label key={name} className={dataStyles.set}>
            <input
              type="radio"
              name="sequences"
              value={name}
              checked={name === settings.data}
              onChange={() => change(withSequences(settings, name))}
            />
            <span>{say.sets[name]}</span>
          </label>
        ))}
      </fieldset>
      <p className="quiet">{say.about[settings.data]}</p>
      {settings.data === 'series' && (
        <>
          <TableFile label={say.file} read={read} />
          {table !== undefined && (
            <label>
              {say.column}{' '}
              <select
                value={table.target}
                onChange={(event) => choose({ ...table, target: Number(event.target.value) })}
              >
                {table.names.map((name, k) => (
                  <option key={k} value={k}>
                    {name}
                  </option>
                ))}
              </select>{' '}
              <span className="quiet">{say.rowsRead(table.rows.length)}</span>
            </label>
          )}
        </>
      )}
    </section>
  );
}

function Network({ settings }: { readonly settings: Settings }) {
  const say = useMessages(messages);
  const losses = usePlayground(({ custom }) => custom.losses);
  const { graph } = settings;
  const offered: readonly Kind[] = graph === null ? layerKinds : ['graph', ...layerKinds];
  const toggle = (kind: Kind, isChosen: boolean) => {
    const chosen = offered.filter((other) => (other === kind ? isChosen : settings.kinds.includes(other)));
    if (chosen.length === 0) return;
    change({ kinds: chosen, ...(!chosen.includes(settings.shown) && { shown: chosen[0] }), taken: 0 });
  };
  return (
    <section className="panel" aria-label={say.network}>
      <h2>{say.network}</h2>
      <fieldset className={styles.kinds}>
        <legend>{say.chooseKinds}</legend>
        {offered.map((kind) => (
          <label key={kind}>
            <input
              type="checkbox"
              checked={settings.kinds.includes(kind)}
              onChange={(event) => toggle(kind, event.target.checked)}
            />{' '}
            {say.kinds[kind]}
            {kind === 'graph' && ` (${say.graphSize(graph!.nodes.length)})`}
          </label>
        ))}
      </fieldset>
      <div className={styles.fields}>
        <BoundedField
          label={say.units}
          value={settings.units}
          min={1}
          max={32}
          step={1}
          choose={(units) => change({ units })}
        />
        <BoundedField
          label={say.steps}
          value={settings.steps}
          min={3}
          max={maxSteps}
          step={1}
          choose={(steps) => change({ steps })}
        />
        <BoundedField
          label={say.learningRate}
          value={settings.learningRate}
          min={1e-6}
          max={1}
          step="any"
          choose={(learningRate) => change({ learningRate })}
        />
        <BoundedField
          label={say.batchSize}
          value={settings.batchSize}
          min={1}
          max={256}
          step={1}
          choose={(batchSize) => change({ batchSize })}
        />
        <BoundedField
          label={say.seed}
          value={settings.seed}
          min={0}
          max={2 ** 31}
          step={1}
          choose={(seed) => change({ seed })}
        />
      </div>
      <div className={styles.loss}>
        <Functions
          label={say.loss}
          value={lossOf(settings)}
          builtin={Object.keys(builtinLosses)}
          custom={losses.map(({ name }) => name)}
          choose={(loss) => change({ loss })}
        />
      </div>
      <p className="quiet">{say.startsAgain}</p>
    </section>
  );
}

function Results({ observation: { results } }: { readonly observation: SequenceObservation }) {
  const say = useMessages(messages);
  const hasAccuracy = results.some(({ accuracy }) => accuracy !== undefined);
  return (
    <section className={`panel ${styles.results}`} aria-label={say.results} tabIndex={0}>
      <h2 className="visually-hidden">{say.results}</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">{say.kind}</th>
            <th scope="col">{say.parameters}</th>
            <th scope="col">{say.trainingLoss}</th>
            <th scope="col">{say.validationLoss}</th>
            {hasAccuracy && <th scope="col">{say.accuracy}</th>}
          </tr>
        </thead>
        <tbody>
          {results.map(({ kind, parameterCount, training, validation, accuracy }) => (
            <tr key={kind} data-kind={kind}>
              <th scope="row">{say.kinds[kind]}</th>
              <td>{integer(parameterCount)}</td>
              <td>{short(training)}</td>
              <td data-stat="validation">{short(validation)}</td>
              {hasAccuracy && <td data-stat="accuracy">{percent(accuracy)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface ResultProps {
  readonly settings: Settings;
  readonly prepared: Prepared;
  readonly observation: SequenceObservation;
}

function States({ settings, prepared: { data, standardized }, observation: { strips, lines } }: ResultProps) {
  const say = useMessages(messages);
  return (
    <>
      {lines.length > 0 && (
        <section className="panel" aria-label={say.forecast}>
          <h2>{say.forecast}</h2>
          <LineChart
            label={say.forecast}
            xName={say.stepAxis}
            yName={data.outputNames[0]}
            {...(!standardized && { yIncludes: [-1, 1] as const })}
            lines={lines.map(({ name, values }) => ({
              name: say.lines[name],
              variant: name,
              points: values.map((value, t) => [t, value]),
            }))}
          />
          {lines.some(({ name }) => name === 'forecast') && <p className="quiet">{say.forecastNote}</p>}
        </section>
      )}
      <section className="panel" aria-label={say.strip}>
        <h2>{say.strip}</h2>
        <label>
          {say.stripOf}{' '}
          <select value={settings.shown} onChange={(event) => change({ shown: event.target.value as Kind })}>
            {settings.kinds.map((kind) => (
              <option key={kind} value={kind}>
                {say.kinds[kind]}
              </option>
            ))}
          </select>
        </label>
        <Strips strips={strips} />
        <p className="quiet">{say.stripNote}</p>
      </section>
    </>
  );
}

function TrainedNetwork({ settings, prepared: { data }, observation: { results } }: ResultProps) {
  const say = useMessages(messages);
  const { shown } = settings;
  const { kind, parameterCount } = results.find(({ kind }) => kind === shown) ?? results[0];
  return (
    <TrainedPanel
      trained={async () => {
        const result = await training.result(shown);
        return result && trainedSequence(settings, data, result);
      }}
      canOpen={isReadable({ parameterCount, inputCount: data.inputNames.length })}
      openInDeriveLabel={say.deriveSequence}
      openInDeriveTitle={say.deriveTitle}
      area={styles.trained}
    >
      <b>{say.kinds[kind]}</b>
    </TrainedPanel>
  );
}

/** Lower end of the logarithmic gradient axis. Gradients below it, including 0, are drawn at this value. */
const minGradient = 1e-16;

function Gradients({ observation: { results } }: { readonly observation: SequenceObservation }) {
  const say = useMessages(messages);
  return (
    <section className="panel" aria-label={say.gradients}>
      <h2>{say.gradients}</h2>
      <LineChart
        label={say.gradients}
        xName={say.stepAxis}
        yName={say.gradientAxis}
        lines={results.map(({ kind, gradients }) => ({
          name: say.kinds[kind],
          variant: kind,
          points: gradients.map((value, t) => [t, Math.log10(Math.max(minGradient, value))]),
        }))}
      />
      <ul className={styles.summaries}>
        {results.map(({ kind, gradients }) => (
          <li key={kind} data-summary={kind}>
            {summaryOf(say, say.kinds[kind], gradients)}
          </li>
        ))}
      </ul>
      <p className="quiet">{say.gradientsNote}</p>
    </section>
  );
}

function summaryOf(say: (typeof messages)['en'], kind: string, gradients: readonly number[]): string {
  const ratio = gradients[0] / gradients.at(-1)!;
  if (gradients[0] === 0) return say.ratioZero(kind);
  return ratio < 1 ? say.ratio(kind, times(1 / ratio)) : say.ratioGrows(kind, times(ratio));
}

function messageOf(
  problem: PreparationProblem,
  say: (typeof messages)['en']['problems'],
  sayTrain: (typeof trainMessages)['en']['problems'],
): string {
  switch (problem.kind) {
    case 'no-table':
      return say['no-table'];
    case 'few-rows':
      return say['few-rows'](problem.rows, problem.needed);
    case 'shape':
      return sayTrain.shape(problem.inputs, problem.outputs);
    case 'unsuitable-loss':
      return sayTrain.lossProblems[problem.reason](problem.loss);
    case 'stuck':
      return sayTrain.stuck;
    case 'not-loaded':
      return sayTrain.notLoaded;
    case 'other':
      return sayTrain.other(problem.text);
  }
}
