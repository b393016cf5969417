/** The code editor: CodeMirror with TypeScript errors and completion. */
import { autocompletion } from '@codemirror/autocomplete';
import { javascript } from '@codemirror/lang-javascript';
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { Compartment } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import {
  tsAutocompleteWorker,
  tsFacetWorker,
  tsHoverWorker,
  tsLinterWorker,
  tsSyncWorker,
} from '@valtown/codemirror-ts';
import { basicSetup } from 'codemirror';
import { useEffect, useEffectEvent, useRef } from 'react';
import { compiler } from '../shared/user-code/compiler.js';
import { path } from '../shared/user-code/declarations.js';
import styles from './editor.module.css';

interface Props {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

export function Editor({ label, value, onChange }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const report = useEffectEvent(onChange);
  const latest = useEffectEvent(() => value);

  useEffect(() => {
    const typescriptSupport = new Compartment();
    const editor = new EditorView({
      parent: frame.current!,
      doc: latest(),
      extensions: [
        basicSetup,
        javascript({ typescript: true }),
        syntaxHighlighting(colours),
        theme,
        typescriptSupport.of([]),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': label }),
        EditorView.updateListener.of((change) => {
          if (change.docChanged) report(change.state.doc.toString());
        }),
      ],
    });
    view.current = editor;
    let isUnmounted = false;
    const addTypescript = (worker: Awaited<ReturnType<typeof compiler>>) => {
      if (isUnmounted) return;
      const extensions = [
        tsFacetWorker.of({ worker, path }),
        tsSyncWorker(),
        tsLinterWorker(),
        autocompletion({ override: [tsAutocompleteWorker()] }),
        tsHoverWorker(),
      ];
      editor.dispatch({ effects: typescriptSupport.reconfigure(extensions) });
    };
    // If TypeScript cannot be loaded, the check panel reports it, and the text can still be edited.
    compiler().then(addTypescript, () => undefined);
    return () => {
      isUnmounted = true;
      editor.destroy();
    };
  }, [label]);

  // When another function is selected, show its text.
  useEffect(() => {
    const { current } = view;
    const text = current?.state.doc.toString();
    if (current && text !== value) current.dispatch({ changes: { from: 0, to: text!.length, insert: value } });
  }, [value]);

  return <div ref={frame} className={styles.editor} />;
}

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: 'var(--case-2)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--case-1)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--case-3)' },
  { tag: tags.comment, color: 'var(--quiet)', fontStyle: 'italic' },
  { tag: tags.typeName, color: 'var(--case-3)' },
]);

const theme = EditorView.theme({
  '&': { backgroundColor: 'var(--panel)', color: 'var(--text)', fontSize: '14px' },
  '.cm-gutters': { backgroundColor: 'var(--page)', color: 'var(--quiet)', border: 'none' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'color-mix(in srgb, var(--accent) 8%, transparent)' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'color-mix(in srgb, var(--accent) 28%, transparent) !important',
  },
  '.cm-tooltip': { backgroundColor: 'var(--panel)', color: 'var(--text)', border: '1px solid var(--line)' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--accent)', color: 'var(--on-accent)' },
});
