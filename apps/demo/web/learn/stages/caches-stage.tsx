/**
 * The picture of chapter 6. First two tasks: a table of how often dloss/dx and slope are computed if neither, one or
 * both of them are cached. Third task: bars for the number of paths and edges at each depth, on a logarithmic scale.
 */
import { useMessages } from '../../language.js';
import { grouped } from '../../shared/format-number.js';
import type { CachesExercise, Counts } from '../chapters/caches.js';
import { GraphPicture } from '../graph-picture.js';
import { messages } from '../messages.js';
import { RichText } from '../rich-text.js';
import { Rows } from '../rows.js';
import type { StageProps } from '../stage.js';
import styles from './stage.module.css';

export function CachesStage({ exercise, task, settled }: StageProps<CachesExercise>) {
  const say = useMessages(messages);
  const { network, none, slopeCached, dLossDxCached, both, byDepth, width } = exercise;
  if (task === 2) {
    const barWidth = (value: number) => `${(100 * Math.log10(value)) / 9}%`;
    // Depths that would give the answer away are shown only after the task is settled.
    const shown = settled > 2 ? byDepth : byDepth.slice(0, 2);
    return (
      <>
        <p className={styles.readout}>
          <span className={styles.key} /> {say.paths} / <span className={styles.key} data-tone="second" /> {say.edges}{' '}
          {say.byDepth(width)}
        </p>
        <div className={styles.bars}>
          {shown.map(({ paths, edges }, depth) => (
            <Depth key={depth} label={say.layers(depth + 1)} paths={paths} edges={edges} barWidth={barWidth} />
          ))}
        </div>
      </>
    );
  }
  const rows: [string, Counts][] = [
    [say.noCache, none],
    [say.slopeCached, slopeCached],
    [say.dLossDxCached, dLossDxCached],
    [say.bothCached, both],
  ];
  return (
    <div className={styles.above}>
      <GraphPicture
        label={say.graph}
        graph={network.graph}
        node={(id) => ({ content: <Rows id={id} rows={[]} /> })}
        edge={() => ({})}
      />
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{say.cacheColumn}</th>
            <th scope="col">
              <RichText text="dloss/dx_i" />
            </th>
            <th scope="col">
              <RichText text="slope_i" />
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([label, counts]) => (
            <tr key={label}>
              <th scope="row">
                <RichText text={label} />
              </th>
              <td>{settled > 0 ? `${counts.dLossDx} ×` : '?'}</td>
              <td>{settled > 1 ? `${counts.slope} ×` : '?'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface DepthProps {
  readonly label: string;
  readonly paths: number;
  readonly edges: number;
  readonly barWidth: (value: number) => string;
}

function Depth({ label, paths, edges, barWidth }: DepthProps) {
  return (
    <>
      <span>{label}</span>
      <span>
        <span className={styles.bar} style={{ display: 'block', width: barWidth(paths) }} />
        <span className={styles.bar} data-tone="second" style={{ display: 'block', width: barWidth(edges) }} />
      </span>
      <span>
        {grouped(paths)} / {grouped(edges)}
      </span>
    </>
  );
}
