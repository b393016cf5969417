/** Edits that several parts of the Build view offer. Each also shows a message and changes the selection. */
import type { NetworkDescription } from '../state.js';
import type { Editor, Selection } from './editor.js';
import { addInput, addNode, connect, disconnect, freeId, removeNode } from './edits.js';
import { edit } from './history.js';

/** Adds an edge. */
export function connectNodes(editor: Editor, from: string, to: string, delay = 0): void {
  const done = editor.attempt(
    () => edit((network) => connect(network, from, to, delay)),
    (say) => say.edgeAdded(from, to),
  );
  if (done) editor.select({ edge: { from, to, delay } });
}

/** Adds a node, optionally with an edge from or to another node. */
export function insertNode(editor: Editor, neighbour: { readonly from?: string; readonly to?: string } = {}): void {
  let id = '';
  const insert = (network: NetworkDescription) => {
    id = freeId(network);
    const added = addNode(network, id);
    if (neighbour.from !== undefined) return connect(added, neighbour.from, id);
    return neighbour.to === undefined ? added : connect(added, id, neighbour.to);
  };
  const done = editor.attempt(
    () => edit(insert),
    (say) => say.nodeAdded(id),
  );
  if (done) editor.select({ node: id });
}

/** Adds an input. */
export function insertInput(editor: Editor): void {
  let id = '';
  const insert = (network: NetworkDescription) => addInput(network, (id = freeId(network)));
  const done = editor.attempt(
    () => edit(insert),
    (say) => say.inputAdded(id),
  );
  if (done) editor.select({ node: id });
}

/** Removes a node with its edges, or an edge. */
export function remove(editor: Editor, selection: NonNullable<Selection>): void {
  const done =
    'node' in selection
      ? editor.attempt(
          () => edit((network) => removeNode(network, selection.node)),
          (say) => say.nodeRemoved(selection.node),
        )
      : editor.attempt(
          () => edit((network) => disconnect(network, selection.edge)),
          (say) => say.edgeRemoved(selection.edge.from, selection.edge.to),
        );
  if (done) editor.select(undefined);
}
