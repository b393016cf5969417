/** Panel with the result of checking the user's function: a sentence, a table of mismatches and a plot. */
import { useMessages } from '../language.js';
import { RoundedNumber } from '../shared/rounded-number.js';
import { messages as userCodeMessages } from '../shared/user-code/messages.js';
import type { Verdict } from '../shared/user-code/check.js';
import styles from './check-panel.module.css';
import { messages } from './messages.js';
import { Plot } from './plot.js';
import type { Check, CheckStatus } from './use-check.js';
import type { Kind } from '../shared/user-code/user-functions.js';

export function CheckPanel({ check: { status, verdict }, kind }: { readonly check: Check; readonly kind: Kind }) {
  const say = useMessages(messages);
  return (
    <section className={`panel ${styles.panel}`} aria-label={say.verdict}>
      <h2>{say.verdict}</h2>
      <div role="status" aria-live="polite" data-result={resultOf(status)}>
        <Sentence status={status} />
      </div>
      {verdict !== undefined && (
        <>
          {verdict.mismatches.length > 0 && <Mismatches verdict={verdict} />}
          <h3>
            {say.plot} <span className="quiet">{say.plotOf[kind]}</span>
          </h3>
          <Plot curves={verdict.curves} label={`${say.plot} ${say.plotOf[kind]}`} />
        </>
      )}
    </section>
  );
}

/** `correct` or `wrong` after a check, otherwise the state of the check. */
const resultOf = (status: CheckStatus) =>
  status.state === 'checked' ? (status.verdict.ok ? 'correct' : 'wrong') : status.state;

function Sentence({ status }: { readonly status: CheckStatus }) {
  const say = useMessages(messages);
  const { endless, notLoaded, types } = useMessages(userCodeMessages);
  if (status.state === 'loading') return <p className="quiet">{say.loading}</p>;
  if (status.state === 'checking') return <p className="quiet">{say.checking}</p>;
  if (status.state === 'rejected') {
    if (status.reason === 'time') return <p className="problem">{endless}</p>;
    if (status.reason === 'load') return <p className="problem">{notLoaded}</p>;
    return (
      <div className="problem">
        {status.reason === 'types' ? types : say.threw}
        <ul>
          {status.details.slice(0, 5).map((detail) => (
            <li key={detail}>{status.reason === 'types' ? say.line(detail) : detail}</li>
          ))}
        </ul>
      </div>
    );
  }
  const { ok, checked, mismatches, violations, skipped, hint } = status.verdict;
  if (ok) {
    return (
      <p className={styles.correct}>
        {say.correct(checked)} {skipped > 0 && <span className="quiet">{say.skipped(skipped)}</span>}
      </p>
    );
  }
  return (
    <div className="problem">
      {mismatches.length > 0 ? say.wrong(mismatches.length) : say.broken}
      {hint !== undefined && <p>{say.perhaps(hint)}</p>}
      {violations.length > 0 && (
        <ul>
          {violations.map((violation) => (
            <li key={violation}>{violation}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Mismatches({ verdict: { mismatches } }: { readonly verdict: Verdict }) {
  const say = useMessages(messages);
  return (
    <table className={styles.mismatches}>
      <caption className="visually-hidden">{say.disagree}</caption>
      <thead>
        <tr>
          <th scope="col">{say.where}</th>
          <th scope="col">{say.analytic}</th>
          <th scope="col">{say.differences}</th>
        </tr>
      </thead>
      <tbody>
        {mismatches.map(({ name, analytic, numeric }) => (
          <tr key={name}>
            <th scope="row">{name.replaceAll('-', '−')}</th>
            <td>
              <RoundedNumber value={analytic} />
            </td>
            <td>
              <RoundedNumber value={numeric} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
