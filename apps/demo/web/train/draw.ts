/** Draws surfaces, curves, points and edges on canvases, from flat arrays. */
import { short } from './numbers.js';
import type { Layout } from './observe.js';
import { classColour, css, mix, type Palette, type Rgb, signed } from '../shared/palette.js';
import type { Points, Ready } from './trainer.js';

/**
 * Clears a canvas, scales it to the resolution of the screen (at most 2 pixels per CSS pixel), and returns its context.
 */
export function contextOf(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D {
  const density = Math.min(2, devicePixelRatio || 1);
  if (canvas.width !== Math.round(width * density) || canvas.height !== Math.round(height * density)) {
    canvas.width = Math.round(width * density);
    canvas.height = Math.round(height * density);
  }
  const context = canvas.getContext('2d')!;
  context.setTransform(density, 0, 0, density, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

/**
 * Encodes an opaque colour as a 32-bit integer of image data: alpha, blue, green, red, from the highest byte to the
 * lowest.
 */
export const pixelOf = ([red, green, blue]: Rgb): number =>
  ((255 << 24) | (Math.round(blue) << 16) | (Math.round(green) << 8) | Math.round(red)) >>> 0;

/** Image data by side length in pixels, reused between images. */
const images = new Map<number, ImageData>();
/** Canvases by side length in pixels, reused between images. */
const canvases = new Map<number, HTMLCanvasElement>();

/**
 * Fills a canvas with a square image, which CSS enlarges. `pixelAt` returns the colour of a pixel, encoded by
 * `pixelOf`.
 */
export function paintImage(canvas: HTMLCanvasElement, side: number, pixelAt: (pixel: number) => number): void {
  if (canvas.width !== side || canvas.height !== side) canvas.width = canvas.height = side;
  const context = canvas.getContext('2d')!;
  let image = images.get(side);
  if (image === undefined) images.set(side, (image = context.createImageData(side, side)));
  const pixels = new Uint32Array(image.data.buffer);
  for (let p = 0; p < pixels.length; p++) pixels[p] = pixelAt(p);
  context.putImageData(image, 0, 0);
}

/**
 * Returns a canvas with a square image; see `paintImage`. Use the canvas immediately, since the next image of the same
 * size overwrites it.
 */
export function imageOf(side: number, pixelAt: (pixel: number) => number): HTMLCanvasElement {
  let canvas = canvases.get(side);
  if (canvas === undefined) canvases.set(side, (canvas = document.createElement('canvas')));
  paintImage(canvas, side, pixelAt);
  return canvas;
}

const ramps = new WeakMap<Palette, Map<number, Uint32Array>>();

/** Returns a lookup table of 256 pixels for values from −1 to 1. `strength`: from 0 (no colour) to 1. */
export function ramp(palette: Palette, strength: number): Uint32Array {
  const byStrength = ramps.get(palette) ?? new Map<number, Uint32Array>();
  ramps.set(palette, byStrength);
  let pixels = byStrength.get(strength);
  if (pixels === undefined) {
    pixels = Uint32Array.from({ length: 256 }, (_, k) => pixelOf(signed(palette, ((k - 127.5) / 127.5) * strength)));
    byStrength.set(strength, pixels);
  }
  return pixels;
}

/**
 * Returns a function that computes the pixels of the output surface.
 *
 * @param picture - The output at each pixel; see `Observation.picture`.
 */
export function surfacePixel(ready: Ready, picture: Float32Array, palette: Palette): (pixel: number) => number {
  if (ready.task === 'classes') {
    const shades = ready.classes.map((_, k) =>
      Uint32Array.from({ length: 256 }, (_, shade) =>
        pixelOf(mix(palette.panel, classColour(palette, k), 0.15 + (0.55 * shade) / 255)),
      ),
    );
    return (pixel) => {
      const k = Math.floor(picture[pixel]);
      return shades[k][Math.round(255 * (picture[pixel] - k))];
    };
  }
  const colours = ramp(palette, 0.75);
  const [min, max] = ready.task === 'binary' ? [-1, 1] : targetRange(ready);
  return (pixel) => {
    const at = ((picture[pixel] - min) / (max - min)) * 255;
    return colours[Math.max(0, Math.min(255, Math.round(at)))];
  };
}

/** Returns the range of the targets with a margin of 15 % on both sides, or [−1, 1] if the samples are not plotted. */
export function targetRange({ points }: Ready): readonly [number, number] {
  if (points === undefined) return [-1, 1];
  const all = [...points.training.targets, ...(points.validation?.targets ?? [])];
  const [min, max] = [Math.min(...all), Math.max(...all)];
  const margin = (max - min) * 0.15 || 1;
  return [min - margin, max + margin];
}

/** Maps data coordinates to pixels. */
interface Frame {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

export const frameOf = (
  [left, right]: readonly [number, number],
  [bottom, top]: readonly [number, number],
  width: number,
  height: number,
): Frame => ({
  x: (value) => ((value - left) / (right - left)) * width,
  y: (value) => height - ((value - bottom) / (top - bottom)) * height,
});

/** Draws filled points (for training samples) or hollow points (for validation samples). */
export function drawPoints(
  context: CanvasRenderingContext2D,
  ready: Ready,
  points: Points,
  frame: Frame,
  palette: Palette,
  filled: boolean,
): void {
  const planar = ready.axes.length === 2;
  const [min, max] = targetRange(ready);
  context.lineWidth = filled ? 1 : 1.5;
  for (let s = 0; s < points.count; s++) {
    const target = points.targets[s];
    const colour =
      ready.task === 'regression'
        ? planar
          ? signed(palette, (2 * (target - min)) / (max - min) - 1)
          : palette.accent
        : classColour(palette, target);
    const x = frame.x(points.inputs[planar ? 2 * s : s]);
    const y = frame.y(planar ? points.inputs[2 * s + 1] : target);
    context.beginPath();
    context.arc(x, y, filled ? 3.6 : 2.8, 0, 2 * Math.PI);
    context.fillStyle = css(filled ? colour : palette.panel, filled ? 1 : 0.7);
    context.strokeStyle = css(filled ? palette.panel : colour);
    context.fill();
    context.stroke();
  }
}

/**
 * Draws a line through values that are evenly spaced along the x axis.
 *
 * @param yOf - Returns the y coordinate of a value, in pixels from the top.
 */
export function drawCurve(
  context: CanvasRenderingContext2D,
  values: ArrayLike<number>,
  yOf: (value: number) => number,
  width: number,
  colour: string,
  thickness: number,
): void {
  context.beginPath();
  for (let p = 0; p < values.length; p++) {
    const x = ((p + 0.5) / values.length) * width;
    if (p === 0) context.moveTo(x, yOf(values[p]));
    else context.lineTo(x, yOf(values[p]));
  }
  context.strokeStyle = colour;
  context.lineWidth = thickness;
  context.lineJoin = 'round';
  context.stroke();
}

/** Returns the centres of the drawn nodes, in pixels. */
export function positionsOf({ layers }: Layout, width: number, height: number): readonly (readonly [number, number])[] {
  return layers.flatMap(({ ids }, k) => {
    const x = ((k + 0.5) / layers.length) * width;
    return ids.map((_, n): [number, number] => [x, height / 2 + (n - (ids.length - 1) / 2) * nodeRow]);
  });
}

/** Vertical distance between the centres of nodes, in pixels. */
export const nodeRow = 46;
/** Side length of a node, in pixels. */
export const nodeSide = 34;

/**
 * Draws edges as curves. The thickness shows the magnitude, the colour the sign. If `spread` is set, the thickness
 * grows with the square root of the magnitude, so that gradients a hundred times smaller than the largest stay visible.
 */
export function drawEdges(
  context: CanvasRenderingContext2D,
  layout: Layout,
  positions: readonly (readonly [number, number])[],
  values: Float32Array,
  palette: Palette,
  spread: boolean,
): void {
  const largest = values.reduce((max, value) => Math.max(max, Math.abs(value)), 1e-38);
  for (const [e, [from, to]] of layout.edges.entries()) {
    const share = Math.abs(values[e]) / largest;
    const size = spread ? Math.sqrt(share) : share;
    const [x1, y1] = positions[from];
    const [x2, y2] = positions[to];
    const middle = (x1 + x2) / 2;
    context.beginPath();
    context.moveTo(x1 + nodeSide / 2, y1);
    context.bezierCurveTo(middle, y1, middle, y2, x2 - nodeSide / 2, y2);
    context.strokeStyle = css(values[e] < 0 ? palette.negative : palette.positive, 0.12 + 0.8 * size);
    context.lineWidth = 0.4 + 5 * size;
    context.stroke();
  }
  if (values.length <= maxLabelledEdges) drawNumbers(context, layout, positions, values, palette);
}

/** The edges are labelled with their values only if there are at most this many. */
const maxLabelledEdges = 12;

function drawNumbers(
  context: CanvasRenderingContext2D,
  layout: Layout,
  positions: readonly (readonly [number, number])[],
  values: Float32Array,
  palette: Palette,
): void {
  context.font = '12px system-ui, sans-serif';
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.lineWidth = 4;
  for (const [e, [from, to]] of layout.edges.entries()) {
    const x = (positions[from][0] + positions[to][0]) / 2;
    const y = (positions[from][1] + positions[to][1]) / 2;
    context.strokeStyle = css(palette.panel);
    context.strokeText(short(values[e]), x, y);
    context.fillStyle = css(palette.text);
    context.fillText(short(values[e]), x, y);
  }
}
