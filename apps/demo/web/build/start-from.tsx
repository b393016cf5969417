/** Buttons that replace the graph with a template, or with layers of custom sizes. */
import { type SubmitEvent, useState } from 'react';
import { articleDescription } from '../article.js';
import { builtinActivations } from '../functions.js';
import { useMessages } from '../language.js';
import { recurrence } from '../recurrence.js';
import type { NetworkDescription } from '../state.js';
import type { Editor } from './editor.js';
import { edit } from './history.js';
import fields from './fields.module.css';
import { messages } from './messages.js';
import styles from './view.module.css';
import { layeredNetwork, parseSizes } from './templates.js';

export function StartFrom({ editor }: { readonly editor: Editor }) {
  const say = useMessages(messages);
  const [sizes, setSizes] = useState('2, 3, 3, 1');
  const [activation, setActivation] = useState('tanh');
  const [skips, setSkips] = useState(false);
  const start = (make: () => NetworkDescription) => {
    const done = editor.attempt(
      () => edit(make),
      (say) => say.made,
    );
    if (done) editor.select(undefined);
  };
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    start(() => layeredNetwork({ sizes: parseSizes(sizes, skips), activation, skips }));
  };
  return (
    <section className={`panel ${styles.start}`} aria-label={say.start}>
      <h2>{say.start}</h2>
      <div className={fields.buttons}>
        <button type="button" onClick={() => start(() => articleDescription)}>
          {say.article}
        </button>
        <button type="button" onClick={() => start(() => recurrence)}>
          {say.recurrence}
        </button>
        <button
          type="button"
          onClick={() => start(() => layeredNetwork({ sizes: [2, 4, 2, 1], activation: 'tanh', skips: false }))}
        >
          {say.playground}
        </button>
      </div>
      <form onSubmit={submit} aria-label={say.layers}>
        <h3>{say.layers}</h3>
        <label className={fields.field}>
          {say.sizes}{' '}
          <input
            type="text"
            inputMode="text"
            autoComplete="off"
            value={sizes}
            onChange={(event) => setSizes(event.target.value)}
          />
        </label>
        <label className={fields.field}>
          {say.activation}{' '}
          <select value={activation} onChange={(event) => setActivation(event.target.value)}>
            {Object.keys(builtinActivations).map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <label className={fields.check}>
          <input type="checkbox" checked={skips} onChange={(event) => setSkips(event.target.checked)} /> {say.skips}
        </label>
        <button type="submit">{say.make}</button>
      </form>
    </section>
  );
}
