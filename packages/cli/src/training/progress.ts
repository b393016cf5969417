/** Shows a progress bar on stderr. Shows nothing if stderr is not a terminal. */
import { SingleBar } from 'cli-progress';
import type { Callback } from '@nnbp/train';
import { type Io, isTerminal } from '../io.js';

/** A progress bar, updated by callbacks of `fit`. */
export interface ProgressBar {
  readonly callbacks: readonly Callback[];
  /** Stops updating the bar and shows the cursor again. */
  stop(): void;
}

/** Creates a bar over all rows of all epochs. */
export function progressBar(io: Io, rows: number): ProgressBar {
  const stream = io.stderr;
  if (!isTerminal(stream)) return { callbacks: [], stop: () => undefined };
  const bar = new SingleBar({
    stream,
    format: '{bar} epoch {epoch} of {epochs}  loss {loss}{validation}  {time}',
    barsize: 24,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    fps: 10,
    gracefulExit: false,
    linewrap: false,
  });
  const startTime = performance.now();
  let rowsBefore = 0;
  let lastUpdate = 0;
  let loss = '…';
  let sum = 0;
  let validation = '';
  return {
    callbacks: [
      {
        onTrainBegin({ epoch, epochs }) {
          rowsBefore = epoch * rows;
          bar.start(epochs * rows, rowsBefore, { epoch: epoch + 1, epochs, loss, validation, time: '' });
        },
        onBatchEnd(progress) {
          if (progress.batch === 1) sum = 0;
          sum += progress.loss;
          const now = performance.now();
          if (now - lastUpdate < 100) return;
          lastUpdate = now;
          const done = (progress.epoch - 1) * rows + progress.samples;
          const secondsLeft = ((now - startTime) / 1000 / (done - rowsBefore)) * (progress.epochs * rows - done);
          loss = (sum / progress.batch).toPrecision(3);
          const time = now - startTime > 1000 ? `${duration(secondsLeft)} left` : '';
          bar.update(done, { epoch: progress.epoch, loss, validation, time });
        },
        onEpochEnd({ history }) {
          const last = history[history.length - 1];
          loss = last.loss.toPrecision(3);
          if (last.validationLoss !== undefined) validation = `, validation ${last.validationLoss.toPrecision(3)}`;
        },
        onTrainEnd({ epoch, epochs }) {
          bar.update(epoch * rows, {
            epoch,
            epochs,
            loss,
            validation,
            time: duration((performance.now() - startTime) / 1000),
          });
        },
      },
    ],
    stop() {
      bar.stop();
      stream.write('\n');
    },
  };
}

/** Formats a duration in seconds, such as `9.5 s`, `59 s`, `1 min 5 s` or `1 h 5 min`. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
