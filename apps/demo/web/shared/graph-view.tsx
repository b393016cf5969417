/**
 * Draws a graph with automatic layout in layers: inputs on the left, or at the top on narrow screens. The views
 * supply the content of nodes and edges.
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

export interface GraphNode {
  readonly id: string;
  readonly width: number;
  /** Width on narrow screens, where the inputs are at the top. Default: `width`. */
  readonly narrowWidth?: number;
  readonly height: number;
  readonly content: ReactNode;
  /** A CSS class of the box. */
  readonly className?: string;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly label?: ReactNode;
  /** A CSS class of the arrow. */
  readonly className?: string;
  /** Stroke width in pixels. Default: 1.5. */
  readonly width?: number;
  /** Delay in steps. A delayed edge is drawn as a dashed arc and does not affect the layout. Default: 0. */
  readonly delay?: number;
}

export type FlowNode = Node<{ readonly content: ReactNode; readonly direction: Direction; readonly editable: boolean }>;
export type FlowEdge = Edge<{
  readonly label: ReactNode;
  readonly width: number;
  /** Position of the label on a straight edge, from 0 (source) to 1 (target). */
  readonly at: number;
  readonly delay: number;
  readonly direction: Direction;
}>;

export interface GraphViewProps {
  /** Description for screen readers. */
  readonly label: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** Maximum height in pixels. Does not apply if the inputs are at the top. The width is that of the container. */
  readonly height: number;
  /** Whether new edges can be drawn from node to node. Default: false. */
  readonly editable?: boolean;
  /** Below this width in pixels, the inputs are at the top. Default: 560. */
  readonly narrowBelow?: number;
  /** Additional React Flow props, for a view that edits the graph. */
  readonly flow?: Partial<ReactFlowProps<FlowNode, FlowEdge>>;
}

interface Shape {
  readonly direction: Direction;
  readonly boxes: readonly Box[];
  readonly links: readonly Link[];
  /** Width of the frame, rounded down to a multiple of 40 pixels. */
  readonly frameWidth: number;
  /** Space between neighbouring nodes of a column, in pixels. */
  readonly nodeGap: number;
}

/** Values of `Shape.nodeGap`. Larger in the editor, where nodes are shorter and labels need the space. */
const [nodeGap, editorNodeGap] = [24, 44];
/** Spacing of graphs with the inputs on the left and more than `manyNodes` nodes, in pixels. */
const crowded = { layerGap: 120, nodeGap: 8 };
const manyNodes = 16;
/** Spacing of graphs with the inputs at the top, in pixels. */
const downwards = { layerGap: 120, nodeGap: 6 };

/** Limits of the gap between columns of nodes, in pixels. */
const [minLayerGap, maxLayerGap] = [56, 110];

/** Space reserved for the label of an edge, in pixels. */
const labelSize = { width: 52, height: 32 };

/** Minimum zoom, and the maximum zoom to which a small graph is enlarged when it is fitted into the frame. */
const [minZoom, maxFitZoom] = [0.1, 1.15];

const nodeTypes = { box: BoxNode };
const edgeTypes = { arrow: ArrowEdge };

/** Width of a printed A4 page without margins and padding, in pixels. US Letter is wider. */
const paperWidth = 640;

/** CSS variables for print: the width on the screen, and the zoom that makes the graph fit on a page. */
const printVariables = (width: number): CSSProperties =>
  ({ '--screen-width': `${width}px`, '--print-zoom': Math.min(1, paperWidth / Math.max(1, width)) }) as CSSProperties;

/** Id of an edge in React Flow. */
const edgeId = (from: string, to: string, delay: number): string => JSON.stringify([from, to, delay]);
/** The inverse of `edgeId`. */
export const edgeOf = (id: string): { readonly from: string; readonly to: string; readonly delay: number } => {
  const [from, to, delay] = JSON.parse(id) as [string, string, number];
  return { from, to, delay };
};

/** Free space around the graph, as a fraction of its size. Larger if there are arcs, which extend beyond the nodes. */
const [margin, marginWithArcs] = [0.04, 0.13];

