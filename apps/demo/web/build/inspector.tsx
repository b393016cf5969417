/** Panel with the editable properties of the selected node or edge, and a form that adds an edge. */
import { Trash2, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { builtinActivations, builtinAggregations } from '../functions.js';
import { useMessages } from '../language.js';
import { initialOf } from '../network.js';
import { BoundedField } from '../shared/bounded-field.js';
import { namesOf } from '../shared/function-names.js';
import { Letter } from '../shared/letter.js';
import { NumberField } from '../shared/number-field.js';
import { maxDelay, type NodeDescription } from '../state.js';
import { usePlayground } from '../store.js';
import { ConnectForm } from './connect-form.js';
import type { Editor } from './editor.js';
import { insertNode, remove } from './commands.js';
import { DelayMark } from './delay-mark.js';
import {
  changeNode,
  type EdgeName,
  edgeIndex,
  edgesInto,
  rename,
  setAggregation,
  setDelay,
  setInitial,
  setInput,
  setOutput,
} from './edits.js';
import fields from './fields.module.css';
import { edit } from './history.js';
import { messages } from './messages.js';
import styles from './view.module.css';

export function Inspector({ editor }: { readonly editor: Editor }) {
  const network = usePlayground(({ network }) => network);
  const say = useMessages(messages);
  const { selection } = editor;
  const title =
    selection === undefined
      ? say.nothing
      : 'node' in selection
        ? say.nodeTitle(selection.node)
        : say.edgeTitle(selection.edge.from, selection.edge.to, selection.edge.delay);
  const heading = useRef<HTMLHeadingElement>(null);
  const isSelected = selection !== undefined;
  useEffect(() => {
    const headingElement = heading.current;
    if (!isSelected) return;
    return () => {
      // If the focused element was removed with the selection, move the focus to the heading.
      if (document.activeElement === document.body) headingElement?.focus({ preventScroll: true });
    };
  }, [isSelected]);
  return (
    <section className={`panel ${styles.inspector}`} aria-label={say.selection}>
      <h2 ref={heading} tabIndex={-1}>
        {title}
      </h2>
      {selection === undefined ? (
        <p className="quiet">{say.nothingHint}</p>
      ) : 'node' in selection ? (
        <NodeFields
          key={selection.node}
          id={selection.node}
          node={network.nodes.find(({ id }) => id === selection.node)}
          editor={editor}
        />
      ) : (
        <EdgeFields key={JSON.stringify(selection.edge)} edge={selection.edge} editor={editor} />
      )}
      <ConnectForm editor={editor} />
    </section>
  );
}

interface NodeFieldsProps {
  readonly id: string;
  /** Undefined for an input. */
  readonly node: NodeDescription | undefined;
  readonly editor: Editor;
}

function NodeFields({ id, node, editor }: NodeFieldsProps) {
  const network = usePlayground(({ network }) => network);
  const say = useMessages(messages);
  const outgoingEdges = network.nodes.flatMap(edgesInto).filter(({ from }) => from === id);
  return (
    <>
      <NameField id={id} editor={editor} />
      <label className={fields.check}>
        <input
          type="checkbox"
          checked={node === undefined}
          onChange={(event) => editor.attempt(() => edit((network) => setInput(network, id, event.target.checked)))}
        />{' '}
        {say.isInput}
      </label>
      <label className={fields.check}>
        <input
          type="checkbox"
          checked={network.outputs.includes(id)}
          onChange={(event) => editor.attempt(() => edit((network) => setOutput(network, id, event.target.checked)))}
        />{' '}
        {say.isOutput}
      </label>
      {node !== undefined && <FunctionFields node={node} editor={editor} />}
      <h3>{say.successors}</h3>
      {outgoingEdges.length === 0 ? (
        <p className="quiet">{say.none}</p>
      ) : (
        <div className={fields.numbers}>
          {outgoingEdges.map((edge) => (
            <WeightRow key={JSON.stringify(edge)} edge={edge} editor={editor} />
          ))}
        </div>
      )}
      <div className={fields.buttons}>
        <button type="button" onClick={() => insertNode(editor, { from: id })}>
          {say.addSuccessor}
        </button>
        <button type="button" onClick={() => remove(editor, { node: id })}>
          <Trash2 size={16} aria-hidden /> {say.removeNode}
        </button>
      </div>
    </>
  );
}

function FunctionFields({ node, editor }: { readonly node: NodeDescription; readonly editor: Editor }) {
  const custom = usePlayground(({ custom }) => custom.activations);
  const say = useMessages(messages);
  const { id, activation, aggregation = 'sum', b, c, from } = node;
  const names = namesOf(builtinActivations, custom, activation);
  const change = (part: Partial<NodeDescription>, field?: string) =>
    editor.attempt(() => edit((network) => changeNode(network, id, () => part), field));
  return (
    <>
      <label className={fields.field}>
        {say.activation}{' '}
        <select value={activation} onChange={(event) => change({ activation: event.target.value })}>
          {names.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <label className={fields.field}>
        {say.aggregation}{' '}
        <select
          value={aggregation}
          onChange={(event) => {
            const { value } = event.target;
            editor.attempt(() => edit((network) => setAggregation(network, id, value)));
          }}
        >
          {Object.keys(builtinAggregations).map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <h3>{say.parameters}</h3>
      <p className={`quiet ${fields.formula}`}>{say.formula(aggregation)}</p>
      <div className={fields.numbers}>
        <Letter>b</Letter>
        <NumberField label={say.bias(id)} value={b} onChange={(b) => change({ b }, `b ${id}`)} />
        <span />
        <Letter>c</Letter>
        <NumberField label={say.scale(id)} value={c} onChange={(c) => change({ c }, `c ${id}`)} />
      </div>
      <h3>{say.predecessors}</h3>
      {from.length === 0 ? (
        <p className="quiet">{say.none}</p>
      ) : (
        <div className={fields.numbers}>
          {edgesInto(node).map((edge) => (
            <WeightRow key={JSON.stringify(edge)} edge={edge} editor={editor} />
          ))}
        </div>
      )}
    </>
  );
}

interface EdgeProps {
  readonly edge: EdgeName;
  readonly editor: Editor;
}

function WeightRow({ edge, editor }: EdgeProps) {
  const say = useMessages(messages);
  const { from, to, delay } = edge;
  return (
    <>
      <WeightName edge={edge} />
      <WeightField edge={edge} editor={editor} />
      <button
        type="button"
        className={fields.remove}
        aria-label={say.removeThisEdge(from, to, delay)}
        onClick={() => {
          const { selection } = editor;
          remove(editor, { edge });
          editor.select(selection);
        }}
      >
        <X size={14} aria-hidden />
      </button>
    </>
  );
}

function WeightName({ edge: { from, to, delay } }: { readonly edge: EdgeName }) {
  return (
    <Letter>
      w
      <sub>
        {from}→{to}
      </sub>
      <DelayMark delay={delay} />
    </Letter>
  );
}

function WeightField({ edge, editor }: EdgeProps) {
  const network = usePlayground(({ network }) => network);
  const say = useMessages(messages);
  const { from, to, delay } = edge;
  const node = network.nodes.find(({ id }) => id === to)!;
  const change = (value: number) =>
    editor.attempt(() =>
      edit(
        (network) => changeNode(network, to, (node) => ({ w: node.w.with(edgeIndex(node, edge), value) })),
        JSON.stringify(edge),
      ),
    );
  return <NumberField label={say.weight(from, to, delay)} value={node.w[edgeIndex(node, edge)]} onChange={change} />;
}

function EdgeFields({ edge, editor }: EdgeProps) {
  const network = usePlayground(({ network }) => network);
  const say = useMessages(messages);
  const { from, delay } = edge;
  const changeDelay = (next: number) => {
    if (editor.attempt(() => edit((network) => setDelay(network, edge, next)))) {
      editor.select({ edge: { ...edge, delay: next } });
    }
  };
  return (
    <>
      <div className={fields.numbers}>
        <WeightName edge={edge} />
        <WeightField edge={edge} editor={editor} />
      </div>
      <div className={`${fields.field} ${fields.labelled}`}>
        <BoundedField label={say.delay} value={delay} min={0} max={maxDelay} step={1} choose={changeDelay} />
      </div>
      <p className="quiet">{delay === 0 ? say.noDelay : say.delayed(from, delay)}</p>
      {delay > 0 && (
        <label className={fields.field}>
          {say.initial(from)}
          <NumberField
            label={say.initial(from)}
            value={initialOf(network, from)}
            onChange={(value) =>
              editor.attempt(() => edit((network) => setInitial(network, from, value), `initial ${from}`))
            }
          />
        </label>
      )}
      <div className={fields.buttons}>
        <button type="button" onClick={() => remove(editor, { edge })}>
          <Trash2 size={16} aria-hidden /> {say.removeEdge}
        </button>
      </div>
    </>
  );
}

/** Text field for the name of a node. The name changes on Enter or when the field loses focus. */
function NameField({ id, editor }: { readonly id: string; readonly editor: Editor }) {
  const say = useMessages(messages);
  const [draft, setDraft] = useState(id);
  const commit = () => {
    const next = draft.trim();
    setDraft(next);
    if (next === id) return;
    const done = editor.attempt(
      () => edit((network) => rename(network, id, next)),
      (say) => say.renamed(next),
    );
    if (done) editor.select({ node: next });
    else setDraft(id);
  };
  return (
    <label className={fields.field}>
      {say.id}{' '}
      <input
        type="text"
        autoComplete="off"
        spellCheck={false}
        value={draft}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === 'Enter') commit();
          if (event.key === 'Escape') setDraft(id);
        }}
      />
    </label>
  );
}
