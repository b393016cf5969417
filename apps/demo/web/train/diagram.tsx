/** The network diagram: layers of nodes with small plots of their values, and the edges between them. */
import { Minus, Plus } from 'lucide-react';
import { memo, useCallback } from 'react';
import { useMessages } from '../language.js';
import { type Settings, withConvolution } from '../shared/training-settings.js';
import { contextOf, drawCurve, drawEdges, nodeRow, nodeSide, paintImage, positionsOf, ramp } from './draw.js';
import { WeightImages } from './image-panels.js';
import { messages } from './messages.js';
import { BoundedField } from '../shared/bounded-field.js';
import { short, integer } from './numbers.js';
import type { Observation } from './observe.js';
import { css, type Palette, usePalette } from '../shared/palette.js';
import type { Ready } from './trainer.js';
import { useDrawing } from './use-drawing.js';
import { useWidth } from '../shared/use-width.js';
import styles from './diagram.module.css';
import areas from './view.module.css';

interface Props {
  readonly settings: Settings;
  readonly change: (part: Partial<Settings>) => void;
  readonly ready: Ready | undefined;
  readonly observation: Observation | undefined;
  /** Called to show the values of a node in the large plot. Null shows the values of the output. */
  readonly inspect: (node: number | null) => void;
  /** Called to show the gradient of a sample on the edges. Null shows the weights. */
  readonly choose: (sample: number | null) => void;
}

const maxLayers = 8;

/** Memoized because most of the trainer's snapshots have no new observation. */
export const Diagram = memo(function Diagram({ settings, change, ready, observation, inspect, choose }: Props) {
  const say = useMessages(messages);
  const { hidden, graph } = settings;
  const resize = (k: number, size: number) => change({ hidden: hidden.map((old, at) => (at === k ? size : old)) });
  return (
    <section className={`panel ${areas.network}`} aria-label={say.network}>
      <h2>{say.network}</h2>
      {graph !== null ? (
        <div className={styles.shape}>
          <span>{say.ownGraph(graph.nodes.length)}</span>
          <button type="button" onClick={() => change({ graph: null })}>
            {say.useLayers}
          </button>
        </div>
      ) : (
        <div className={styles.shape}>
          <span>{say.hiddenLayers(hidden.length)}</span>
          <button
            type="button"
            aria-label={say.removeLayer}
            disabled={hidden.length === 0}
            onClick={() => change({ hidden: hidden.slice(0, -1) })}
          >
            <Minus size={16} aria-hidden />
          </button>
          <button
            type="button"
            aria-label={say.addLayer}
            disabled={hidden.length >= maxLayers}
            onClick={() => change({ hidden: [...hidden, Math.min(8, hidden.at(-1) ?? 8)] })}
          >
            <Plus size={16} aria-hidden />
          </button>
          {hidden.map((size, k) => (
            <BoundedField
              key={k}
              label={say.layerSize(k + 1)}
              hideLabel
              value={size}
              min={1}
              max={512}
              step={1}
              choose={(chosen) => resize(k, chosen)}
            />
          ))}
        </div>
      )}
      {graph === null && settings.data === 'digits' && <Convolution settings={settings} change={change} />}
      {ready !== undefined && <Graph ready={ready} observation={observation} inspect={inspect} />}
      {ready !== undefined && observation?.weightImages && (
        <WeightImages ready={ready} images={observation.weightImages} />
      )}
      {ready !== undefined && (
        <EdgeChoice sample={settings.sample} count={ready.trainingCount} choose={choose} observation={observation} />
      )}
      {ready !== undefined && observation !== undefined && <Parameters ready={ready} observation={observation} />}
      {ready !== undefined && (
        <p className="quiet" title={ready.engine.reason}>
          {say.parametersAndEngine(integer(ready.parameterCount), ready.engine.name)}{' '}
          {ready.layout.layers.some(({ ids, size }) => ids.length > 0 && ids.length < size) && say.wide}
        </p>
      )}
    </section>
  );
});

