/** Training options: activations, loss, optimizer, learning rate, batch size. */
import { memo } from 'react';
import { useMessages } from '../language.js';
import { usePlayground } from '../store.js';
import { builtinActivations, builtinLosses } from '../functions.js';
import type { Settings } from '../shared/training-settings.js';
import { messages } from './messages.js';
import { BoundedField } from '../shared/bounded-field.js';
import styles from './options.module.css';
import areas from './view.module.css';

interface Props {
  readonly settings: Settings;
  readonly change: (part: Partial<Settings>) => void;
}

const optimizers = ['sgd', 'momentum', 'rmsprop', 'adagrad', 'adam', 'nadam', 'lion', 'rprop'] as const;

export const Options = memo(function Options({ settings, change }: Props) {
  const say = useMessages(messages);
  const custom = usePlayground(({ custom }) => custom);
  const activations = custom.activations.map(({ name }) => name);
  return (
    <section className={`panel ${areas.options}`} aria-label={say.options}>
      <h2 className="visually-hidden">{say.options}</h2>
      <div className={styles.fields}>
        {settings.graph === null && (
          <>
            <Functions
              label={say.activation}
              value={settings.activation}
              builtin={Object.keys(builtinActivations)}
              custom={activations}
              choose={(activation) => change({ activation })}
            />
            <Functions
              label={say.outputActivation}
              value={settings.outputActivation}
              builtin={Object.keys(builtinActivations)}
              custom={activations}
              choose={(outputActivation) => change({ outputActivation })}
            />
          </>
        )}
        <Functions
          label={say.loss}
          value={settings.loss}
          builtin={Object.keys(builtinLosses)}
          custom={custom.losses.map(({ name }) => name)}
          choose={(loss) => change({ loss })}
          wide
        />
        <label>
          {say.optimizer}
          <select
            value={settings.optimizer}
            onChange={(event) => change({ optimizer: event.target.value as Settings['optimizer'] })}
          >
            {optimizers.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <BoundedField
          label={say.learningRate}
          value={settings.learningRate}
          min={1e-9}
          max={100}
          step="any"
          choose={(learningRate) => change({ learningRate })}
        />
        <BoundedField
          label={say.batchSize}
          value={settings.batchSize}
          min={1}
          max={4096}
          step={1}
          disabled={settings.optimizer === 'rprop'}
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
      <p className="quiet">
        {settings.optimizer === 'rprop' && `${say.fullBatch} `}
        {say.startsAgain}
      </p>
    </section>
  );
});

interface FunctionsProps {
  readonly label: string;
  readonly value: string;
  readonly builtin: readonly string[];
  readonly custom: readonly string[];
  readonly choose: (name: string) => void;
  /** Whether the field is wider, for long names. Default: false. */
  readonly wide?: boolean;
}

export function Functions({ label, value, builtin, custom, choose, wide = false }: FunctionsProps) {
  const say = useMessages(messages);
  const option = (name: string) => (
    <option key={name} value={name}>
      {name}
    </option>
  );
  const known = builtin.includes(value) || custom.includes(value);
  return (
    <label className={wide ? styles.wide : undefined}>
      {label}
      <select value={value} onChange={(event) => choose(event.target.value)}>
        {!known && option(value)}
        {builtin.map(option)}
        {custom.length > 0 && <optgroup label={say.custom}>{custom.map(option)}</optgroup>}
      </select>
    </label>
  );
}
