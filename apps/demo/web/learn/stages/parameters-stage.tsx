/** Chapter 4's picture: the numbers to choose from, the product as tiles, and the derivative by finite differences. */
import { useMessages } from '../../language.js';
import { RoundedNumber } from '../../shared/rounded-number.js';
import type { ParametersExercise } from '../chapters/parameters.js';
import { GraphPicture } from '../graph-picture.js';
import { messages } from '../messages.js';
import { RichText } from '../rich-text.js';
import { type Row, Rows } from '../rows.js';
import type { StageProps } from '../stage.js';
import { pick, picked } from '../task.js';
import { PickButtons } from './pick-buttons.js';
import styles from './stage.module.css';

export function ParametersStage({ exercise, task, settled, draft, onDraft }: StageProps<ParametersExercise>) {
  const say = useMessages(messages);
  const { network, pass, measured } = exercise;
  const { cache, gradients } = pass;
  const isPicking = task === 0 && onDraft !== undefined;
  const values: Readonly<Record<string, number>> = {
    x_2: cache.x('2'),
    x_3: cache.x('3'),
    h_4: cache.h('4'),
    x_4: cache.x('4'),
    slope_4: cache.slope('4'),
    'dloss/dx_4': cache.dLossDx('4'),
    slope_7: cache.slope('7'),
    'dloss/dx_7': cache.dLossDx('7'),
  };
  const row = (name: string): Row => ({
    name,
    value: values[name],
    ...(name.startsWith('dloss') && { tone: name.endsWith('7') ? ('case-1' as const) : ('case-2' as const) }),
    ...(isPicking && { onPick: () => onDraft(pick(draft, name, 3)), picked: picked(draft).includes(name) }),
  });
  const rowsOf = (id: string): Row[] =>
    Object.keys(values)
      .filter((name) => name.endsWith(`_${id}`))
      .map(row);
  const tiles = settled > 0 ? ['dloss/dx_4', 'slope_4', 'x_2'] : picked(draft);
  return (
    <div className={isPicking ? styles.collecting : settled > 1 ? styles.compared : undefined}>
      <GraphPicture
        label={say.graph}
        graph={network.graph}
        node={(id) => ({
          content: <Rows id={id} rows={rowsOf(id)} />,
          tone: id === '4' ? 'focus' : rowsOf(id).length > 0 ? 'plain' : 'dim',
        })}
        edge={(from, to) => ({ tone: from === '2' && to === '4' ? 'focus' : 'dim' })}
      />
      {isPicking && (
        <PickButtons
          names={Object.keys(values)}
          count={3}
          draft={draft}
          onDraft={onDraft}
          contentOf={(name) => (
            <>
              <RichText text={name} /> <RoundedNumber value={values[name]} digits={4} />
            </>
          )}
        />
      )}
      <div className={styles.tiles}>
        <RichText text="dloss/dw_2to4" /> ={' '}
        {[0, 1, 2].map((k) => (
          <span key={k}>
            {k > 0 && ' · '}
            <span className={styles.tile}>
              {tiles[k] === undefined ? (
                '?'
              ) : (
                <>
                  <RichText text={tiles[k]} />
                  <RoundedNumber value={values[tiles[k]]} digits={4} />
                </>
              )}
            </span>
          </span>
        ))}
        {settled > 1 && (
          <>
            {' '}
            = <RoundedNumber value={gradients.of('4').w['2']} digits={5} />
          </>
        )}
      </div>
      {settled > 1 && (
        <p className={styles.readout}>
          {say.nudged} <RoundedNumber value={measured} digits={5} />
        </p>
      )}
    </div>
  );
}
