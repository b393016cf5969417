/** Panel that compares the work with and without the cache: visiting each edge once, or multiplying out every path. */
import { type PathCount, paths, type QuantityName } from '@nnbp/explain';
import { sigmoid } from '@nnbp/activations';
import { mlp } from '@nnbp/core';
import { useMemo } from 'react';
import { useMessages } from '../language.js';
import { usePlayground } from '../store.js';
import { grouped } from '../shared/format-number.js';
import { change } from './change.js';
import type { Exercise } from './exercise.js';
import { messages } from './messages.js';
import styles from './savings.module.css';

export function Savings({ exercise, selected }: { readonly exercise: Exercise; readonly selected: QuantityName }) {
  const { layers, width } = usePlayground(({ derive }) => derive.imagined);
  const { savings: say } = useMessages(messages);
  const { count, output } = outputWithMaxPaths(exercise, selected.node);
  const larger = useMemo(() => {
    const dense = mlp([1, ...Array.from({ length: layers }, () => width), 1], { activation: sigmoid });
    return paths(dense, dense.ids[0], 'output.0');
  }, [layers, width]);
  return (
    <section className={`panel ${styles.savings}`} aria-label={say.title}>
      <h2>{say.title}</h2>
      <p className="quiet">{say.explained}</p>
      {output === selected.node ? (
        <p>{say.itself(output)}</p>
      ) : count.paths === 0n ? (
        <p>{say.none(selected.node, output)}</p>
      ) : (
        <dl className={styles.counts}>
          <Count value={count.paths} label={say.paths(selected.node, output, count.paths === 1n)} />
          <Count value={count.naiveMultiplications} label={say.naive} />
          <Count value={BigInt(count.edgesVisited)} label={say.edges} />
          <Count value={BigInt(count.cachedMultiplications)} label={say.cached} />
        </dl>
      )}
      <p className={styles.largerSize}>
        {say.larger}{' '}
        <label>
          {say.layers}{' '}
          <input
            type="range"
            min={1}
            max={12}
            value={layers}
            onChange={(event) => change({ imagined: { layers: Number(event.target.value), width } })}
          />{' '}
          <b>{layers}</b>
        </label>{' '}
        <label>
          {say.width}{' '}
          <input
            type="range"
            min={1}
            max={32}
            value={width}
            onChange={(event) => change({ imagined: { layers, width: Number(event.target.value) } })}
          />{' '}
          <b>{width}</b>
        </label>
      </p>
      <p className={styles.largerCounts} aria-live="polite" data-paths="">
        {say.sentence(grouped(larger.paths), grouped(BigInt(larger.edgesVisited)))}
      </p>
    </section>
  );
}

function Count({ value, label }: { readonly value: bigint; readonly label: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <data value={String(value)}>{grouped(value)}</data>
      </dd>
    </div>
  );
}

/** Returns the output with the most paths from `node`, and the counts of these paths. */
function outputWithMaxPaths({ network: { graph } }: Exercise, node: string): { count: PathCount; output: string } {
  const all = Array.from(graph.outputs, (i) => ({ output: graph.ids[i], count: paths(graph, node, graph.ids[i]) }));
  return all.reduce((most, other) => (other.count.paths > most.count.paths ? other : most));
}
