/**
 * The derivatives of one point's loss with respect to all parameters, each with a button that opens it in the Derive
 * view.
 */
import { nameOf } from '@nnbp/explain';
import { useMemo } from 'react';
import { useMessages } from '../language.js';
import { useOffers } from '../offered-views.js';
import { RoundedNumber } from '../shared/rounded-number.js';
import { formatNumber } from '../shared/format-number.js';
import { change, openInDerive } from './change.js';
import styles from './fit.module.css';
import { type FitResult, gradientAt } from './fit.js';
import { messages } from './messages.js';

export function Derivatives({ fit, point }: { readonly fit: FitResult; readonly point: number }) {
  const offers = useOffers();
  const say = useMessages(messages);
  const { parameters, data, fittedValues } = fit;
  const { points, names } = data;
  const { x, y } = points[point];
  const gradient = useMemo(() => gradientAt(fit, point), [fit, point]);
  const predicted = fittedValues[point];
  return (
    <section className="panel" aria-label={say.derivatives}>
      <h2>{say.derivatives}</h2>
      <label className={styles.field}>
        {say.point}
        <select value={point} onChange={(event) => change({ point: Number(event.target.value) })}>
          {points.map(({ x, y }, k) => (
            <option key={k} value={k}>
              {say.pointOption(k + 1, formatNumber(x), formatNumber(y))}
            </option>
          ))}
        </select>
      </label>
      <dl className={styles.figures}>
        {(
          [
            [names[0], x],
            [names[1], y],
            [say.fittedValue, predicted],
            [say.residual, y - predicted],
            [say.loss, (y - predicted) ** 2],
          ] as const
        ).map(([name, value], k) => (
          <div key={k}>
            <dt>{name}</dt>
            <dd>
              <RoundedNumber value={value} />
            </dd>
          </div>
        ))}
      </dl>
      <div className={styles.scroll}>
        <table>
          <thead>
            <tr>
              <th scope="col">{say.derivative}</th>
              <th scope="col">{say.value}</th>
              <th scope="col">
                <span className="visually-hidden">{say.open}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {parameters.map((parameter, k) => {
              const name = nameOf(parameter.quantity);
              return (
                <tr key={name}>
                  <th scope="row" className={styles.name}>
                    {name}
                  </th>
                  <td>
                    <RoundedNumber value={gradient[k]} />
                  </td>
                  <td>
                    {offers('derive') && (
                      <button
                        type="button"
                        aria-label={say.openInDerive(name, formatNumber(gradient[k]))}
                        onClick={() => openInDerive(fit, point, parameter)}
                      >
                        {say.open}
                      </button>
                    )}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <p className="quiet">{say.derivativesHint}</p>
    </section>
  );
}
