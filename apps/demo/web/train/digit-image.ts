/**
 * Converts a drawing to an image like those of the digits data set: the ink is scaled so that its longer side is
 * 20/28 of the image's side, and the centre of mass of the ink is moved to the middle of the image.
 */

const inkFraction = 20 / 28;

/**
 * Returns side × side pixels from 0 to 1, row by row; undefined if nothing is drawn.
 *
 * @param drawing - A canvas that is opaque where there is ink, and transparent elsewhere.
 */
export function digitImage(drawing: HTMLCanvasElement, side: number): Float64Array | undefined {
  const { width, height } = drawing;
  const ink = alphaOf(drawing.getContext('2d')!, width, height);
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let p = 0; p < ink.length; p++) {
    if (ink[p] === 0) continue;
    const [x, y] = [p % width, Math.floor(p / width)];
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  }
  if (right < 0) return undefined;
  const [wide, tall] = [right - left + 1, bottom - top + 1];
  const scale = (inkFraction * side) / Math.max(wide, tall);
  const drawnAt = (x: number, y: number) => {
    const small = document.createElement('canvas');
    small.width = small.height = side;
    const context = small.getContext('2d')!;
    context.imageSmoothingQuality = 'high';
    context.drawImage(drawing, left, top, wide, tall, x, y, wide * scale, tall * scale);
    return alphaOf(context, side, side);
  };
  const [x, y] = [(side - wide * scale) / 2, (side - tall * scale) / 2];
  const centre = centreOfMass(drawnAt(x, y), side);
  return drawnAt(x + side / 2 - centre.x, y + side / 2 - centre.y);
}

/** Returns the opacity of each pixel, from 0 to 1, row by row. */
function alphaOf(context: CanvasRenderingContext2D, width: number, height: number): Float64Array {
  const { data } = context.getImageData(0, 0, width, height);
  return Float64Array.from({ length: width * height }, (_, p) => data[4 * p + 3] / 255);
}

/** Returns the centre of mass of the ink, in pixels from the upper left corner. */
function centreOfMass(ink: Float64Array, side: number): { readonly x: number; readonly y: number } {
  let [mass, x, y] = [0, 0, 0];
  for (let p = 0; p < ink.length; p++) {
    mass += ink[p];
    x += ink[p] * ((p % side) + 0.5);
    y += ink[p] * (Math.floor(p / side) + 0.5);
  }
  return { x: x / mass, y: y / mass };
}
