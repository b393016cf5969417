/** A form to connect two nodes without dragging. */
import { type SubmitEvent, useState } from 'react';
import { useMessages } from '../language.js';
import { BoundedField } from '../shared/bounded-field.js';
import { maxDelay } from '../state.js';
import { usePlayground } from '../store.js';
import type { Editor } from './editor.js';
import { connectNodes } from './commands.js';
import styles from './connect-form.module.css';
import { idsOf } from './edits.js';
import { messages } from './messages.js';

export function ConnectForm({ editor }: { readonly editor: Editor }) {
  const network = usePlayground(({ network }) => network);
  const say = useMessages(messages);
  const [chosen, choose] = useState<{ readonly from?: string; readonly to?: string }>({});
  const [delay, setDelay] = useState(0);
  const ids = idsOf(network);
  const destinationIds = network.nodes.map(({ id }) => id);
  // Default: an edge from the selected node (the first node if none is selected) to the last node.
  const selected = editor.selection !== undefined && 'node' in editor.selection ? editor.selection.node : undefined;
  const from = [chosen.from, selected, ids[0]].find((id) => id !== undefined && ids.includes(id))!;
  const to = [chosen.to, destinationIds.at(-1)].find((id) => id !== undefined && destinationIds.includes(id));
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (to !== undefined) connectNodes(editor, from, to, delay);
  };
  return (
    <form className={styles.form} onSubmit={submit} aria-label={say.connect}>
      <h3 className={styles.title}>{say.connect}</h3>
      <label>
        {say.from}{' '}
        <select
          aria-label={say.fromNode}
          value={from}
          onChange={(event) => choose({ ...chosen, from: event.target.value })}
        >
          {ids.map((id) => (
            <option key={id}>{id}</option>
          ))}
        </select>
      </label>
      <label>
        {say.to}{' '}
        <select aria-label={say.toNode} value={to} onChange={(event) => choose({ ...chosen, to: event.target.value })}>
          {destinationIds.map((id) => (
            <option key={id}>{id}</option>
          ))}
        </select>
      </label>
      <BoundedField label={say.delay} value={delay} min={0} max={maxDelay} step={1} choose={setDelay} />
      <button type="submit" disabled={to === undefined}>
        {say.connectButton}
      </button>
    </form>
  );
}
