/** The graph editor: select nodes and weights, drag to add edges. */
import type { OnConnectEnd } from '@xyflow/react';
import { useMessages } from '../language.js';
import { RoundedNumber } from '../shared/rounded-number.js';
import { formatNumber } from '../shared/format-number.js';
import { edgeOf, type GraphEdge, type GraphNode, GraphView } from '../shared/graph-view.js';
import type { NodeDescription } from '../state.js';
import { usePlayground } from '../store.js';
import styles from './build-graph.module.css';
import { DelayMark } from './delay-mark.js';
import type { Editor } from './editor.js';
import { connectNodes, insertNode } from './commands.js';
import { edgeCountOf, edgesInto } from './edits.js';
import { messages } from './messages.js';

const nodeWidth = 118;
const nodeHeight = 52;
/**
 * If a graph has at most this number of edges, all of them are labelled. Otherwise, there are labels only on the
 * selected edge, or on the edges of the selected node if it has at most `maxLabelledNear` edges.
 */
const maxLabelledEdges = 40;
const maxLabelledNear = 12;

export function BuildGraph({ editor }: { readonly editor: Editor }) {
  const network = usePlayground(({ network }) => network);
  const say = useMessages(messages);
  const { selection, select, notice } = editor;
  const selectedNode = selection !== undefined && 'node' in selection ? selection.node : undefined;
  const selectedEdge = selection !== undefined && 'edge' in selection ? selection.edge : undefined;
  const cycle =
    notice !== undefined && 'rejected' in notice && notice.rejected.reason === 'cycle' ? notice.rejected.nodes : [];

  const nodeOf = (id: string, node: NodeDescription | undefined): GraphNode => {
    const isOutput = network.outputs.includes(id);
    const { activation = say.input, aggregation } = node ?? {};
    const labels = [aggregation, activation, isOutput && say.output].filter((label) => typeof label === 'string');
    return {
      id,
      width: nodeWidth,
      height: nodeHeight,
      className: [
        styles.node,
        node === undefined && styles.input,
        isOutput && styles.output,
        cycle.includes(id) && styles.inCycle,
      ]
        .filter(Boolean)
        .join(' '),
      content: (
        <button
          type="button"
          aria-pressed={id === selectedNode}
          data-in-cycle={cycle.includes(id) || undefined}
          aria-label={say.selectNode(id, labels.join(', '))}
          onClick={() => select({ node: id })}
        >
          <b>{id}</b>
          <span>{labels.join(' · ')}</span>
        </button>
      ),
    };
  };
  const nodes = [
    ...network.inputs.map((id) => nodeOf(id, undefined)),
    ...network.nodes.map((node) => nodeOf(node.id, node)),
  ];
  const edgeCount = edgeCountOf(network);
  const nearCount = network.nodes.reduce(
    (sum, { id, from }) => sum + (id === selectedNode ? from.length : Number(from.includes(selectedNode ?? ''))),
    0,
  );
  const edges = network.nodes.flatMap((node) =>
    edgesInto(node).map((edge, k): GraphEdge => {
      const { from, to, delay } = edge;
      const isSelected = selectedEdge?.from === from && selectedEdge.to === to && selectedEdge.delay === delay;
      const isNear = selectedNode === to || selectedNode === from;
      const inCycle = delay === 0 && cycle.some((id, k) => id === from && cycle[k + 1] === to);
      return {
        ...edge,
        width: isSelected || inCycle ? 3.5 : isNear ? 2.5 : 1.5,
        className: `${styles.edge} ${inCycle ? styles.inCycle : isSelected ? styles.selected : isNear ? styles.near : ''}`,
        ...((edgeCount <= maxLabelledEdges || isSelected || (isNear && nearCount <= maxLabelledNear)) && {
          label: (
            <button
              type="button"
              className={styles.weight}
              aria-pressed={isSelected}
              data-in-cycle={inCycle || undefined}
              aria-label={say.selectEdge(from, to, formatNumber(node.w[k]), delay)}
              onClick={() => select({ edge })}
            >
              <RoundedNumber value={node.w[k]} digits={3} />
              <DelayMark delay={delay} />
            </button>
          ),
        }),
      };
    }),
  );
  const isLarge = nodes.length > 30;
  return (
    <GraphView
      // Remount the graph when its height changes, so that the view is fitted again.
      key={String(isLarge)}
      label={say.graph}
      nodes={nodes}
      edges={edges}
      height={isLarge ? 640 : 440}
      editable
      flow={{
        connectionDragThreshold: 6,
        connectOnClick: false,
        onConnectEnd: (event, end) => endDrag(editor, event, end),
        onPaneClick: () => select(undefined),
        onEdgeClick: (_, { id }) => select({ edge: edgeOf(id) }),
      }}
    />
  );
}

type End = Parameters<OnConnectEnd>[1];

/** Connects a dragged edge to the node on which it is dropped. On the empty canvas, creates and connects a new node. */
function endDrag(editor: Editor, event: MouseEvent | TouchEvent, { fromNode, fromHandle, toNode }: End): void {
  if (fromNode === null || fromHandle === null) return;
  const { clientX, clientY } = 'changedTouches' in event ? event.changedTouches[0] : event;
  const element = document.elementFromPoint(clientX, clientY);
  const target = toNode?.id ?? element?.closest<HTMLElement>('.react-flow__node')?.dataset.id;
  const isForward = fromHandle.type === 'source';
  if (target !== undefined) {
    const [from, to] = isForward ? [fromNode.id, target] : [target, fromNode.id];
    connectNodes(editor, from, to);
  } else if (element?.closest('.react-flow__pane') != null) {
    insertNode(editor, isForward ? { from: fromNode.id } : { to: fromNode.id });
  }
}