function Convolution({ settings, change }: Pick<Props, 'settings' | 'change'>) {
  const say = useMessages(messages);
  const { convolution } = settings;
  const choose = (chosen: Settings['convolution']) => change(withConvolution(settings, chosen));
  return (
    <div className={styles.shape}>
      <label>
        <input
          type="checkbox"
          checked={convolution !== null}
          onChange={(event) => choose(event.target.checked ? { filters: 8, kernel: 5 } : null)}
        />{' '}
        {say.convolution}
      </label>
      {convolution !== null && (
        <>
          <BoundedField
            label={say.filters}
            value={convolution.filters}
            min={1}
            max={10}
            step={1}
            choose={(filters) => choose({ ...convolution, filters })}
          />
          <BoundedField
            label={say.kernel}
            value={convolution.kernel}
            min={2}
            max={9}
            step={1}
            choose={(kernel) => choose({ ...convolution, kernel })}
          />
        </>
      )}
    </div>
  );
}

function EdgeChoice(props: {
  readonly sample: number | null;
  readonly count: number;
  readonly choose: (sample: number | null) => void;
  readonly observation: Observation | undefined;
}) {
  const { sample, count, choose, observation } = props;
  const say = useMessages(messages);
  const flow = observation?.flow;
  const largest = flow?.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  return (
    <div className={styles.edges}>
      <label>
        {say.edgesShow}{' '}
        <select
          value={sample === null ? 'weights' : 'flow'}
          onChange={(event) => choose(event.target.value === 'weights' ? null : 0)}
        >
          <option value="weights">{say.edgesWeights}</option>
          <option value="flow">{say.edgesGradient}</option>
        </select>
      </label>
      {sample !== null && (
        <BoundedField
          label={say.sampleNumber}
          hideLabel
          value={sample}
          min={0}
          max={count - 1}
          step={1}
          choose={(number) => choose(number)}
        />
      )}
      <p className={`quiet ${styles.note}`} data-stat="edges">
        {largest === undefined ? say.edgesNote.weights : say.edgesNote.flow(short(largest))}
      </p>
    </div>
  );
}

/** The parameters are listed only if there are at most this many edges. */
const maxListedEdges = 4;

function Parameters({ ready, observation }: { readonly ready: Ready; readonly observation: Observation }) {
  const { edges } = ready.layout;
  if (edges.length > maxListedEdges || edges.length !== observation.weights.length) return null;
  const texts = edges.map(([, to], e) => `w = ${short(observation.weights[e])}, b = ${short(observation.biases[to])}`);
  return <p data-stat="parameters">{texts.join('; ')}</p>;
}

interface GraphProps {
  readonly ready: Ready;
  readonly observation: Observation | undefined;
  readonly inspect: (node: number | null) => void;
}

function Graph({ ready, observation, inspect }: GraphProps) {
  const say = useMessages(messages);
  const palette = usePalette();
  const [frame, available] = useWidth();
  const { layout } = ready;
  const width = Math.max(available, layout.layers.length * 62);
  const longest = Math.max(...layout.layers.map(({ ids }) => ids.length));
  const height = longest * nodeRow + 8;
  const positions = positionsOf(layout, width, height);
  const edgeCanvas = useDrawing(
    useCallback(
      (canvas) => {
        if (observation === undefined || width === 0) return;
        const values = observation.flow ?? observation.weights;
        // The observation may be from an earlier training run with another graph.
        if (values.length !== layout.edges.length) return;
        const context = contextOf(canvas, width, height);
        drawEdges(context, layout, positionsOf(layout, width, height), values, palette, observation.flow !== undefined);
      },
      [layout, observation, palette, width, height],
    ),
  );

  const firstIndices = layout.layers.map((_, k) =>
    layout.layers.slice(0, k).reduce((sum, { ids }) => sum + ids.length, 0),
  );
  return (
    <div className={styles.graph} ref={frame} role="group" aria-label={say.network}>
      <div className={styles.layerNames} style={{ width }}>
        {layout.layers.map(({ size, ids }, k) => (
          <span key={k}>
            {k === 0 ? say.inputs : k === layout.layers.length - 1 ? say.outputs : say.layer(k)}
            {ids.length > 0 && ids.length < size && <small>{say.more(size - ids.length)}</small>}
          </span>
        ))}
      </div>
      <div className={styles.nodes} style={{ width, height }}>
        <canvas ref={edgeCanvas} style={{ width, height }} aria-hidden />
        {layout.layers.map(({ ids, size }, k) => {
          if (ids.length === 0) {
            return (
              <span
                key={k}
                className={styles.block}
                style={{ left: width / layout.layers.length / 2, top: height / 2 }}
              >
                {say.manyInputs(size)}
              </span>
            );
          }
          return ids.map((id, n) => (
            <Node
              key={id}
              number={firstIndices[k] + n}
              name={nameOf(ready, k, n, id)}
              position={positions[firstIndices[k] + n]}
              ready={ready}
              observation={observation}
              palette={palette}
              inspect={inspect}
            />
          ));
        })}
      </div>
    </div>
  );
}

