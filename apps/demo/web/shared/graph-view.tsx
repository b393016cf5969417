/**
 * Draws a graph with automatic layout in layers: inputs on the left, or on top on narrow screens. The views supply the
 * content of nodes and edges.
 */
import {
  BaseEdge,
  Controls,
  type Edge,
  EdgeLabelRenderer,
  type EdgeProps,
  getStraightPath,
  Handle,
  type Node,
  type NodeHandle,
  type NodeProps,
  Panel,
  Position,
  ReactFlow,
  type ReactFlowProps,
  ReactFlowProvider,
  useReactFlow,
} from '@xyflow/react';
import '@xyflow/react/dist/base.css';
import { type CSSProperties, type ReactNode, useEffect, useMemo, useRef } from 'react';
import { delayedArc } from './delay.js';
import styles from './graph-view.module.css';
import { type Box, type Direction, layered, type Link } from './layered.js';
import { labelPositions, type Rect, type Segment } from './label-positions.js';
import { useMessages } from '../language.js';
import { messages } from './messages.js';
import { SavePicture } from './save-picture.js';
import { useStable } from './use-stable.js';
import { useWidth } from './use-width.js';

/** A node of the diagram. */
export interface GraphNode {
  readonly id: string;
  readonly width: number;
  /** Width where the inputs are on top. Default: width. */
  readonly narrowWidth?: number;
  readonly height: number;
  readonly content: ReactNode;
  /** A CSS class of the box. */
  readonly className?: string;
}

/** An edge of the diagram. */
export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  /** Label on the edge. */
  readonly label?: ReactNode;
  /** A CSS class of the arrow. */
  readonly className?: string;
  /** Stroke width in pixels. Default: 1.5. */
  readonly width?: number;
  /** In steps. A delayed edge is a dashed arc and does not count in the layout. Default: 0. */
  readonly delay?: number;
}

/** Node and edge types of React Flow. */
export type FlowNode = Node<{ readonly content: ReactNode; readonly direction: Direction; readonly open: boolean }>;
export type FlowEdge = Edge<{
  readonly label: ReactNode;
  readonly width: number;
  readonly at: number;
  readonly delay: number;
  readonly direction: Direction;
}>;

export interface GraphViewProps {
  /** Description for screen readers. */
  readonly label: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** Minimum height in pixels. With inputs on top it may grow. The width is that of the container. */
  readonly height: number;
  /** Whether edges can be dragged from node to node; shows the handles. */
  readonly open?: boolean;
  /** Below this width, in pixels, the inputs are on top. */
  readonly narrowBelow?: number;
  /** More React Flow properties, for a view that edits the graph. */
  readonly flow?: Partial<ReactFlowProps<FlowNode, FlowEdge>>;
}

interface Shape {
  readonly direction: Direction;
  readonly boxes: readonly Box[];
  readonly links: readonly Link[];
  /** Width of the frame in pixels, rounded down. */
  readonly room: number;
  /** Space between neighbouring nodes of a column. */
  readonly nodeGap: number;
}

/** Space between neighbouring nodes of a column; more in the editor, where labels need it between low nodes. */
const [nodeGap, editorNodeGap] = [24, 44];
/** Spacing of graphs with many nodes. */
const crowded = { layerGap: 120, nodeGap: 8 };
const manyNodes = 16;
const downwards = { layerGap: 120, nodeGap: 6 };

/** Gap between columns of nodes: as wide as the frame allows, in pixels. */
const [minBetween, maxBetween] = [56, 110];

/** Room of a label on an edge, in pixels. */
const labelRoom = { width: 52, height: 32 };

/** Limits of the zoom: of the user, and of the initial view of a small graph. */
const [minZoom, maxFitZoom] = [0.1, 1.15];

const nodeTypes = { box: BoxNode };
const edgeTypes = { arrow: ArrowEdge };

/** Width of a printed page without margins and a panel's padding, in pixels: A4, and letters are wider. */
const paperWidth = 640;

/** For the rules of print: the width on the screen, and what makes it fit a page. */
const onPaper = (width: number): CSSProperties =>
  ({ '--screen-width': `${width}px`, '--print-zoom': Math.min(1, paperWidth / Math.max(1, width)) }) as CSSProperties;

/** The id of an edge of the chart. */
const edgeId = (from: string, to: string, delay: number): string => JSON.stringify([from, to, delay]);
/** The edge of an id. */
export const edgeOf = (id: string): { readonly from: string; readonly to: string; readonly delay: number } => {
  const [from, to, delay] = JSON.parse(id) as [string, string, number];
  return { from, to, delay };
};

/** Part of the width or height that is left free around the graph; more if arcs leave it. */
const [margin, marginWithArcs] = [0.04, 0.13];