export function GraphView({ label, nodes, edges, height, editable = false, narrowBelow = 560, flow }: GraphViewProps) {
  const [frame, width] = useWidth();
  const direction: Direction = width > 0 && width < narrowBelow ? 'TB' : 'LR';
  // Recompute the layout only when the shape changes; numbers change far more often.
  const shape = useStable<Shape>({
    direction,
    boxes: nodes.map(({ id, width, narrowWidth = width, height }) => ({
      id,
      width: direction === 'TB' ? narrowWidth : width,
      height,
    })),
    links: edges.filter(({ delay = 0 }) => delay === 0).map(({ from, to }) => ({ from, to })),
    // Rounded, so that the nodes do not move when a scrollbar appears.
    frameWidth: Math.floor(width / 40) * 40,
    nodeGap: editable ? editorNodeGap : nodeGap,
  });
  const boxes = useMemo(() => positioned(shape), [shape]);
  const graphHeight = heightAtWidth(boxes, width);
  const hasArcs = edges.some(({ delay = 0 }) => delay > 0);
  const padding = hasArcs ? marginWithArcs : margin;
  const around = hasArcs ? 160 : 30;
  // The editor needs empty space for new nodes.
  const frameHeight =
    direction === 'LR'
      ? Math.min(height, Math.max(220, graphHeight + (editable ? 120 : around)))
      : graphHeight + around;
  const fitKey = useMemo(() => ({ boxes, width, frameHeight }), [boxes, width, frameHeight]);
  const flowNodes = nodes.map(({ id, content, className }, k): FlowNode => ({
    id,
    type: 'box',
    position: { x: boxes[k].x, y: boxes[k].y },
    width: boxes[k].width,
    height: boxes[k].height,
    measured: { width: boxes[k].width, height: boxes[k].height },
    // Without handles, React Flow would not draw edges until it has measured every node.
    handles: handlesOf(boxes[k], direction, editable),
    data: { content, direction, editable },
    ...(className !== undefined && { className }),
  }));
  const labelsAt = useMemo(() => labelPositionsOn(shape, boxes), [shape, boxes]);
  const flowEdges = edges.map(({ from, to, label, className, width = 1.5, delay = 0 }): FlowEdge => ({
    id: edgeId(from, to, delay),
    type: 'arrow',
    source: from,
    target: to,
    data: { label, width, at: labelsAt.get(edgeId(from, to, delay)) ?? 0.5, delay, direction },
    ...(className !== undefined && { className }),
  }));
  return (
    <div className={styles.view} ref={frame} style={{ height: frameHeight, ...printVariables(width) }}>
      {width > 0 && (
        <ReactFlowProvider
          initialNodes={flowNodes}
          initialEdges={flowEdges}
          initialWidth={width}
          initialHeight={frameHeight}
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
            editable={editable}
            padding={padding}
            fitKey={fitKey}
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
  readonly editable: boolean;
  readonly padding: number;
  /** If this object changes, the graph is fitted into the frame again. */
  readonly fitKey: object;
  /** Returns the element to save as an image. */
  readonly picture: () => HTMLElement | null;
}

function Chart({ label, nodes, edges, direction, editable, padding, fitKey, picture, flow }: ChartProps) {
  const say = useMessages(messages);
  const { fitView } = useReactFlow();
  const fitted = useRef({ fitKey, padding });
  useEffect(() => {
    if (fitted.current.fitKey === fitKey && fitted.current.padding === padding) return;
    fitted.current = { fitKey, padding };
    void fitView({ padding, maxZoom: maxFitZoom });
  }, [fitView, fitKey, padding]);
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
      nodesConnectable={editable}
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
      {/* In a different corner from the controls: on a phone, both together would cover the outputs in the last row. */}
      <Panel position="bottom-right" className={styles.picture}>
        <SavePicture element={picture} name="graph" />
      </Panel>
    </ReactFlow>
  );
}

/** The sides of a node where edges arrive and leave. */
const sidesOf = (direction: Direction) =>
  direction === 'LR' ? ([Position.Left, Position.Right] as const) : ([Position.Top, Position.Bottom] as const);

/** Width and height of a handle in pixels; must match the style sheet. */
const [plainHandle, editableHandle] = [1, 14];

/** The handles of a box, in the middle of two opposite sides. */
function handlesOf({ width, height }: Box, direction: Direction, editable: boolean): NodeHandle[] {
  const size = editable ? editableHandle : plainHandle;
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

function BoxNode({ data: { content, direction, editable } }: NodeProps<FlowNode>) {
  const [before, after] = sidesOf(direction);
  const handle = editable ? styles.editableHandle : styles.plainHandle;
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

function positioned({ boxes, links, direction, frameWidth, nodeGap }: Shape): (Box & Rect)[] {
  const positions =
    direction === 'TB'
      ? layered(boxes, links, direction, downwards)
      : boxes.length > manyNodes
        ? layered(boxes, links, direction, crowded)
        : columnLayout(boxes, links, frameWidth, nodeGap);
  return boxes.map((box) => ({ ...box, ...positions.get(box.id)! }));
}

/** The position of the label on each straight edge, from 0 (source) to 1 (target), by edge id. */
function labelPositionsOn({ links, direction }: Shape, boxes: readonly (Box & Rect)[]): ReadonlyMap<string, number> {
  const boxOf = new Map(boxes.map((box) => [box.id, box]));
  const segments = links.map(({ from, to }) => segment(boxOf.get(from)!, boxOf.get(to)!, direction));
  const positions = labelPositions(segments, boxes, labelSize);
  return new Map(links.map(({ from, to }, k) => [edgeId(from, to, 0), positions[k]]));
}

/** Lays out the boxes in columns, with gaps as wide as the frame allows within the limits. */
function columnLayout(boxes: readonly Box[], links: readonly Link[], frameWidth: number, nodeGap: number) {
  const narrow = layered(boxes, links, 'LR', { layerGap: minLayerGap, nodeGap });
  const right = Math.max(...boxes.map(({ id, width }) => narrow.get(id)!.x + width));
  const columns = new Set(boxes.map(({ id, width }) => Math.round(narrow.get(id)!.x + width / 2))).size;
  const more = (0.92 * frameWidth - right) / Math.max(1, columns - 1);
  const layerGap = Math.max(minLayerGap, Math.min(maxLayerGap, minLayerGap + more));
  return layered(boxes, links, 'LR', { layerGap, nodeGap });
}

/** The straight line from the handle of the source to that of the target. */
const segment = (from: Rect, to: Rect, direction: Direction): Segment =>
  direction === 'LR'
    ? { x1: from.x + from.width, y1: from.y + from.height / 2, x2: to.x, y2: to.y + to.height / 2 }
    : { x1: from.x + from.width / 2, y1: from.y + from.height, x2: to.x + to.width / 2, y2: to.y };

/** Height of the graph in pixels when it is scaled to fit `width`. Maximum: 820, about the height of a phone screen. */
function heightAtWidth(boxes: readonly Rect[], width: number): number {
  const across = Math.max(1, ...boxes.map((box) => box.x + box.width)) - Math.min(...boxes.map(({ x }) => x));
  const down = Math.max(1, ...boxes.map((box) => box.y + box.height)) - Math.min(...boxes.map(({ y }) => y));
  return Math.min(820, down * Math.min(1.15, (0.96 * width) / across));
}