/** Returns the displayed name of a node: the column of an input, the class or column of an output, otherwise the id. */
function nameOf({ layout, inputNames, classes, targetName }: Ready, layer: number, n: number, id: string): string {
  if (layer === 0) return inputNames[n] ?? id;
  if (layer < layout.layers.length - 1) return id.replace('layer', '');
  return classes.length > 2 ? (classes[n] ?? id) : targetName === '' ? id : targetName;
}

interface NodeProps {
  readonly number: number;
  readonly name: string;
  readonly position: readonly [number, number];
  readonly ready: Ready;
  readonly observation: Observation | undefined;
  readonly palette: Palette;
  readonly inspect: (node: number | null) => void;
}

function Node({ number, name, position, ready, observation, palette, inspect }: NodeProps) {
  const say = useMessages(messages);
  const canvas = useDrawing(
    useCallback(
      (element) => {
        if (observation !== undefined) drawNode(element, number, ready, observation, palette);
      },
      [number, ready, observation, palette],
    ),
  );
  // Not a live region: the text changes too often during training. Screen readers read it when the node is focused.
  const { means, gradients, biases } = observation ?? {};
  const label = say.node(name, short(means?.[number]), short(gradients?.[number]), short(biases?.[number]));
  return (
    <button
      type="button"
      className={styles.node}
      style={{ left: position[0] - nodeSide / 2, top: position[1] - nodeSide / 2 }}
      title={label}
      aria-label={label}
      onPointerEnter={() => inspect(number)}
      onPointerLeave={() => inspect(null)}
      onFocus={() => inspect(number)}
      onBlur={() => inspect(null)}
    >
      <canvas ref={canvas} style={{ width: nodeSide - 4, height: nodeSide - 4 }} aria-hidden />
      {/* With more than two inputs, a node shows only a bar, so its name is shown too. */}
      {ready.resolution === 0 && <small>{name.slice(0, 9)}</small>}
    </button>
  );
}

function drawNode(
  canvas: HTMLCanvasElement,
  number: number,
  ready: Ready,
  { responses, means, deviations }: Observation,
  palette: Palette,
): void {
  const { nodeResolution, axes } = ready;
  if (responses === undefined) {
    drawBar(contextOf(canvas, nodeSide, nodeSide), means[number], deviations[number], palette);
    return;
  }
  const count = nodeResolution ** axes.length;
  const values = responses.subarray(number * count, (number + 1) * count);
  if (axes.length === 1) {
    const context = contextOf(canvas, nodeSide, nodeSide);
    context.fillStyle = css(palette.line, 0.6);
    context.fillRect(0, nodeSide / 2 - 0.5, nodeSide, 1);
    const yOf = (value: number) => nodeSide / 2 - (value / 127) * (nodeSide / 2 - 3);
    drawCurve(context, values, yOf, nodeSide, css(palette.accent), 2);
    return;
  }
  const pixels = ramp(palette, 0.9);
  paintImage(canvas, nodeResolution, (p) => pixels[values[p] + 128]);
}

/**
 * Draws the mean value of a node as a bar that starts at the middle of the plot. A grey bar behind it extends from one
 * standard deviation below the mean to one standard deviation above the mean.
 */
function drawBar(context: CanvasRenderingContext2D, mean: number, deviation: number, palette: Palette): void {
  const y = (value: number) =>
    nodeSide / 2 - (Math.max(-maxBarValue, Math.min(maxBarValue, value)) / maxBarValue) * (nodeSide / 2);
  const [top, bottom] = [y(mean + deviation), y(mean - deviation)];
  context.fillStyle = css(palette.quiet, 0.25);
  context.fillRect(nodeSide * 0.3, top, nodeSide * 0.4, Math.max(1, bottom - top));
  context.fillStyle = css(mean < 0 ? palette.negative : palette.positive);
  context.fillRect(nodeSide * 0.3, Math.min(y(0), y(mean)), nodeSide * 0.4, Math.max(2, Math.abs(y(mean) - y(0))));
  context.fillStyle = css(palette.quiet);
  context.fillRect(4, nodeSide / 2 - 0.5, nodeSide - 8, 1);
}

/** Largest magnitude that a bar can show. */
const maxBarValue = 2;
