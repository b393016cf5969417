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
  type NodeProps,
  Position,
  ReactFlow,
  type ReactFlowProps,
  ReactFlowProvider,
  useReactFlow,
} from '@xyflow/react';
import '@xyflow/react/dist/base.css';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { delayedArc } from './delay.js';
import './graph-view.css';
import { type Box, type Direction, layered, type Link } from './layered.js';
import { useMessages } from '../language.js';
import { messages } from './messages.js';

/** A node of the diagram. */
export interface GraphNode {
  readonly id: string;
  readonly width: number;
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
  /** A CSS class of the arrow and its label. */
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
  /** Positions of nodes that were moved by hand. Others are laid out automatically. */
  readonly places?: ReadonlyMap<string, { readonly x: number; readonly y: number }>;
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
}

const sideways = { between: 100, beside: 24 };
/** Spacing of graphs with many nodes. */
const crowded = { between: 120, beside: 8 };
const manyNodes = 16;
const downwards = { between: 96, beside: 12 };

/** Label positions along an edge. Edges into one node alternate, so that labels of crossing edges do not overlap. */
const labelPlaces = { LR: [0.3, 0.7], TB: [0.42, 0.74] } as const;

const nodeTypes = { box: BoxNode };
const edgeTypes = { arrow: ArrowEdge };

export function GraphView(props: GraphViewProps) {
  return (
    <ReactFlowProvider>
      <Chart {...props} />
    </ReactFlowProvider>
  );
}

/** The id of an edge of the chart. */
const edgeId = (from: string, to: string, delay: number): string => JSON.stringify([from, to, delay]);
/** The edge of an id. */
export const edgeOf = (id: string): { readonly from: string; readonly to: string; readonly delay: number } => {
  const [from, to, delay] = JSON.parse(id) as [string, string, number];
  return { from, to, delay };
};

/** Part of the width or height that is left free around the graph; more if arcs leave it. */
const [margin, marginWithArcs] = [0.04, 0.13];

function Chart({ label, nodes, edges, height, places, open = false, narrowBelow = 560, flow }: GraphViewProps) {
  const say = useMessages(messages);
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const direction: Direction = width > 0 && width < narrowBelow ? 'TB' : 'LR';
  // The layout is recomputed only if the shape changes; numbers change far more often.
  const shape: Shape = {
    direction,
    boxes: nodes.map(({ id, width, height }) => ({ id, width, height })),
    links: edges.filter(({ delay = 0 }) => delay === 0).map(({ from, to }) => ({ from, to })),
  };
  const written = JSON.stringify(shape);
  const laidOut = useMemo(() => {
    const { boxes, links, direction } = JSON.parse(written) as Shape;
    return layered(
      boxes,
      links,
      direction,
      direction === 'TB' ? downwards : boxes.length > manyNodes ? crowded : sideways,
    );
  }, [written]);
  const tall = direction === 'LR' ? height : Math.max(height, heightAtWidth(nodes, laidOut, width));
  const { fitView } = useReactFlow();
  const padding = edges.some(({ delay = 0 }) => delay > 0) ? marginWithArcs : margin;
  useEffect(() => {
    void fitView({ padding, maxZoom: 1.15 });
  }, [fitView, laidOut, width, tall, padding]);

  const flowNodes = nodes.map(({ id, width, height, content, className }): FlowNode => ({
    id,
    type: 'box',
    position: places?.get(id) ?? laidOut.get(id) ?? { x: 0, y: 0 },
    width,
    height,
    measured: { width, height },
    data: { content, direction, open },
    ...(className !== undefined && { className }),
  }));
  const fanIn = new Map<string, number>();
  const flowEdges = edges.map(({ from, to, label, className, width = 1.5, delay = 0 }): FlowEdge => {
    const place = fanIn.get(to) ?? 0;
    fanIn.set(to, place + 1);
    return {
      id: edgeId(from, to, delay),
      type: 'arrow',
      source: from,
      target: to,
      data: { label, width, at: labelPlaces[direction][place % 2], delay, direction },
      ...(className !== undefined && { className }),
    };
  });
  return (
    <div className="graph-view" ref={frame} style={{ height: tall }}>
      {width > 0 && (
        <ReactFlow<FlowNode, FlowEdge>
          nodes={flowNodes}
          edges={flowEdges}
          nodeTypes={nodeTypes}
          edgeTypes={edgeTypes}
          aria-label={label}
          ariaLabelConfig={say.controls}
          fitView
          fitViewOptions={{ padding, maxZoom: 1.15 }}
          minZoom={0.1}
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
        </ReactFlow>
      )}
    </div>
  );
}

function BoxNode({ data: { content, direction, open } }: NodeProps<FlowNode>) {
  const [before, after] = direction === 'LR' ? [Position.Left, Position.Right] : [Position.Top, Position.Bottom];
  return (
    <>
      <Handle type="target" position={before} className={open ? 'handle-open' : 'handle-closed'} />
      {content}
      <Handle type="source" position={after} className={open ? 'handle-open' : 'handle-closed'} />
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
            className="edge-label nodrag nopan"
            style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}
          >
            {label}
          </div>
        </EdgeLabelRenderer>
      )}
    </>
  );
}

/** Height of the diagram at full width, limited to the height of a phone. */
function heightAtWidth(
  nodes: readonly GraphNode[],
  laidOut: ReadonlyMap<string, { readonly x: number; readonly y: number }>,
  width: number,
): number {
  const ends = nodes.map(({ id, width, height }) => {
    const { x, y } = laidOut.get(id)!;
    return { right: x + width, bottom: y + height };
  });
  const across = Math.max(1, ...ends.map(({ right }) => right));
  const down = Math.max(1, ...ends.map(({ bottom }) => bottom));
  return Math.min(820, down * Math.min(1, width / across) + 30);
}

function useWidth(frame: React.RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = frame.current!;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    setWidth(element.clientWidth);
    return () => observer.disconnect();
  }, [frame]);
  return width;
}
