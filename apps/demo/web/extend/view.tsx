/** The Extend view: write a function, check its derivative, and save it for use in other views. */
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { builtinActivations, builtinLosses } from '../functions.js';
import { useMessages } from '../language.js';
import type { CustomFunction, PlaygroundState } from '../state.js';
import { TaskLine } from '../shared/task-line.js';
import { update, usePlayground } from '../store.js';
import { chooseFunction, discardDraft, editFunction, functionOf, savedFunctions, useEditing } from './editing.js';
import { Editor } from './editor.js';
import { examples, softsign } from './examples.js';
import { messages } from './messages.js';
import { CheckPanel } from './check-panel.js';
import { useCheck } from './use-check.js';
import styles from './view.module.css';
import type { Kind } from '../shared/user-code/user-functions.js';
import type { UserFunction } from '../shared/user-code/user-worker.js';

const listOf: Readonly<Record<Kind, keyof PlaygroundState['custom']>> = { activation: 'activations', loss: 'losses' };
const max = { length: 8000, functions: 20 };

export default function ExtendView() {
  const custom = usePlayground(({ custom }) => custom);
  const task = usePlayground(({ task }) => task);
  const say = useMessages(messages);
  const { edited, drafts } = useEditing();
  const [notice, report] = useState('');
  const check = useCheck(edited);
  const { status } = check;
  const problem = problemWith(edited, custom, say);
  const saved = savedFunctions(custom);
  const choose = (next: UserFunction) => {
    report('');
    chooseFunction(next);
  };
  const edit = (next: UserFunction) => {
    report('');
    editFunction(next);
  };
  const save = () => {
    change(edited.kind, (list) => [
      ...list.filter(({ name }) => name !== edited.name),
      { name: edited.name, source: edited.source },
    ]);
    report(say.saved(edited.name));
  };
  const remove = ({ kind, name }: UserFunction) => {
    change(kind, (list) => list.filter((entry) => entry.name !== name));
    report(say.removed(name));
  };
  return (
    <div className={styles.view}>
      {task === 'softsign' && (
        <TaskLine
          task={say.softsign}
          done={edited.name === softsign.name && status.state === 'checked' && status.verdict.ok}
        />
      )}
      <p className={styles.intro}>
        {say.intro} <span className="quiet">{say.safe}</span>
      </p>
      <section className={`panel ${styles.list}`} aria-label={say.functions}>
        <h2>{say.yours}</h2>
        {saved.length + drafts.length === 0 && <p className="quiet">{say.none}</p>}
        <ul>
          {saved.map((entry) => (
            <li key={`${entry.kind} ${entry.name}`}>
              <button
                type="button"
                className={styles.name}
                aria-pressed={entry.kind === edited.kind && entry.name === edited.name}
                onClick={() => choose(entry)}
              >
                {entry.name} <span className="quiet">{say.kinds[entry.kind]}</span>
              </button>
              <button type="button" aria-label={say.remove(entry.name)} onClick={() => remove(entry)}>
                <Trash2 size={14} aria-hidden />
              </button>
            </li>
          ))}
          {drafts.map((draft, k) => (
            <li key={k}>
              <button type="button" className={styles.name} onClick={() => choose(draft)}>
                {draft.name}{' '}
                <span className="quiet">
                  {say.kinds[draft.kind]}, {say.unsaved}
                </span>
              </button>
              <button type="button" aria-label={say.remove(draft.name)} onClick={() => discardDraft(draft)}>
                <Trash2 size={14} aria-hidden />
              </button>
            </li>
          ))}
        </ul>
        <h2>{say.examples}</h2>
        <ul>
          {examples.map((example) => (
            <li key={example.key}>
              <button type="button" className={styles.name} onClick={() => choose(functionOf(example))}>
                {say.exampleNames[example.key]}
              </button>
            </li>
          ))}
        </ul>
      </section>
      <section className="panel" aria-label={say.source}>
        <div className={styles.head}>
          <label>
            {say.kind}{' '}
            <select value={edited.kind} onChange={(event) => edit({ ...edited, kind: event.target.value as Kind })}>
              <option value="activation">{say.kinds.activation}</option>
              <option value="loss">{say.kinds.loss}</option>
            </select>
          </label>
          <label>
            {say.name}{' '}
            <input
              value={edited.name}
              spellCheck={false}
              aria-invalid={problem !== undefined}
              onChange={(event) => edit({ ...edited, name: event.target.value })}
            />
          </label>
          <button
            type="button"
            className="primary"
            disabled={problem !== undefined || status.state !== 'checked' || !status.verdict.ok}
            onClick={save}
          >
            {say.save}
          </button>
        </div>
        {problem !== undefined && <p className="problem">{problem}</p>}
        <p role="status" className={styles.notice}>
          {notice}
        </p>
        <Editor label={say.source} value={edited.source} onChange={(source) => edit({ ...edited, source })} />
        <p className={`quiet ${styles.help}`}>{say.editorHelp}</p>
      </section>
      <CheckPanel check={check} kind={edited.kind} />
    </div>
  );
}

function change(kind: Kind, edit: (list: readonly CustomFunction[]) => CustomFunction[]): void {
  update((state) => ({ ...state, custom: { ...state.custom, [listOf[kind]]: edit(state.custom[listOf[kind]]) } }));
}

function problemWith(
  { kind, name, source }: UserFunction,
  custom: PlaygroundState['custom'],
  say: (typeof messages)['en'],
): string | undefined {
  if (!/^\p{L}[\p{L}\p{N}_]{0,59}$/u.test(name)) return say.wrongName;
  const builtin = kind === 'activation' ? builtinActivations : builtinLosses;
  if (Object.hasOwn(builtin, name)) return say.takenName(name);
  if (source.length > max.length) return say.tooLong;
  const list = custom[listOf[kind]];
  const isNew = !list.some((entry) => entry.name === name);
  return isNew && list.length >= max.functions ? say.tooMany : undefined;
}
