/** The graph as JSON: edit, copy or download it, or open another graph from a file. */
import { Copy, Download, FolderOpen } from 'lucide-react';
import { useMemo, useRef, useState } from 'react';
import { useMessages } from '../language.js';
import { download } from '../shared/download.js';
import { usePlayground } from '../store.js';
import { type Editor, noticeOf } from './editor.js';
import { exported, type Opened, openFile, openText } from './files.js';
import { edit } from './history.js';
import fields from './fields.module.css';
import { messages } from './messages.js';
import styles from './view.module.css';

export function TextPanel({ editor }: { readonly editor: Editor }) {
  const network = usePlayground(({ network }) => network);
  const custom = usePlayground(({ custom }) => custom);
  const say = useMessages(messages);
  // The text as edited by the user. Undefined if there are no edits; the panel then shows the graph.
  const [draft, setDraft] = useState<string>();
  const chooser = useRef<HTMLInputElement>(null);
  const { text = '', problem } = useMemo(() => exportResult(() => exported(network)), [network]);
  const names = custom.activations.map(({ name }) => name);

  const apply = () => {
    if (editor.attempt(() => replaceGraph(editor, openText(draft ?? text, names)))) setDraft(undefined);
  };
  const choose = async (file: File | undefined) => {
    if (file === undefined) return;
    try {
      replaceGraph(editor, await openFile(file, names));
      setDraft(undefined);
    } catch (error) {
      editor.notify(noticeOf(error));
    }
  };
  const copy = () =>
    void navigator.clipboard.writeText(draft ?? text).then(
      () => editor.notify({ done: (say) => say.copied }),
      () => editor.notify({ done: (say) => say.notCopied }),
    );
  return (
    <section className={`panel ${styles.text}`} aria-label={say.text}>
      <h2>{say.text}</h2>
      <p className="quiet">{say.textHint}</p>
      {problem !== undefined && <p className="problem">{problem}</p>}
      <textarea
        aria-label={say.textLabel}
        spellCheck={false}
        wrap="off"
        rows={12}
        value={draft ?? text}
        onChange={(event) => setDraft(event.target.value)}
      />
      <div className={fields.buttons}>
        <button type="button" className="primary" disabled={draft === undefined} onClick={apply}>
          {say.use}
        </button>
        <button type="button" disabled={draft === undefined} onClick={() => setDraft(undefined)}>
          {say.discard}
        </button>
        <button type="button" onClick={copy}>
          <Copy size={16} aria-hidden /> {say.copy}
        </button>
        <button type="button" disabled={text === ''} onClick={() => download(text, 'network.json', 'application/json')}>
          <Download size={16} aria-hidden /> {say.download}
        </button>
        <button type="button" title={say.openTask} onClick={() => chooser.current!.click()}>
          <FolderOpen size={16} aria-hidden /> {say.openFile}
        </button>
        <input
          ref={chooser}
          type="file"
          hidden
          aria-label={say.openFile}
          accept=".json,.onnx,.safetensors"
          onChange={(event) => {
            const { files } = event.target;
            void choose(files?.[0]).then(() => {
              // Allows choosing the same file again, for example after the user has fixed it.
              event.target.value = '';
            });
          }}
        />
      </div>
    </section>
  );
}

/** Replaces the graph in the editor with a graph that the user opened as text or as a file. */
export function replaceGraph(editor: Editor, { network, parametersReplaced }: Opened): void {
  edit(() => network);
  editor.select(undefined);
  editor.notify({ done: (say) => (parametersReplaced ? say.parametersReplaced : say.made) });
}

function exportResult(write: () => string): { readonly text?: string; readonly problem?: string } {
  try {
    return { text: write() };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}
