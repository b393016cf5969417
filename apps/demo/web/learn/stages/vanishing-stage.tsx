/**
 * Chapter 7's picture: mean |dloss/dx| of each hidden layer on a logarithmic scale, and controls to change the network.
 */
import { useMessages } from '../../language.js';
import { times, formatNumber } from '../../shared/format-number.js';
import {
  activations,
  initializers,
  parseSetting,
  type Setting,
  settingAnswer,
  shrinkage,
  type VanishingExercise,
} from '../chapters/vanishing.js';
import { messages } from '../messages.js';
import { RichText } from '../rich-text.js';
import type { StageProps } from '../stage.js';
import styles from './stage.module.css';

/** Range of the bars, as powers of ten: from 10⁻⁹ to 10². */
const [lowest, highest] = [-9, 2];

export function VanishingStage({ exercise, task, settled, draft, onDraft }: StageProps<VanishingExercise>) {
  const say = useMessages(messages);
  const setting = task === 0 ? exercise.start : parseSetting(draft);
  const layers = exercise.layersOf(setting);
  // Until the first task is settled, mean |dloss/dx| is shown only for the last hidden layer.
  const isKnown = settled > 0;
  const change = (part: Partial<Setting>) => onDraft?.(settingAnswer({ ...setting, ...part }));
  const factor = shrinkage(layers);
  return (
    <>
      {task > 0 && (
        <div className={styles.controls}>
          <label>
            {say.activation}
            <select
              disabled={onDraft === undefined}
              value={setting.activation}
              onChange={(event) => change({ activation: event.target.value as Setting['activation'] })}
            >
              {Object.keys(activations).map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
          <label>
            {say.initialWeights}
            <select
              disabled={onDraft === undefined}
              value={setting.initializer}
              onChange={(event) => change({ initializer: event.target.value as Setting['initializer'] })}
            >
              {Object.keys(initializers).map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
          <label>
            {say.hiddenLayers} <b>{setting.layers}</b>
            <input
              type="range"
              min={1}
              max={8}
              disabled={onDraft === undefined}
              value={setting.layers}
              onChange={(event) => change({ layers: Number(event.target.value) })}
            />
          </label>
        </div>
      )}
      <p className={styles.readout}>
        <RichText text={say.received} />
      </p>
      <div className={styles.bars}>
        {layers.map(({ received, slope }, k) => (
          <LayerBar
            key={k}
            label={say.layer(k + 1)}
            received={isKnown || k === layers.length - 1 ? received : undefined}
            slope={slope}
          />
        ))}
      </div>
      {isKnown && (
        <p className={styles.readout} aria-live="polite">
          {!Number.isFinite(factor)
            ? say.nothingArrives
            : factor >= 1
              ? say.timesLess(times(factor))
              : say.timesMore(times(1 / factor))}
        </p>
      )}
    </>
  );
}

interface LayerBarProps {
  readonly label: string;
  readonly received: number | undefined;
  readonly slope: number;
}

function LayerBar({ label, received, slope }: LayerBarProps) {
  const say = useMessages(messages);
  const share = received === undefined || received === 0 ? 0 : (Math.log10(received) - lowest) / (highest - lowest);
  return (
    <>
      <span>{label}</span>
      <span className={styles.track}>
        <span className={styles.bar} style={{ display: 'block', width: `${100 * Math.max(0, Math.min(1, share))}%` }} />
      </span>
      <span>
        {received === undefined ? '?' : formatNumber(received, 3)}{' '}
        <small className={styles.readout}>{say.slopeOf(formatNumber(slope, 2))}</small>
      </span>
    </>
  );
}
