/**
 * Recognizes activations that are written as several operations. The recognition starts at the last operation: a
 * product, quotient, root or exponential.
 */
import {
  bentIdentity,
  gaussian,
  gelu,
  hardSigmoid,
  hardSwish,
  hardTanh,
  mish,
  sigmoid,
  silu,
  softplus,
  softsign,
  tanh,
} from '@nnbp/activations';
import { product as productAggregation } from '@nnbp/aggregations';
import type { Call } from '../call.js';
import { affine, type Entry, ratio, sum } from '../tape.js';
import { isActivationPart, map, type Operator, termCount } from './operator.js';

/**
 * Converts the product of two computed values, `a` and `b`. The product `a · a` becomes a square, which may be part of
 * an activation. If one factor is a gate, s · f(r a) + t, where `a` is the other factor, the product may become one of
 * the activations below. Any other product becomes a node with the aggregation `product`.
 *
 * - silu, with f = sigmoid and t = 0: a s σ(r a) = s/r silu(r a)
 * - mish, with f(a) = tanh(softplus(a)), r = 1 and t = 0: a s f(a) = s mish(a)
 * - hardSwish, with f = hardSigmoid and t = 0: a s f(r a) = s/r hardSwish(r a)
 * - hardSwish, with f = hardTanh and t = s: a s (1 + f(r a)) = 2/3 s/r hardSwish(3 r a), because
 *   1 + hardTanh(u) = 2 hardSigmoid(3 u)
 * - gelu, with f = erf and t = s: a s (1 + erf(r a)) = √2 s/r gelu(√2 r a)
 */
export function product(call: Call, a: Entry, b: Entry): Entry {
  if (a === b) return call.tape.apply({ part: 'square', label: call.label }, a);
  return gatedActivation(call, a, b) ?? gatedActivation(call, b, a) ?? call.tape.aggregate(productAggregation, [a, b]);
}

function gatedActivation(call: Call, a: Entry, gate: Entry): Entry | undefined {
  const { tape } = call;
  const node = tape.nodeOf(gate);
  if (node === undefined) return undefined;
  const s = gate.weights[0];
  const t = gate.bias;
  if (node.g === tanh && t === 0) {
    const inner = tape.nodeOf(node.h);
    const plain = node.h.weights[0] === 1 && node.h.bias === 0;
    if (inner?.g !== softplus || !plain || ratio(a, inner.h) !== 1) return undefined;
    return affine(tape.apply(mish, inner.h), s, 0);
  }
  const r = ratio(a, node.h);
  if (r === undefined) return undefined;
  if (node.g === sigmoid && t === 0) return affine(tape.apply(silu, node.h), s / r, 0);
  if (node.g === hardSigmoid && t === 0) return affine(tape.apply(hardSwish, node.h), s / r, 0);
  if (Math.abs(t - s) > 1e-6 * Math.abs(s)) return undefined;
  if (node.g === hardTanh) return affine(tape.apply(hardSwish, affine(node.h, 3, 0)), ((2 / 3) * s) / r, 0);
  if (!isActivationPart(node, 'erf')) return undefined;
  return affine(tape.apply(gelu, affine(node.h, Math.SQRT2, 0)), (Math.SQRT2 * s) / r, 0);
}

/** Converts the only quotient that is supported: a / (t + s |r a|) = 1/(s |r|) softsign(s |r| / t · a). */
export function quotient(call: Call, a: Entry, b: Entry): Entry {
  const { tape } = call;
  const node = tape.nodeOf(b);
  const s = b.weights[0];
  const t = b.bias;
  const r = node !== undefined && isActivationPart(node, 'abs') ? ratio(a, node.h) : undefined;
  if (r === undefined || s <= 0 || t <= 0) return call.unsupported('a quotient of two computed tensors');
  const scale = s * Math.abs(r);
  return affine(tape.apply(softsign, affine(a, scale / t, 0)), 1 / scale, 0);
}

/**
 * `Sqrt` of t + s q², part of the bent identity: √(t + s q²) = √t (2 bentIdentity(u) − 2 u + 1) with u = √(s / t) q.
 */
export const squareRoot: Operator = (call) => {
  const { shape, entries } = call.rows(0);
  call.spend(4 * termCount(entries));
  const roots = entries.map((entry) => {
    const node = call.tape.nodeOf(entry);
    const s = entry.weights[0];
    const t = entry.bias;
    if (node === undefined || !isActivationPart(node, 'square') || !(s > 0 && t > 0)) {
      return call.unsupported('a square root of anything other than h · h plus a positive number');
    }
    const u = affine(node.h, Math.sqrt(s / t), 0);
    return affine(sum([affine(call.tape.apply(bentIdentity, u), 2, 1), affine(u, -2, 0)]), Math.sqrt(t), 0);
  });
  return { shape, entries: roots };
};

/** `Exp` of −s q²: exp(−s q²) = gaussian(√s q). */
export const exponential: Operator = (call) =>
  map(call, (entry) => {
    const node = call.tape.nodeOf(entry);
    if (node === undefined || !isActivationPart(node, 'square') || entry.bias !== 0 || entry.weights[0] >= 0) {
      return call.unsupported('exp of anything other than −h · h (exp of −h · h is imported as a gaussian)');
    }
    return call.tape.apply(gaussian, affine(node.h, Math.sqrt(-entry.weights[0]), 0));
  });
