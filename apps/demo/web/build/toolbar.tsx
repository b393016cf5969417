/** Buttons that undo and redo edits, add a node or an input, and open the graph in the Derive or Train view. */
import { Play, Plus, Redo2, Sigma, Undo2 } from 'lucide-react';
import { useMessages } from '../language.js';
import { useOffers } from '../offered-views.js';
import { update, usePlayground } from '../store.js';
import { hasDelays } from '../network.js';
import { withSequenceGraph } from '../shared/sequence-settings.js';
import { type DataName, withData } from '../shared/training-settings.js';
import type { Editor } from './editor.js';
import { insertInput, insertNode } from './commands.js';
import { canUndoRedo, redo, undo } from './history.js';
import { messages } from './messages.js';
import styles from './toolbar.module.css';

export function Toolbar({ editor }: { readonly editor: Editor }) {
  const network = usePlayground(({ network }) => network);
  const say = useMessages(messages);
  const can = canUndoRedo(network);
  const offers = useOffers();
  return (
    <div className={styles.toolbar} role="group" aria-label={say.toolbar}>
      <button
        type="button"
        disabled={!can.undo}
        title={say.undoKeys}
        onClick={() => editor.attempt(undo, (say) => say.undone)}
      >
        <Undo2 size={16} aria-hidden /> {say.undo}
      </button>
      <button
        type="button"
        disabled={!can.redo}
        title={say.redoKeys}
        onClick={() => editor.attempt(redo, (say) => say.redone)}
      >
        <Redo2 size={16} aria-hidden /> {say.redo}
      </button>
      <button type="button" aria-label={say.addNodeTask} onClick={() => insertNode(editor)}>
        <Plus size={16} aria-hidden /> {say.addNode}
      </button>
      <button type="button" aria-label={say.addInputTask} onClick={() => insertInput(editor)}>
        <Plus size={16} aria-hidden /> {say.addInput}
      </button>
      {offers('derive') && (
        <button type="button" className="primary" onClick={openDerive}>
          <Sigma size={16} aria-hidden /> {say.derive}
        </button>
      )}
      {offers('train') && (
        <button type="button" title={say.trainTask} onClick={openTrain}>
          <Play size={16} aria-hidden /> {say.train}
        </button>
      )}
    </div>
  );
}

const openDerive = () =>
  update((state) => ({ ...state, view: 'derive', derive: { ...state.derive, mode: 'own', step: null } }));

/**
 * Opens the Train view with this graph. If there is a data set that fits the graph, selects it. If the graph has
 * delays, opens the Sequences part of the Train view instead.
 */
const openTrain = () =>
  update((state) => {
    const { network: graph, train, sequences } = state;
    if (hasDelays(graph)) return { ...state, view: 'train', sequences: withSequenceGraph(sequences, graph) };
    const suggested = dataForInputs[graph.inputs.length];
    const data = train.graph?.inputs.length === graph.inputs.length ? train.data : (suggested ?? train.data);
    return {
      ...state,
      view: 'train',
      train: { ...withData({ ...train, graph }, data), graph, steps: 0 },
      sequences: { ...sequences, open: false },
    };
  });

/** The data set to use for each number of inputs. */
const dataForInputs: Readonly<Record<number, DataName>> = { 1: 'tripling', 2: 'circles', 4: 'iris' };
