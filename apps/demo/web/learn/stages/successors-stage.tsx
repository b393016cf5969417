/** Chapter 3's picture: messages that go backward along the edges, and the activation of node 7 with a tangent. */
import { useState } from 'react';
import { useMessages } from '../../language.js';
import { RoundedNumber } from '../../shared/rounded-number.js';
import { formatNumber } from '../../shared/format-number.js';
import { dg, g, message } from '../article-exercise.js';
import type { SuccessorsExercise } from '../chapters/successors.js';
import { GraphPicture, type PictureEdge } from '../graph-picture.js';
import { messages } from '../messages.js';
import { Plot, sampled } from '../plot.js';
import { type Row, Rows } from '../rows.js';
import type { StageProps } from '../stage.js';
import { pick, picked } from '../task.js';
import { PickButtons } from './pick-buttons.js';
import styles from './stage.module.css';

const range = [-3, 3] as const;

export function SuccessorsStage({ exercise, task, settled, draft, onDraft }: StageProps<SuccessorsExercise>) {
  const say = useMessages(messages);
  const { network, pass } = exercise;
  const { c = 1, w } = network.getParameters('7');
  const [h, setH] = useState(0);
  const isPicking = task === 2 && onDraft !== undefined;
  const slopeIsKnown = settled > 0 || Math.abs(h - pass.cache.h('7')) < 0.02;
  const rowsOf = (id: string): Row[] => {
    const slope: Row = { name: `slope_${id}`, value: pass.cache.slope(id), tone: 'case-3' };
    const d: Row = { name: `dloss/dx_${id}`, value: pass.cache.dLossDx(id), tone: 'case-2' };
    if (id === '7')
      return [
        ...(task < 2
          ? [
              { name: 'w_4to7', value: w['4'] },
              { name: 'h_7', value: pass.cache.h('7') },
            ]
          : []),
        { ...slope, value: slopeIsKnown ? slope.value : undefined },
        { ...d, tone: 'case-1' },
      ];
    if (id === '4' && task < 2) return [{ ...d, value: settled > 1 ? d.value : undefined }];
    if (id === '2') return [{ ...d, value: settled > 3 ? d.value : undefined }];
    return [];
  };
  const edge = (from: string, to: string): PictureEdge => {
    if (task < 2) return { tone: from === '4' ? 'focus' : 'dim' };
    if (to === '2' || to === '3') return { tone: 'dim' };
    const name = `${to}to${from}`;
    const isPicked = picked(draft).includes(name);
    // Messages go backward: the message on an edge from node 2 goes to node 2.
    const toNode2 = from === '2';
    if (isPicking) {
      return {
        tone: isPicked ? 'focus' : 'plain',
        label: (
          <button
            type="button"
            className={styles.message}
            aria-pressed={isPicked}
            aria-label={`${to} → ${from}: ${formatNumber(message(exercise, to, from), 3)}`}
            onClick={() => onDraft(pick(draft, name, 3))}
          >
            ← <RoundedNumber value={message(exercise, to, from)} digits={3} />
          </button>
        ),
      };
    }
    return toNode2
      ? {
          tone: 'focus',
          label: (
            <>
              <span className={styles.arrow}>← </span>
              <RoundedNumber value={message(exercise, to, from)} digits={4} />
            </>
          ),
        }
      : { tone: 'dim' };
  };
  return (
    <div className={task < 2 ? styles.above : isPicking ? styles.collecting : styles.alone}>
      <GraphPicture
        label={say.graph}
        graph={network.graph}
        node={(id) => ({
          content: <Rows id={id} rows={rowsOf(id)} />,
          tone: id === (task < 2 ? '4' : '2') ? 'focus' : 'plain',
        })}
        edge={edge}
      />
      {isPicking && (
        <PickButtons
          names={['4', '5', '6'].flatMap((id) => [`7to${id}`, `${id}to2`, `${id}to3`])}
          count={3}
          draft={draft}
          onDraft={onDraft}
          contentOf={(name) => (
            <>
              {name.replace('to', ' → ')}: <RoundedNumber value={message(exercise, name[0], name[3])} digits={3} />
            </>
          )}
        />
      )}
      {task < 2 && (
        <div className={styles.picture}>
          <Plot
            label="x_7(h_7)"
            x={range}
            y={c > 0 ? [0, c] : [c, 0]}
            axes={['h₇', 'x₇']}
            curves={[
              { points: sampled((at) => c * g(at), range) },
              { points: range.map((at) => ({ x: at, y: c * g(h) + c * dg(h) * (at - h) })), tone: 'second' },
            ]}
            drag={{
              label: 'h_7',
              at: { x: h, y: c * g(h) },
              step: 0.01,
              onChange: setH,
              text: `h_7 = ${formatNumber(h, 4)}, slope = ${formatNumber(c * dg(h), 4)}`,
            }}
          >
            <span className={styles.readout}>
              <span className={styles.pair}>
                h₇ = <RoundedNumber value={h} digits={3} />
              </span>{' '}
              <span className={styles.pair}>
                slope = <RoundedNumber value={c * dg(h)} digits={4} />
              </span>
            </span>
          </Plot>
        </div>
      )}
    </div>
  );
}
