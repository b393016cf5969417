/**
 * The engine without WebAssembly: the reference engine's arithmetic in two tight loops over flat arrays. For pages whose
 * content security policy forbids compiling, and for graphs too small to be worth it.
 */
import type { SampleCache } from './cache.js';
import type { Engine, FloatArray } from './contract.js';
import { ReferenceExecutor } from './reference.js';

/**
 * A typed-array engine in float64 that needs no WebAssembly. Its sums are the reference engine's up to the order in
 * which case 2 adds.
 */
export const js = (): Engine => ({
  name: 'js',
  prepare: (graph, batchSize) => new JsExecutor(graph, batchSize),
});

class JsExecutor extends ReferenceExecutor {
  protected override forward({ h, g, x, slope }: SampleCache, inputs: FloatArray, s: number): void {
    const { parameters } = this;
    const { nodeCount, inputCount, edgeStart, predecessors, parameterStart, scaleTrainable } = this.graph;
    const { activations, activationOf, sharedWeights } = this.graph;
    for (let i = 0; i < inputCount; i++) x[i] = inputs[s * inputCount + i];
    for (let i = inputCount; i < nodeCount; i++) {
      const b = parameterStart[i];
      const end = edgeStart[i + 1];
      let sum = parameters[b];
      // Two loops: asking for each edge whose weight it is took a tenth more of a step.
      if (sharedWeights === undefined) {
        let w = b + 1 + scaleTrainable[i];
        for (let edge = edgeStart[i]; edge < end; edge++) sum += parameters[w++] * x[predecessors[edge]];
      } else {
        for (let edge = edgeStart[i]; edge < end; edge++)
          sum += parameters[sharedWeights[edge]] * x[predecessors[edge]];
      }
      const activation = activations[activationOf[i]];
      const c = scaleTrainable[i] === 1 ? parameters[b + 1] : 1;
      const value = activation.value(sum);
      h[i] = sum;
      g[i] = value;
      x[i] = c * value;
      slope[i] = c * activation.derivative(sum, value);
    }
  }

  /** Cases 2 and 3 in one walk over each node's incoming edges: what it owes its predecessors is handed on at once. */
  protected override backward({ g, x, slope, dLossDx }: SampleCache, caseOne: Float64Array): void {
    const { parameters, gradients } = this;
    const { nodeCount, inputCount, edgeStart, predecessors, parameterStart, scaleTrainable, sharedWeights, outputs } =
      this.graph;
    dLossDx.fill(0);
    for (let k = 0; k < outputs.length; k++) dLossDx[outputs[k]] = caseOne[k];
    for (let i = nodeCount - 1; i >= inputCount; i--) {
      const b = parameterStart[i];
      const dLossDb = dLossDx[i] * slope[i];
      gradients[b] += dLossDb;
      if (scaleTrainable[i] === 1) gradients[b + 1] += dLossDx[i] * g[i];
      let own = b + 1 + scaleTrainable[i];
      for (let edge = edgeStart[i]; edge < edgeStart[i + 1]; edge++) {
        const j = predecessors[edge];
        const w = sharedWeights === undefined ? own++ : sharedWeights[edge];
        dLossDx[j] += dLossDb * parameters[w];
        gradients[w] += dLossDb * x[j];
      }
    }
  }
}
