/** Panels for the input of a fit: the pasted data, the model, and the initial parameters. */
import { useState } from 'react';
import { useMessages } from '../language.js';
import { useOffers } from '../offered-views.js';
import { NumberField } from '../shared/number-field.js';
import { maxFitData, maxFormula, type PlaygroundState } from '../state.js';
import { update, usePlayground } from '../store.js';
import { change, estimatesOf } from './change.js';
import styles from './fit.module.css';
import type { FitResult, Prepared } from './fit.js';
import { messages } from './messages.js';
import { type ExampleName, examples, modelOf, models } from './models.js';

export function DataPanel() {
  const data = usePlayground(({ fit }) => fit.data);
  const say = useMessages(messages);
  const [isTooLong, setTooLong] = useState(false);
  const names = Object.keys(examples) as ExampleName[];
  /** Uses `text` as the data, unless it is too long. It is never truncated, because that could cut a number in two. */
  const accept = (text: string, part: Partial<PlaygroundState['fit']> = {}) => {
    setTooLong(text.length > maxFitData);
    if (text.length <= maxFitData) change({ data: text, point: 0, ...part });
  };
  return (
    <section className="panel" aria-label={say.data}>
      <h2>{say.data}</h2>
      <label className={styles.field}>
        {say.examples}
        <select
          value={names.find((name) => examples[name].data === data) ?? ''}
          onChange={(event) => {
            const { data, formula } = examples[event.target.value as ExampleName];
            accept(data, { formula, model: 'formula', start: {} });
          }}
        >
          <option value="" disabled>
            {say.chooseExample}
          </option>
          {names.map((name) => (
            <option key={name} value={name}>
              {say.exampleNames[name]}
            </option>
          ))}
        </select>
      </label>
      <textarea
        aria-label={say.dataLabel}
        spellCheck={false}
        rows={10}
        value={data}
        onChange={(event) => accept(event.target.value)}
      />
      {isTooLong && (
        <p role="alert" className="problem">
          {say.tooLong(maxFitData)}
        </p>
      )}
      <p className="quiet">{say.dataHint}</p>
    </section>
  );
}

export interface ModelPanelProps {
  readonly prepared: Prepared | undefined;
  readonly fit: FitResult | undefined;
}

export function ModelPanel({ prepared, fit }: ModelPanelProps) {
  const { model, formula } = usePlayground(({ fit }) => fit);
  const offers = useOffers();
  const say = useMessages(messages);
  const chosen = model === 'network' ? 'network' : (modelOf(formula)?.name ?? 'own');
  const choose = (name: string) => {
    if (name === 'network') change({ model: 'network' });
    else {
      const preset = models.find((other) => other.name === name);
      change({ model: 'formula', start: {}, ...(preset && { formula: preset.formula }) });
    }
  };
  return (
    <section className="panel" aria-label={say.model}>
      <h2>{say.model}</h2>
      <label className={styles.field}>
        {say.chooseModel}
        <select value={chosen} onChange={(event) => choose(event.target.value)}>
          {models.map(({ name }) => (
            <option key={name} value={name}>
              {say.models[name]}
            </option>
          ))}
          <option value="own" disabled={modelOf(formula) !== undefined}>
            {say.own}
          </option>
          <option value="network">{say.drawn}</option>
        </select>
      </label>
      {model === 'network' ? (
        <>
          <p className="quiet">{say.drawnHint}</p>
          {offers('build') && (
            <button type="button" onClick={() => update((state) => ({ ...state, view: 'build' }))}>
              {say.openBuild}
            </button>
          )}
        </>
      ) : (
        <>
          <label className={styles.field}>
            {say.formula}
            <input
              type="text"
              className={styles.formula}
              spellCheck={false}
              autoComplete="off"
              autoCapitalize="off"
              maxLength={maxFormula}
              value={formula}
              onChange={(event) => change({ formula: event.target.value })}
            />
          </label>
          <p className="quiet">{say.formulaHint}</p>
          {prepared?.formula && <Start prepared={prepared} fit={fit} />}
        </>
      )}
    </section>
  );
}

function Start({ prepared: { formula, parameters }, fit }: { prepared: Prepared; fit: FitResult | undefined }) {
  const { start } = usePlayground(({ fit }) => fit);
  const say = useMessages(messages);
  const values = formula?.values ?? {};
  return (
    <>
      <h3>{say.start}</h3>
      <div className={styles.starts}>
        {parameters.map(({ label }) => (
          <label key={label}>
            <span className={styles.name}>{label}</span>
            <NumberField
              label={say.startOf(label)}
              value={Number((values[label] ?? 1).toPrecision(6))}
              onChange={(value) => change({ start: { ...start, [label]: value } })}
            />
          </label>
        ))}
      </div>
      <p className={styles.buttons}>
        <button type="button" disabled={fit === undefined} onClick={() => fit && change({ start: estimatesOf(fit) })}>
          {say.useEstimates}
        </button>
        <button type="button" disabled={Object.keys(start).length === 0} onClick={() => change({ start: {} })}>
          {say.resetStart}
        </button>
      </p>
    </>
  );
}