export function GraphView({ label, nodes, edges, height, open = false, narrowBelow = 560, flow }: GraphViewProps) {
  const [frame, width] = useWidth();
  const direction: Direction = width > 0 && width < narrowBelow ? 'TB' : 'LR';
  // The layout is recomputed only if the shape changes; numbers change far more often.
  const shape = useStable<Shape>({
    direction,
    boxes: nodes.map(({ id, width, narrowWidth = width, height }) => ({
      id,
      width: direction === 'TB' ? narrowWidth : width,
      height,
    })),
    links: edges.filter(({ delay = 0 }) => delay === 0).map(({ from, to }) => ({ from, to })),
    // In steps, so that a scrollbar does not move every node.
    room: Math.floor(width / 40) * 40,
    nodeGap: open ? editorNodeGap : nodeGap,
  });
  const boxes = useMemo(() => positioned(shape), [shape]);
  const filled = heightAtWidth(boxes, width);
  // A graph with handles keeps empty space for new nodes.
  const hasArcs = edges.some(({ delay = 0 }) => delay > 0);
  const padding = hasArcs ? marginWithArcs : margin;
  const around = hasArcs ? 160 : 30;
  const tall = direction === 'LR' ? Math.min(height, Math.max(220, filled + (open ? 120 : around))) : filled + around;
  const place = useMemo(() => ({ boxes, width, tall }), [boxes, width, tall]);
  const flowNodes = nodes.map(({ id, content, className }, k): FlowNode => ({
    id,
    type: 'box',
    position: { x: boxes[k].x, y: boxes[k].y },
    width: boxes[k].width,
    height: boxes[k].height,
    measured: { width: boxes[k].width, height: boxes[k].height },
    // Without these, React Flow would draw the edges only after it has measured every node.
    handles: handlesOf(boxes[k], direction, open),
    data: { content, direction, open },
    ...(className !== undefined && { className }),
  }));
  const labelsAt = useMemo(() => labelsOn(shape, boxes), [shape, boxes]);
  const flowEdges = edges.map(({ from, to, label, className, width = 1.5, delay = 0 }): FlowEdge => ({
    id: edgeId(from, to, delay),
    type: 'arrow',
    source: from,
    target: to,
    data: { label, width, at: labelsAt.get(edgeId(from, to, delay)) ?? 0.5, delay, direction },
    ...(className !== undefined && { className }),
  }));
  return (
    <div className={styles.view} ref={frame} style={{ height: tall, ...onPaper(width) }}>
      {width > 0 && (
        <ReactFlowProvider
          initialNodes={flowNodes}
          initialEdges={flowEdges}
          initialWidth={width}
          initialHeight={tall}
          initialMinZoom={minZoom}
          initialMaxZoom={maxFitZoom}
          fitView
          initialFitViewOptions={{ padding, maxZoom: maxFitZoom }}
        >
          <Chart
            label={label}
            nodes={flowNodes}
            edges={flowEdges}
            direction={direction}
            open={open}
            padding={padding}
            place={place}
            picture={() => frame.current}
            flow={flow}
          />
        </ReactFlowProvider>
      )}
    </div>
  );
}

interface ChartProps extends Pick<GraphViewProps, 'label'> {
  readonly flow: GraphViewProps['flow'] | undefined;
  readonly nodes: FlowNode[];
  readonly edges: FlowEdge[];
  readonly direction: Direction;
  readonly open: boolean;
  readonly padding: number;
  /** When it changes, the graph is fitted into the frame again. */
  readonly place: object;
  /** The element to save as a picture. */
  readonly picture: () => HTMLElement | null;
}

function Chart({ label, nodes, edges, direction, open, padding, place, picture, flow }: ChartProps) {
  const say = useMessages(messages);
  const { fitView } = useReactFlow();
  const fitted = useRef({ place, padding });
  useEffect(() => {
    if (fitted.current.place === place && fitted.current.padding === padding) return;
    fitted.current = { place, padding };
    void fitView({ padding, maxZoom: maxFitZoom });
  }, [fitView, place, padding]);
  return (
    <ReactFlow<FlowNode, FlowEdge>
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      edgeTypes={edgeTypes}
      aria-label={label}
      ariaLabelConfig={say.controls}
      fitView
      fitViewOptions={{ padding, maxZoom: maxFitZoom }}
      minZoom={minZoom}
      maxZoom={2}
      nodesDraggable={false}
      nodesConnectable={open}
      nodesFocusable={false}
      edgesFocusable={false}
      elementsSelectable={false}
      zoomOnScroll={false}
      preventScrolling={false}
      panOnDrag={direction === 'LR'}
      zoomOnDoubleClick={false}
      {...flow}
    >
      <Controls showInteractive={false} position="bottom-left" />
      {/* Not beside the controls: on a phone they would reach the outputs, in the middle of the last row. */}
      <Panel position="bottom-right" className={styles.picture}>
        <SavePicture of={picture} name="graph" />
      </Panel>
    </ReactFlow>
  );
}

/** The sides of a node where edges end and start. */
const sidesOf = (direction: Direction) =>
  direction === 'LR' ? ([Position.Left, Position.Right] as const) : ([Position.Top, Position.Bottom] as const);

