/** Renders an SVG image as a PNG file. */
import type { SvgPicture } from './svg-of.js';

/** Pixels per CSS pixel. */
const density = 2;

export async function pngOf({ text, width, height }: SvgPicture): Promise<Blob> {
  const address = URL.createObjectURL(new Blob([text], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = width * density;
    canvas.height = height * density;
    canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
    if (blob === null)
      throw new Error(
        `The image is ${canvas.width} × ${canvas.height} pixels, which is too large for this browser. Download it as SVG.`,
      );
    return blob;
  } finally {
    URL.revokeObjectURL(address);
  }
}
