/** The Build view: graph editor, inspector, and the graph as JSON. */
import { useEffect, useEffectEvent } from 'react';
import { useMessages } from '../language.js';
import { TaskLine } from '../shared/task-line.js';
import { usePlayground } from '../store.js';
import { BuildGraph } from './build-graph.js';
import { type Editor, useEditor } from './editor.js';
import { remove } from './commands.js';
import { edgeCountOf, edgeIndex, idsOf } from './edits.js';
import { openText } from './files.js';
import { redo, undo } from './history.js';
import { Inspector } from './inspector.js';
import { messages } from './messages.js';
import { NoticeLine } from './notice.js';
import { StartFrom } from './start-from.js';
import { replaceGraph, TextPanel } from './text-panel.js';
import { Toolbar } from './toolbar.js';
import styles from './view.module.css';

export default function View() {
  const network = usePlayground(({ network }) => network);
  const task = usePlayground(({ task }) => task);
  const { inputs, nodes } = network;
  const say = useMessages(messages);
  const editor = useExistingSelection(useEditor());
  useKeys(editor);
  const edges = edgeCountOf(network);
  const successorCount = nodes.filter(({ from }) => from.includes('2')).length;
  return (
    <div className={editor.selection === undefined ? `${styles.view} ${styles.idle}` : styles.view}>
      {task === 'four-successors' && <TaskLine task={say.fourSuccessors(successorCount)} done={successorCount >= 4} />}
      <Toolbar editor={editor} />
      <section className={`panel ${styles.board}`} aria-label={say.graph}>
        <NoticeLine editor={editor} counts={say.counts(inputs.length, nodes.length, edges, edges + 2 * nodes.length)} />
        <BuildGraph editor={editor} />
        <p className="quiet">
          <span className={styles.wide}>{say.hint}</span>
          <span className={styles.narrow}>{say.hintNarrow}</span>
        </p>
      </section>
      <Inspector editor={editor} />
      <StartFrom editor={editor} />
      <TextPanel editor={editor} />
    </div>
  );
}

/** The editor state, without a selection that no longer exists, for example after undo. */
function useExistingSelection(editor: Editor): Editor {
  const network = usePlayground(({ network }) => network);
  const { selection } = editor;
  if (selection === undefined) return editor;
  const exists =
    'node' in selection
      ? idsOf(network).includes(selection.node)
      : network.nodes.some((node) => node.id === selection.edge.to && edgeIndex(node, selection.edge) >= 0);
  return exists ? editor : { ...editor, selection: undefined };
}

/** Outside input fields, handles the keyboard shortcuts for undo, redo and delete, and opens a pasted graph. */
function useKeys(editor: Editor): void {
  const custom = usePlayground(({ custom }) => custom.activations);
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (isField(event.target)) return;
    const key = event.key.toLowerCase();
    if (event.ctrlKey || event.metaKey) {
      const isRedo = key === 'y' || (key === 'z' && event.shiftKey);
      if (isRedo) editor.attempt(redo, (say) => say.redone);
      else if (key === 'z') editor.attempt(undo, (say) => say.undone);
      else return;
    } else if ((key === 'delete' || key === 'backspace') && editor.selection !== undefined) {
      remove(editor, editor.selection);
    } else return;
    event.preventDefault();
  });
  const paste = useEffectEvent((event: ClipboardEvent) => {
    const text = event.clipboardData?.getData('text') ?? '';
    if (isField(event.target) || text === '') return;
    event.preventDefault();
    const names = custom.map(({ name }) => name);
    editor.attempt(() => replaceGraph(editor, openText(text, names)));
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => press(event);
    const onPaste = (event: ClipboardEvent) => paste(event);
    document.addEventListener('keydown', onKey);
    document.addEventListener('paste', onPaste);
    return () => {
      document.removeEventListener('keydown', onKey);
      document.removeEventListener('paste', onPaste);
    };
  }, []);
}

/** Whether an element handles key presses itself. */
const isField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches('textarea, select, input:not([type="checkbox"])');
