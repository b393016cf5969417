/**
 * The example of the article on backpropagation (see docs/guides/method-1-the-network.md): node 7 with x4 = 4, x5 = 5,
 * x6 = 6, all parameters 1, t = 10, and the assumption x7 = 7. A sigmoid with c = 1 cannot have the value 7, so the
 * loss uses the assumed value. Of all derivatives computed here, only dloss/dx7 depends on x7 directly.
 */
import { elementwise } from '@nnbp/losses';
import type { Step } from '@nnbp/explain';
import type { NetworkDescription } from '../state.js';

export const articleNode: NetworkDescription = {
  inputs: ['4', '5', '6'],
  nodes: [{ id: '7', from: ['4', '5', '6'], activation: 'sigmoid', b: 1, c: 1, w: [1, 1, 1] }],
  outputs: ['7'],
};

export const articleSample = { input: [4, 5, 6], target: [10] };

/** The loss (x − t)², evaluated at x7 = 7. */
export const assumedLoss = elementwise({
  name: 'mse',
  value: (_, t) => (7 - t) ** 2,
  derivative: (_, t) => 2 * (7 - t),
});

/** Rewrites a derivation to show the assumed value x7 = 7. */
export function asInTheArticle(step: Step): Step {
  const { quantity, node } = step.quantity;
  const assumed = { state: step.state, summands: 1, terms: [] };
  if (node === '7' && quantity === 'dLossDx') {
    return {
      ...assumed,
      quantity: step.quantity,
      case: 1,
      value: step.value,
      formula: String.raw`\frac{\partial\, \mathit{loss}}{\partial x_{7}} = 2 \cdot (x_{7} - t_{7})`,
      numbers: String.raw`2 \cdot (7 - 10)`,
    };
  }
  if (node === '7' && quantity === 'x') {
    return { ...assumed, quantity: step.quantity, case: 'forward', value: 7, formula: 'x_{7} = 7', numbers: '7' };
  }
  return {
    quantity: step.quantity,
    case: step.case,
    value: step.value,
    state: step.state,
    formula: step.formula,
    // With six digits g(16) would be shown as 1, and 1 − g(16) as 0.
    numbers: quantity === 'slope' ? String.raw`1 \cdot 0.999999887 \cdot (1 - 0.999999887)` : step.numbers,
    summands: step.summands,
    get terms() {
      return step.terms.map(asInTheArticle);
    },
  };
}
