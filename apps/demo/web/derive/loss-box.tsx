/** The loss of the sample, its last change, and a button for one step of gradient descent. */
import type { Loss, Network, ParameterVector } from '@nnbp/core';
import { useState } from 'react';
import { useMessages } from '../language.js';
import { RoundedNumber } from '../shared/rounded-number.js';
import { NumberField } from '../shared/number-field.js';
import { update } from '../store.js';
import { delayOf, edgeName } from '../network.js';
import styles from './loss-box.module.css';
import { messages } from './messages.js';

/** A pass over a sample or a sequence, with the network, loss and data that it used. */
export interface ShownPass {
  readonly network: Network;
  readonly loss: Loss;
  readonly pass: { readonly loss: number; readonly gradients: ParameterVector };
  /** The inputs and targets of the sample or the sequence; null for a missing target. */
  readonly data: readonly (number | null)[];
}

interface Props {
  readonly current: ShownPass;
  /** Whether the loss is shown. A link with hidden answers hides it until the last step of the derivation. */
  readonly isKnown: boolean;
}

export function LossBox({ current, isKnown }: Props) {
  const say = useMessages(messages).lossBox;
  const [learningRate, setLearningRate] = useState(0.01);
  const [shown, setShown] = useState<{ readonly before?: ShownPass; readonly now: ShownPass }>({ now: current });
  // Keeps the previous pass for comparison.
  if (shown.now !== current) setShown({ before: shown.now, now: current });
  const { loss } = current.pass;
  const predicted = shown.before && predictedChange(shown.before, current);
  return (
    <div className={styles.box} role="group" aria-label={say.title}>
      <span aria-live="polite">
        {!isKnown ? (
          `${say.loss} ?`
        ) : predicted === undefined ? (
          <>
            {say.loss} <RoundedNumber value={loss} /> <small className="quiet">{say.hint}</small>
          </>
        ) : (
          <>
            {say.loss} <RoundedNumber value={shown.before!.pass.loss} /> → <RoundedNumber value={loss} />: {say.moved}{' '}
            <b>
              <RoundedNumber value={loss - shown.before!.pass.loss} digits={3} />
            </b>
            {say.predicted} <RoundedNumber value={predicted} digits={3} />
          </>
        )}
      </span>
      <span className={styles.step}>
        <label>
          η <NumberField label={say.learningRate} value={learningRate} step={0.01} onChange={setLearningRate} />
        </label>
        <button type="button" title={say.stepTitle} disabled={!isKnown} onClick={() => takeStep(current, learningRate)}>
          {say.step}
        </button>
      </span>
    </div>
  );
}

/**
 * Returns the change in the loss that the derivatives predict: Σ dloss/dp · Δp over all parameters p. Returns undefined
 * if no parameter changed, or if anything other than the parameters changed.
 */
function predictedChange(before: ShownPass, now: ShownPass): number | undefined {
  const [previous, current] = [before.network, now.network];
  const isSame =
    previous.graph.ids.join('\n') === current.graph.ids.join('\n') &&
    previous.graph.edgeCount === current.graph.edgeCount &&
    before.loss.name === now.loss.name &&
    before.data.join() === now.data.join();
  if (!isSame) return undefined;
  const [from, to] = [previous.parameters.vector, current.parameters.vector];
  const gradients = before.pass.gradients.vector;
  if (from.every((value, p) => value === to[p])) return undefined;
  return from.reduce((sum, value, p) => sum + gradients[p] * (to[p] - value), 0);
}

/** Takes one step of gradient descent: p ← p − η · dloss/dp for every parameter p. */
function takeStep({ pass }: ShownPass, learningRate: number): void {
  update((state) => ({
    ...state,
    network: {
      ...state.network,
      nodes: state.network.nodes.map((node) => {
        const { b = 0, c = 0, w } = pass.gradients.of(node.id);
        return {
          ...node,
          b: node.b - learningRate * b,
          c: node.c - learningRate * c,
          w: node.w.map((weight, k) => weight - learningRate * w[edgeName(node.from[k], delayOf(node, k))]),
        };
      }),
    },
  }));
}
