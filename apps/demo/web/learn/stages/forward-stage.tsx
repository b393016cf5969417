/** Chapter 1's picture: node 4 with its predecessors, and the sigmoid with a point to drag. */
import { useState } from 'react';
import { useMessages } from '../../language.js';
import { RoundedNumber } from '../../shared/rounded-number.js';
import { formatNumber } from '../../shared/format-number.js';
import { g } from '../article-exercise.js';
import type { ForwardExercise } from '../chapters/forward.js';
import { GraphPicture } from '../graph-picture.js';
import { messages } from '../messages.js';
import { Plot, sampled } from '../plot.js';
import { RichText } from '../rich-text.js';
import { type Row, Rows } from '../rows.js';
import type { StageProps } from '../stage.js';
import styles from './stage.module.css';

const range = [-3, 3] as const;
const curve = sampled(g, range);

export function ForwardStage({ exercise, task, settled }: StageProps<ForwardExercise>) {
  const say = useMessages(messages);
  const { network, pass } = exercise;
  const [h, setH] = useState(0);
  const { b, c, w } = network.getParameters('4');
  const rowsOf = (id: string): Row[] => {
    if (id === '4') {
      return [
        // Only the first task needs b and w: it asks for h.
        ...(task === 0
          ? [
              { name: 'b_4', value: b },
              ...Object.entries(w).map(([from, weight]) => ({ name: `w_${from}to4`, value: weight })),
            ]
          : []),
        { name: 'c_4', value: c },
        { name: 'h_4', value: settled > 0 ? pass.cache.h('4') : undefined },
        { name: 'x_4', value: settled > 1 ? pass.cache.x('4') : undefined },
      ];
    }
    return ['5', '6', '7'].includes(id) ? [] : [{ name: `x_${id}`, value: pass.cache.x(id) }];
  };
  return (
    <div className={task === 0 ? styles.alone : styles.above}>
      <GraphPicture
        label={say.graph}
        graph={network.graph}
        node={(id) => ({
          content: <Rows id={id} rows={rowsOf(id)} />,
          tone: id === '4' ? 'focus' : ['2', '3'].includes(id) ? 'plain' : 'dim',
        })}
        edge={(_, to) => ({ tone: to === '4' ? 'focus' : 'dim' })}
      />
      <div className={styles.picture} data-close data-later={task === 0 || undefined}>
        <Plot
          label="g(h)"
          x={range}
          y={[0, 1]}
          axes={['h', 'g(h)']}
          curves={[{ points: curve }]}
          drag={{
            label: say.pointOn,
            at: { x: h, y: g(h) },
            step: 0.01,
            onChange: setH,
            text: `h = ${formatNumber(h, 4)}, g(h) = ${formatNumber(g(h), 4)}`,
          }}
        >
          <span className={styles.readout}>
            <span className={styles.pair}>
              h = <RoundedNumber value={h} digits={3} />
            </span>{' '}
            <span className={styles.pair}>
              <RichText text="g(h)" /> = <RoundedNumber value={g(h)} digits={4} />
            </span>
          </span>
        </Plot>
      </div>
    </div>
  );
}
