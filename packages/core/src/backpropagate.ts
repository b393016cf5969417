/** Runs a forward and a backward pass on the reference engine and returns every derivative. */
import type { ReferenceCache } from './cache.js';
import type { Loss } from './contract.js';
import { NnbpError } from './errors.js';
import { mismatch, expectFinite } from './expect.js';
import type { Network } from './network.js';
import { ParameterVector } from './parameters.js';
import { ReferenceExecutor } from './reference.js';
import { expectNoOverflow } from './overflow.js';
import { flatRows, type Row } from './rows.js';

/** The result of {@link backpropagate}. */
export interface Pass {
  /** The mean loss over the samples. */
  readonly loss: number;
  /** The outputs, `[samples × outputs]`; standardized if the network has an output scaler. */
  readonly outputs: readonly (readonly number[])[];
  /** x, h, g, slope and dloss/dx of every node and sample. */
  readonly cache: ReferenceCache;
  /** dloss/db, dloss/dc and dloss/dw of every node, for the mean loss. */
  readonly gradients: ParameterVector;
}

/**
 * Runs a forward and a backward pass on one sample and returns every derivative. Does not change the parameters. Input
 * and target are in the units of the data. If the network has scalers, the loss, cache and gradients refer to the
 * standardized values.
 *
 * @param target - One number per output node, in the order in which the outputs were declared.
 * @throws NnbpError `WRONG_TYPE`, `WRONG_LENGTH`, `NOT_FINITE`, `WRONG_TARGET`; `OVERFLOW`, naming the sample and node
 * where it first occurred
 *
 * @example
 * ```ts
 * import { sigmoid } from '@nnbp/activations';
 * import { backpropagate, mlp, Network } from '@nnbp/core';
 * import { mse } from '@nnbp/losses';
 *
 * const network = new Network(mlp([2, 3, 1], { activation: sigmoid }), { seed: 42 });
 * const pass = backpropagate(network, [0.5, 1], [1], mse());
 * pass.gradients.of('output.0').b === pass.cache.dLossDx('output.0') * pass.cache.slope('output.0'); // true
 * ```
 */
export function backpropagate(network: Network, input: Row, target: Row, loss: Loss): Pass {
  return backpropagateBatch(network, [input], [target], loss);
}

/**
 * Like {@link backpropagate}, for a batch of samples. The loss and the gradients are means over the batch.
 *
 * @throws NnbpError `EMPTY_DATA`, and the errors thrown by `backpropagate`
 */
export function backpropagateBatch(
  network: Network,
  inputs: ArrayLike<Row>,
  targets: ArrayLike<Row>,
  loss: Loss,
): Pass {
  const { graph, inputScaler, outputScaler } = network;
  const samples = inputs.length;
  if (targets.length !== samples) {
    throw mismatch('WRONG_LENGTH', 'targets', `one row per sample (${samples})`, targets.length);
  }
  if (samples === 0) throw new NnbpError('EMPTY_DATA', 'inputs is empty. Pass at least one sample.');
  expectFinite('parameters', network.parameters.vector);
  const executor = new ReferenceExecutor(graph, samples);
  executor.parameters.set(network.parameters.vector);
  const width = graph.outputs.length;
  const inputRows = flatRows('input', inputs, graph.inputCount, inputScaler);
  const targetRows = flatRows('target', targets, width, outputScaler);
  const targetOf = (s: number) => targetRows.subarray(s * width, (s + 1) * width);
  for (let s = 0; s < samples; s++) {
    const problem = loss.targetProblem?.(targetOf(s));
    if (problem) throw new NnbpError('WRONG_TARGET', `target of sample ${s}, for the loss ${loss.name}: ${problem}.`);
  }
  const mean = executor.backpropagate(inputRows, targetRows, samples, loss);
  const outputs = executor.cache.samples.map(({ x }) => Array.from(graph.outputs, (i) => x[i]));
  expectNoOverflow(executor, mean, (s) => loss.value(outputs[s], targetOf(s)));
  return {
    loss: mean,
    outputs,
    cache: executor.cache,
    gradients: new ParameterVector(graph, executor.gradients),
  };
}
