/** Chapter 2's picture: the loss as a function of the output, with a tangent. */
import { useState } from 'react';
import { useMessages } from '../../language.js';
import { formatNumber } from '../../shared/format-number.js';
import { RoundedNumber } from '../../shared/rounded-number.js';
import { lossAt, type OutputExercise, dLossDxAt } from '../chapters/output.js';
import { GraphPicture } from '../graph-picture.js';
import { messages } from '../messages.js';
import { Plot, sampled } from '../plot.js';
import { Rows } from '../rows.js';
import type { StageProps } from '../stage.js';
import styles from './stage.module.css';

export function OutputStage({ exercise, task, settled, draft, onDraft }: StageProps<OutputExercise>) {
  const say = useMessages(messages);
  const { network, target, pass } = exercise;
  const inNetwork = task === 2;
  const t = inNetwork ? target : exercise.t;
  const start = inNetwork ? pass.cache.x('7') : exercise.x;
  const [moved, setMoved] = useState<number>();
  const isPointTask = task === 1;
  const x = isPointTask && draft !== '' ? Number(draft) : isPointTask || moved === undefined ? start : moved;
  const range = [Math.min(t - 6, Math.floor(start)), Math.max(t + 6, Math.ceil(start))] as const;
  const slope = dLossDxAt(x, t);
  // Tasks 0 and 2 ask for the slope, so the tangent is hidden until the task is settled.
  const isTangentShown = isPointTask || settled > task;
  const points = sampled((at) => lossAt(at, t), range);
  return (
    <div className={styles.above}>
      <GraphPicture
        label={say.graph}
        graph={network.graph}
        node={(id) => ({
          content: (
            <Rows
              id={id}
              rows={
                id === '7'
                  ? [
                      { name: 'x_7', value: start },
                      { name: 't_7', value: t },
                      {
                        name: 'dloss/dx_7',
                        value: settled > task && !isPointTask ? dLossDxAt(start, t) : undefined,
                        tone: 'case-1',
                      },
                    ]
                  : []
              }
            />
          ),
          tone: id === '7' ? 'focus' : 'dim',
        })}
        edge={() => ({ tone: 'dim' })}
      />
      <div className={styles.picture}>
        <Plot
          label="loss(x_7)"
          x={range}
          y={[-4, Math.max(lossAt(range[0], t), lossAt(range[1], t))]}
          axes={['x₇', 'loss']}
          curves={[
            { points },
            ...(isTangentShown
              ? [
                  {
                    points: range.map((at) => ({ x: at, y: lossAt(x, t) + slope * (at - x) })),
                    tone: 'second' as const,
                  },
                ]
              : []),
          ]}
          drag={{
            label: 'x_7',
            at: { x, y: lossAt(x, t) },
            step: 0.5,
            onChange: (at) => (isPointTask ? onDraft?.(String(at)) : settled > task && setMoved(at)),
            text: `x_7 = ${formatNumber(x, 4)}, loss = ${formatNumber(lossAt(x, t), 4)}`,
          }}
        >
          <span className={styles.readout}>
            <span className={styles.pair}>
              x₇ = <RoundedNumber value={x} digits={4} />
            </span>{' '}
            <span className={styles.pair}>
              loss = <RoundedNumber value={lossAt(x, t)} digits={4} />
            </span>{' '}
            {isTangentShown && (
              <span className={styles.pair}>
                ∂loss/∂x₇ = <RoundedNumber value={slope} digits={4} />
              </span>
            )}
          </span>
        </Plot>
      </div>
    </div>
  );
}
