/** The table of estimates, and statistics of the whole fit. */
import { useMessages } from '../language.js';
import { useJoin } from '../shared/use-join.js';
import { RoundedNumber } from '../shared/rounded-number.js';
import styles from './fit.module.css';
import type { FitResult } from './fit.js';
import { messages } from './messages.js';

const figures = [
  'observations',
  'degreesOfFreedom',
  'residualStandardDeviation',
  'residualSumOfSquares',
  'rSquared',
  'aic',
  'bic',
] as const;

export function Estimates({ fit: { parameters, statistics } }: { readonly fit: FitResult }) {
  const say = useMessages(messages);
  const join = useJoin();
  const { undetermined } = statistics;
  const undeterminedLabels = parameters.filter(({ index }) => undetermined.includes(index)).map(({ label }) => label);
  return (
    <section className="panel" aria-label={say.estimates}>
      <h2>{say.estimates}</h2>
      {undeterminedLabels.length > 0 && <p className="problem">{say.undeterminedHint(join(undeterminedLabels))}</p>}
      <div className={styles.scroll} tabIndex={0} role="group" aria-label={say.estimates}>
        <table>
          <thead>
            <tr>
              <th scope="col">{say.parameter}</th>
              <th scope="col">{say.estimate}</th>
              <th scope="col">{say.standardError}</th>
              <th scope="col">{say.interval}</th>
              <th scope="col">{say.t}</th>
              <th scope="col">{say.p}</th>
            </tr>
          </thead>
          <tbody>
            {parameters.map(({ index, label }) => {
              const { estimate, standardError, interval, t, p } = statistics.parameters[index];
              return (
                <tr key={label}>
                  <th scope="row" className={styles.name}>
                    {label}
                  </th>
                  <td>
                    <RoundedNumber value={estimate} digits={6} />
                  </td>
                  {undetermined.includes(index) ? (
                    <td colSpan={4}>{say.undetermined}</td>
                  ) : (
                    <>
                      <td>
                        <RoundedNumber value={standardError} digits={4} />
                      </td>
                      <td>
                        <RoundedNumber value={interval[0]} /> … <RoundedNumber value={interval[1]} />
                      </td>
                      <td>
                        <RoundedNumber value={t} digits={4} />
                      </td>
                      <td>
                        <RoundedNumber value={p} digits={3} />
                      </td>
                    </>
                  )}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <dl className={styles.figures}>
        {figures.map((name) => (
          <div key={name}>
            <dt>{say.figures[name]}</dt>
            <dd>
              <RoundedNumber value={statistics[name]} digits={6} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
