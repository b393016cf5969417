/** Chapter 9's picture: the unrolled recurrence, and below it the parameters that all steps share. */
import { useMessages } from '../../language.js';
import { RoundedNumber } from '../../shared/rounded-number.js';
import type { TimeExercise } from '../chapters/time.js';
import { GraphPicture } from '../graph-picture.js';
import { messages } from '../messages.js';
import { RichText } from '../rich-text.js';
import { type Row, Rows } from '../rows.js';
import type { StageProps } from '../stage.js';
import styles from './stage.module.css';

export function TimeStage({ exercise, task, settled }: StageProps<TimeExercise>) {
  const say = useMessages(messages);
  const { network, pass, numbers, measured } = exercise;
  const { cache } = pass;
  const rowsOf = (id: string): Row[] => {
    const [node, step] = id.split('@');
    const time = Number(step) + 1;
    const x: Row = { name: `x_${node}`, value: cache.x(id) };
    if (node === '1' || time === 0) return [x];
    const isLast = time === 2;
    return [
      { ...x, value: isLast && settled === 0 ? undefined : x.value },
      ...(task > 0
        ? ([
            { name: 'slope_2', value: cache.slope(id), tone: 'case-3' },
            {
              name: 'dloss/dx_2',
              value: isLast || settled > 1 ? cache.dLossDx(id) : undefined,
              tone: isLast ? 'case-1' : 'case-2',
            },
          ] as const)
        : []),
    ];
  };
  const shared = { b_2: numbers.b, c_2: numbers.c, w_1to2: numbers.w[0], w_2to2: numbers.w[1] };
  return (
    <>
      <GraphPicture
        label={say.graph}
        graph={network.graph}
        node={(id) => {
          const [node, step] = id.split('@');
          return {
            content: <Rows id={say.atStep(node, Number(step) + 1)} rows={rowsOf(id)} />,
            tone: id === (task === 0 ? '2@1' : '2@0') && task < 2 ? 'focus' : 'plain',
          };
        }}
        edge={(from) => ({
          tone: from.startsWith('2@') === task < 2 ? 'focus' : 'plain',
          label: <RichText text={from.startsWith('2@') ? 'w_2to2' : 'w_1to2'} />,
        })}
      />
      <dl
        className={styles.shared}
        data-done={(task > 2 && settled < 4) || undefined}
        aria-label={say.sharedParameters}
      >
        {Object.entries(shared).map(([name, value]) => (
          <div key={name}>
            <dt>
              <RichText text={name} />
            </dt>
            <dd>
              <RoundedNumber value={value} />
            </dd>
          </div>
        ))}
        {settled > 2 && (
          <div>
            <dt>{say.nudged}</dt>
            <dd>
              <RoundedNumber value={measured} digits={4} />
            </dd>
          </div>
        )}
      </dl>
    </>
  );
}
