/** Panel with the gradient magnitude of each node: one row per layer, from the outputs to the inputs. */
import { memo } from 'react';
import { useMessages } from '../language.js';
import { messages } from './messages.js';
import { times } from '../shared/format-number.js';
import { short } from './numbers.js';
import type { Observation } from './observe.js';
import { css, mix, usePalette } from '../shared/palette.js';
import type { Ready } from './trainer.js';
import styles from './gradients.module.css';
import areas from './view.module.css';

/**
 * If the gradients of the first and last hidden layers differ by more than this factor, they count as vanishing or
 * exploding.
 */
const notableRatio = 30;

export const Gradients = memo(function Gradients({
  ready,
  observation,
}: {
  readonly ready: Ready;
  readonly observation: Observation;
}) {
  const say = useMessages(messages);
  const palette = usePalette();
  const { layers } = ready.layout;
  const { gradients, layerGradients } = observation;
  const largest = Math.max(1e-30, ...gradients, ...layerGradients);
  // The shade is 1 for the largest gradient and 0 for a ten-thousandth of it. The scale is logarithmic, since vanishing
  // gradients span many powers of ten.
  const shade = (value: number) => Math.max(0, 1 + Math.log10(Math.max(1e-30, value) / largest) / 4);
  let first = 0;
  const rows = layers.map(({ ids }, k) => {
    const begin = first;
    first += ids.length;
    return { k, cells: Array.from(gradients.subarray(begin, begin + ids.length)), mean: layerGradients[k] };
  });
  return (
    <section className={`panel ${styles.panel} ${areas.gradients}`} aria-label={say.gradients}>
      <h2>{say.gradients}</h2>
      <table>
        <tbody>
          {rows.toReversed().map(({ k, cells, mean }) => (
            <tr key={k}>
              <th scope="row">{k === 0 ? say.inputs : k === layers.length - 1 ? say.outputs : say.layer(k)}</th>
              <td className={styles.heat}>
                {cells.map((value, n) => (
                  <span
                    key={n}
                    title={short(value)}
                    style={{ background: css(mix(palette.panel, palette.accent, shade(value))) }}
                  />
                ))}
                {cells.length === 0 && (
                  <span
                    className={styles.wholeLayer}
                    style={{ background: css(mix(palette.panel, palette.accent, shade(mean))) }}
                    title={short(mean)}
                  />
                )}
              </td>
              <td title={say.gradientOfLayer} data-gradient={k}>
                {short(mean)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p>{summaryOf(layerGradients, say.summaries)}</p>
      <p className="quiet">{say.gradientsNote}</p>
    </section>
  );
});

/**
 * Describes how the gradients of the first and last hidden layers compare. Empty if there are fewer than two hidden
 * layers.
 */
function summaryOf(layerGradients: Float32Array, say: (typeof messages)['en']['summaries']): string {
  if (layerGradients.length < 4) return '';
  const ratio = layerGradients[1] / layerGradients[layerGradients.length - 2];
  if (ratio < 1 / notableRatio) return say.vanishing(times(1 / ratio));
  return ratio > notableRatio ? say.exploding(times(ratio)) : say.even;
}
