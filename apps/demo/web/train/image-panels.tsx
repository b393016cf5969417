/** Panels for image inputs: misclassified images, and the weights of the first layer as images. */
import { memo, useCallback } from 'react';
import { useMessages } from '../language.js';
import { pixelOf, ramp } from './draw.js';
import { ImageCanvas } from './image-canvas.js';
import { messages } from './messages.js';
import type { MisclassifiedImage } from './observe-image.js';
import { mix, usePalette } from '../shared/palette.js';
import type { Ready } from './trainer.js';
import styles from './images.module.css';

interface MisclassifiedProps {
  readonly ready: Ready;
  readonly misclassified: readonly MisclassifiedImage[];
  /** Called to show the prediction for an image. `pixels`: from 0 to 1. */
  readonly setRow: (pixels: Float64Array) => void;
}

export const Misclassified = memo(function Misclassified({ ready, misclassified, setRow }: MisclassifiedProps) {
  const say = useMessages(messages);
  return (
    <section aria-label={say.misclassified}>
      <h3>{say.misclassified}</h3>
      <ul className={styles.images}>
        {misclassified.map((image) => (
          <li key={image.number}>
            <button
              type="button"
              aria-label={say.misclassifiedAs(ready.classes[image.truth], ready.classes[image.predictedClass])}
              title={say.misclassifiedAs(ready.classes[image.truth], ready.classes[image.predictedClass])}
              onClick={() => setRow(Float64Array.from(image.pixels, (value) => value / 255))}
            >
              <Ink pixels={image.pixels} side={ready.side!} size={44} />
              <small>{`${ready.classes[image.truth]} → ${ready.classes[image.predictedClass]}`}</small>
            </button>
          </li>
        ))}
      </ul>
      <p className="quiet">{misclassified.length === 0 ? say.noneMisclassified : say.misclassifiedNote}</p>
    </section>
  );
});

/** Draws a greyscale image in the text colour. `pixels`: from 0 to 255. */
function Ink({ pixels, side, size }: { readonly pixels: Uint8Array; readonly side: number; readonly size: number }) {
  const palette = usePalette();
  const pixelAt = useCallback(
    (pixel: number) => pixelOf(mix(palette.panel, palette.text, pixels[pixel] / 255)),
    [palette, pixels],
  );
  return <ImageCanvas side={side} size={size} pixelAt={pixelAt} />;
}

interface WeightsProps {
  readonly ready: Ready;
  /** Weights of the displayed nodes of the first layer, scaled to ±127 and concatenated node by node. */
  readonly images: Int8Array;
}

export const WeightImages = memo(function WeightImages({ ready, images }: WeightsProps) {
  const say = useMessages(messages);
  const { ids } = ready.layout.layers[1];
  const pixelCount = images.length / ids.length;
  const isConvolution = pixelCount < ready.inputCount;
  const title = isConvolution ? say.filterImages : say.weightImages;
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      <ul className={styles.images}>
        {ids.map((id, k) => (
          <li key={id}>
            <Weights images={images} first={k * pixelCount} side={Math.sqrt(pixelCount)} />
            <small>{isConvolution ? k + 1 : id.replace('layer', '')}</small>
          </li>
        ))}
      </ul>
      <p className="quiet">{isConvolution ? say.filterImagesNote : say.weightImagesNote}</p>
    </section>
  );
});

function Weights(props: { readonly images: Int8Array; readonly first: number; readonly side: number }) {
  const { images, first, side } = props;
  const palette = usePalette();
  const colours = ramp(palette, 1);
  const pixelAt = useCallback((pixel: number) => colours[images[first + pixel] + 128], [colours, images, first]);
  return <ImageCanvas side={side} size={48} pixelAt={pixelAt} />;
}
