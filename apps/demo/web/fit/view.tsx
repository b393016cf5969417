/** The Fit view: data and model on the left; curve, estimates and derivatives on the right. */
import { useMemo } from 'react';
import { useMessages } from '../language.js';
import { usePlayground } from '../store.js';
import { Derivatives } from './derivatives.js';
import { Estimates } from './estimates.js';
import styles from './fit.module.css';
import type { FitProblem } from './fit.js';
import { messages } from './messages.js';
import { DataPanel, ModelPanel } from './panels.js';
import { Plot } from './plot.js';
import { maxPoints } from './points.js';
import { change } from './change.js';
import { useFit } from './use-fit.js';

export default function View() {
  const state = usePlayground(({ fit }) => fit);
  const network = usePlayground(({ network, fit }) => (fit.model === 'network' ? network : null));
  const say = useMessages(messages);
  const { data, formula, start } = state;
  const request = useMemo(() => ({ data, formula, start, network }), [data, formula, start, network]);
  const { prepared, fit, problem } = useFit(request);
  const points = prepared?.data.points ?? [];
  const point = Math.min(state.point, Math.max(0, points.length - 1));
  return (
    <div className={styles.view}>
      <p className={`${styles.lead} quiet`}>{say.lead}</p>
      <div className={styles.setup}>
        <DataPanel />
        <ModelPanel prepared={prepared} fit={fit} />
      </div>
      <div className={styles.result}>
        <section className="panel" aria-label={say.curve}>
          {problem === undefined ? (
            <p role="status" className={fit?.converged === false ? 'problem' : 'quiet'}>
              {fit === undefined ? say.fitting : fit.converged ? say.done(fit.iterations) : say.notDone(fit.iterations)}
            </p>
          ) : (
            <p role="alert" className="problem">
              {messageOf(problem, say.problems)}
            </p>
          )}
          {prepared && <Plot data={prepared.data} fit={fit} chosen={point} choose={(point) => change({ point })} />}
        </section>
        {fit && <Estimates fit={fit} />}
        {fit && <Derivatives fit={fit} point={point} />}
      </div>
    </div>
  );
}

function messageOf(problem: FitProblem, say: (typeof messages)['en']['problems']): string {
  switch (problem.kind) {
    case 'points': {
      const { reason, line } = problem.problem;
      if (reason === 'empty') return say.points.empty;
      return reason === 'line' ? say.points.line(line) : say.points.tooMany(maxPoints);
    }
    case 'shape':
      return say.shape;
    case 'delays':
      return say.delays;
    case 'few':
      return say.few(problem.points, problem.parameters);
    case 'not-finite':
      return say.notFinite(problem.iterations);
    case 'other':
      return problem.text;
  }
}
