/**
 * Writes aggregations as PyTorch expressions in the tensor z. The expressions reduce the last axis of z, which has one
 * entry per edge.
 */
import type { AggregationName } from '@nnbp/aggregations';
import type { Aggregation } from '@nnbp/core';

/** Expressions by name. TypeScript requires an entry for every built-in aggregation. */
const expressions = {
  logSumExp: 'torch.logsumexp(z, -1)',
  // If several entries tie, the first receives the gradient.
  max: 'z.gather(-1, z.argmax(-1, keepdim=True)).squeeze(-1)',
  maxAbs: 'z.gather(-1, z.abs().argmax(-1, keepdim=True)).squeeze(-1)',
  mean: 'z.mean(-1)',
  // The mean of the two middle entries. torch.median returns the lower of the two.
  median: 'z.sort(-1).values[..., (z.shape[-1] - 1) // 2 : z.shape[-1] // 2 + 1].mean(-1)',
  min: 'z.gather(-1, z.argmin(-1, keepdim=True)).squeeze(-1)',
  product: 'z.prod(-1)',
  sum: 'z.sum(-1)',
} satisfies Readonly<Record<AggregationName, string>>;

/** Returns A(z) as a Python expression in z; undefined for a custom aggregation. */
export const pythonOfAggregation = ({ builtin }: Aggregation): string | undefined =>
  builtin && (expressions as Readonly<Record<string, string | undefined>>)[builtin.name];
