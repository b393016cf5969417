/** Toolbar of the Train view: statistics, and buttons for play, pause, step and reset. */
import { Pause, Play, RotateCcw, StepForward } from 'lucide-react';
import { useMessages } from '../language.js';
import { update, usePlayground } from '../store.js';
import type { Settings } from '../shared/training-settings.js';
import { messages } from './messages.js';
import { percent, short, integer } from './numbers.js';
import type { Training, TrainingView } from './training.js';
import styles from './toolbar.module.css';

interface Props {
  readonly training: Training;
  readonly view: TrainingView;
  /** Whether the settings are invalid. */
  readonly blocked: boolean;
  /** Called to restart at step 0. */
  readonly reset: () => void;
}

export function Toolbar({ training, view, blocked, reset }: Props) {
  const say = useMessages(messages);
  const speed = usePlayground(({ train }) => train.speed);
  const { playing, ready, problem, snapshot, observation } = view;
  const isEnabled = ready !== undefined && problem === undefined && !blocked && !view.opening;
  const choose = (next: Settings['speed']) => {
    update((state) => ({ ...state, train: { ...state.train, speed: next } }));
    if (playing) void training.play(next);
  };
  return (
    <section className={`panel ${styles.toolbar}`} aria-label={say.controls}>
      <div className={styles.buttons}>
        <button
          type="button"
          className={`primary ${styles.play}`}
          disabled={!isEnabled}
          onClick={() => void (playing ? training.pause() : training.play(speed))}
        >
          {playing ? <Pause size={18} aria-hidden /> : <Play size={18} aria-hidden />}
          {playing ? say.pause : say.play}
        </button>
        <button type="button" disabled={!isEnabled} onClick={() => void training.step()}>
          <StepForward size={16} aria-hidden /> {say.step}
        </button>
        <button type="button" disabled={blocked || (ready === undefined && problem === undefined)} onClick={reset}>
          <RotateCcw size={16} aria-hidden /> {say.reset}
        </button>
        <label>
          <span>{say.speed} </span>
          <select value={speed} onChange={(event) => choose(event.target.value as Settings['speed'])}>
            {(['slow', 'steady', 'full'] as const).map((name) => (
              <option key={name} value={name}>
                {say.speeds[name]}
              </option>
            ))}
          </select>
        </label>
      </div>
      <dl className={styles.stats}>
        <Stat name="steps" label={say.steps} value={integer(snapshot?.steps ?? 0)} />
        <Stat name="epoch" label={say.epoch} value={integer(snapshot?.epoch ?? 0)} isSecondary />
        <Stat name="rate" label={say.rate} value={integer(snapshot?.stepsPerSecond ?? 0)} isSecondary />
        <Stat name="training-loss" label={say.trainingLoss} value={short(observation?.loss.training)} />
        {observation?.loss.validation !== undefined && (
          <Stat name="validation-loss" label={say.validationLoss} value={short(observation.loss.validation)} />
        )}
        {observation?.accuracy !== undefined && (
          <>
            <Stat
              name="training-accuracy"
              label={say.trainingAccuracy}
              value={percent(observation.accuracy.training)}
            />
            {observation.accuracy.validation !== undefined && (
              <Stat
                name="validation-accuracy"
                label={say.validationAccuracy}
                value={percent(observation.accuracy.validation)}
              />
            )}
          </>
        )}
      </dl>
    </section>
  );
}

interface StatProps {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  /** Whether the statistic is hidden on phones. Default: false. */
  readonly isSecondary?: boolean;
}

function Stat({ name, label, value, isSecondary = false }: StatProps) {
  return (
    <div className={isSecondary ? styles.secondary : undefined}>
      <dt>{label}</dt>
      <dd data-stat={name}>{value}</dd>
    </div>
  );
}
