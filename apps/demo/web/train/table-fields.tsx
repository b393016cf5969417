/** Fields to choose the target column of the user's table. */
import { useMessages } from '../language.js';
import type { Task } from '../shared/training-settings.js';
import type { TableRequest } from './data/request.js';
import { messages } from './messages.js';
import type { TableDescription } from './trainer.js';

/** A table, its description, and the chosen target. */
export interface TableChoice extends TableRequest {
  readonly description: TableDescription;
}

/** Returns the task for the chosen target. */
export function taskOfTable({ description, target, as }: TableChoice): Task {
  if (as === 'number') return 'regression';
  return description.columns[target].distinct === 2 ? 'binary' : 'classes';
}

export function TableFields({ table, choose }: { table: TableChoice; choose: (table: TableChoice) => void }) {
  const say = useMessages(messages);
  const { description, target, as } = table;
  const { columns, rows, incomplete, hasMore } = description;
  return (
    <>
      <p className="quiet">
        {say.columns(rows, incomplete)} {hasMore && say.moreRows}
      </p>
      <label>
        {say.target}{' '}
        <select
          value={target}
          onChange={(event) => {
            const next = Number(event.target.value);
            choose({ ...table, target: next, as: columns[next].as });
          }}
        >
          {columns.map(({ name, kind }, k) => (
            <option key={k} value={k}>
              {`${name} (${say.kinds[kind]})`}
            </option>
          ))}
        </select>
      </label>
      <label>
        {say.as}{' '}
        <select value={as} onChange={(event) => choose({ ...table, as: event.target.value as TableChoice['as'] })}>
          {columns[target].kind === 'number' && <option value="number">{say.asKinds.number}</option>}
          <option value="category">{say.asKinds.category}</option>
        </select>
      </label>
    </>
  );
}
