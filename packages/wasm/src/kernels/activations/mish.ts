/**
 * Kernel of `mish`: g = h · a, where a = tanh(softplus(h)) is computed from e = exp(−|h|):
 *
 *     n = 1 + 2 e and m = 2 e² for h ≥ 0, else n = e² + 2 e and m = 2
 *     a = n / (n + m),  1 − a = m / (n + m),  g' = a + h · σ(h) · (1 − a) (1 + a)
 *
 * Locals are reused: `low` becomes σ(h), `high` becomes 1 / (n + m), and `g` holds the value of a until the
 * last instruction.
 */
import { f32x4, i32x4 } from '../../assembler.js';
import { type ActivationKernel, locals, one, sigmoids, two, zero } from './kernel.js';

export const mish: ActivationKernel = {
  emit: (context, h, g, derivative) => {
    const [e, high, low, n, m] = locals(context, 5);
    const positive = f32x4.gt(h.get, zero);
    return [
      sigmoids(context, h, e, high, low),
      low.set(i32x4.select(high.get, low.get, positive)),
      n.set(f32x4.mul(e.get, f32x4.add(e.get, two))),
      n.set(i32x4.select(f32x4.add(one, f32x4.add(e.get, e.get)), n.get, positive)),
      m.set(i32x4.select(f32x4.mul(two, f32x4.mul(e.get, e.get)), two, positive)),
      high.set(f32x4.div(one, f32x4.add(n.get, m.get))),
      g.set(f32x4.mul(n.get, high.get)),
      derivative.set(
        f32x4.mul(f32x4.mul(f32x4.mul(m.get, high.get), f32x4.add(one, g.get)), f32x4.mul(h.get, low.get)),
      ),
      derivative.set(f32x4.add(g.get, derivative.get)),
      g.set(f32x4.mul(h.get, g.get)),
    ];
  },
};
