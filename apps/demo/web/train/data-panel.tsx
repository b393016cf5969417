/** Panel to choose the data set. Some data sets have further controls: the noise, a drawing area or a file field. */
import { memo } from 'react';
import { useMessages } from '../language.js';
import { type DataName, type Settings, withData } from '../shared/training-settings.js';
import { Drawing } from './drawing.js';
import { messages } from './messages.js';
import { isProblem, type Problem } from './problem.js';
import { TableFile } from './table-file.js';
import { TableFields, type TableChoice } from './table-fields.js';
import type { ReadTable, Ready } from './trainer.js';
import styles from './data-panel.module.css';
import areas from './view.module.css';

interface Props {
  readonly settings: Settings;
  readonly change: (part: Partial<Settings>) => void;
  readonly ready: Ready | undefined;
  readonly table: TableChoice | undefined;
  readonly chooseTable: (table: TableChoice) => void;
  readonly describe: (bytes: Uint8Array) => Promise<ReadTable | Problem>;
}

const names: readonly DataName[] = [
  'circles',
  'xor',
  'moons',
  'spirals',
  'tripling',
  'five-points',
  'drawn',
  'iris',
  'digits',
  'csv',
];
const noisy: readonly DataName[] = ['xor', 'circles', 'moons', 'spirals'];

export const DataPanel = memo(function DataPanel({ settings, change, ready, table, chooseTable, describe }: Props) {
  const say = useMessages(messages);
  const { data } = settings;
  return (
    <section className={`panel ${styles.panel} ${areas.data}`} aria-label={say.data}>
      <h2>{say.data}</h2>
      <fieldset>
        <legend className="visually-hidden">{say.chooseData}</legend>
        {names.map((name) => (
          <label key={name} className={styles.set}>
            <input
              type="radio"
              name="data"
              value={name}
              checked={name === data}
              onChange={() => change(withData(settings, name))}
            />
            <span>{say.sets[name]}</span>
          </label>
        ))}
      </fieldset>
      <p className="quiet">{say.about[data]}</p>
      {noisy.includes(data) && (
        <label className={styles.noise}>
          {say.noise}{' '}
          <input
            type="range"
            min={0}
            max={1}
            step={0.05}
            value={settings.noise}
            onChange={(event) => change({ noise: Number(event.target.value) })}
          />
          <output>{settings.noise}</output>
        </label>
      )}
      {data === 'drawn' && <Drawing points={settings.drawn} choose={(drawn) => change({ drawn })} />}
      {data === 'csv' && <Csv table={table} chooseTable={chooseTable} describe={describe} />}
      {ready !== undefined && <p className="quiet">{say.counts(ready.trainingCount, ready.validationCount)}</p>}
    </section>
  );
});

function Csv({ table, chooseTable, describe }: Pick<Props, 'table' | 'chooseTable' | 'describe'>) {
  const say = useMessages(messages);
  const read = async (bytes: Uint8Array) => {
    const result = await describe(bytes);
    if (isProblem(result)) return result.kind === 'table' ? say.problems.table[result.reason] : say.fileUnreadable;
    const { text, description } = result;
    const { target, columns } = description;
    chooseTable({ text, description, target, as: columns[target].as });
    return undefined;
  };
  return (
    <>
      <TableFile label={say.file} read={read} />
      {table !== undefined && <TableFields table={table} choose={chooseTable} />}
    </>
  );
}