/** Width and height of a handle in pixels, as in the style sheet. */
const [closedHandle, openHandle] = [1, 14];

/** The handles of a box, in the middle of two opposite sides. */
function handlesOf({ width, height }: Box, direction: Direction, open: boolean): NodeHandle[] {
  const size = open ? openHandle : closedHandle;
  const [before, after] = sidesOf(direction);
  const middle = { x: (width - size) / 2, y: (height - size) / 2, width: size, height: size };
  return direction === 'LR'
    ? [
        { ...middle, type: 'target', position: before, x: -size / 2 },
        { ...middle, type: 'source', position: after, x: width - size / 2 },
      ]
    : [
        { ...middle, type: 'target', position: before, y: -size / 2 },
        { ...middle, type: 'source', position: after, y: height - size / 2 },
      ];
}

function BoxNode({ data: { content, direction, open } }: NodeProps<FlowNode>) {
  const [before, after] = sidesOf(direction);
  const handle = open ? styles.openHandle : styles.closedHandle;
  return (
    <>
      <Handle type="target" position={before} className={handle} />
      {content}
      <Handle type="source" position={after} className={handle} data-handle="source" />
    </>
  );
}

function ArrowEdge({ id, data, ...ends }: EdgeProps<FlowEdge>) {
  const { sourceX, sourceY, targetX, targetY } = ends;
  const { label, width = 1.5, at = 0.5, delay = 0, direction = 'LR' } = data ?? {};
  const [path, x, y] =
    delay > 0
      ? delayedArc({ sourceX, sourceY, targetX, targetY }, delay, direction)
      : [
          getStraightPath({ sourceX, sourceY, targetX, targetY })[0],
          sourceX + at * (targetX - sourceX),
          sourceY + at * (targetY - sourceY),
        ];
  return (
    <>
      <BaseEdge
        id={id}
        path={path}
        style={{ strokeWidth: width, ...(delay > 0 && { strokeDasharray: '6 5' }) }}
        interactionWidth={18}
      />
      {label !== undefined && (
        <EdgeLabelRenderer>
          <div
            className={`${styles.label} nodrag nopan`}
            style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}
          >
            {label}
          </div>
        </EdgeLabelRenderer>
      )}
    </>
  );
}

/** The boxes with the positions of the layout. */
function positioned({ boxes, links, direction, room, nodeGap }: Shape): (Box & Rect)[] {
  const positions =
    direction === 'TB'
      ? layered(boxes, links, direction, downwards)
      : boxes.length > manyNodes
        ? layered(boxes, links, direction, crowded)
        : spread(boxes, links, room, nodeGap);
  return boxes.map((box) => ({ ...box, ...positions.get(box.id)! }));
}

/** Where on its straight edge each label is, by the id of the edge. */
function labelsOn({ links, direction }: Shape, boxes: readonly (Box & Rect)[]): ReadonlyMap<string, number> {
  const boxOf = new Map(boxes.map((box) => [box.id, box]));
  const segments = links.map(({ from, to }) => segment(boxOf.get(from)!, boxOf.get(to)!, direction));
  const positions = labelPositions(segments, boxes, labelRoom);
  return new Map(links.map(({ from, to }, k) => [edgeId(from, to, 0), positions[k]]));
}

/** In columns, with gaps as wide as the frame allows. */
function spread(boxes: readonly Box[], links: readonly Link[], room: number, nodeGap: number) {
  const narrow = layered(boxes, links, 'LR', { layerGap: minBetween, nodeGap });
  const right = Math.max(...boxes.map(({ id, width }) => narrow.get(id)!.x + width));
  const columns = new Set(boxes.map(({ id, width }) => Math.round(narrow.get(id)!.x + width / 2))).size;
  const more = (0.92 * room - right) / Math.max(1, columns - 1);
  const layerGap = Math.max(minBetween, Math.min(maxBetween, minBetween + more));
  return layered(boxes, links, 'LR', { layerGap, nodeGap });
}

/** The straight line from the source's handle to the target's. */
const segment = (from: Rect, to: Rect, direction: Direction): Segment =>
  direction === 'LR'
    ? { x1: from.x + from.width, y1: from.y + from.height / 2, x2: to.x, y2: to.y + to.height / 2 }
    : { x1: from.x + from.width / 2, y1: from.y + from.height, x2: to.x + to.width / 2, y2: to.y };

/** Height of the graph when it fits a width; at most the size of a phone screen. */
function heightAtWidth(boxes: readonly Rect[], width: number): number {
  const across = Math.max(1, ...boxes.map((box) => box.x + box.width)) - Math.min(...boxes.map(({ x }) => x));
  const down = Math.max(1, ...boxes.map((box) => box.y + box.height)) - Math.min(...boxes.map(({ y }) => y));
  return Math.min(820, down * Math.min(1.15, (0.96 * width) / across));
}
