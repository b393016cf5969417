/** Kernel of `softplus`: g = max(h, 0) + ln(1 + exp(−|h|)), g' = sigmoid(h) */
import { f32x4, i32x4 } from '../../assembler.js';
import { logOnePlus } from '../elementary.js';
import { type ActivationKernel, locals, sigmoids, zero } from './kernel.js';

export const softplus: ActivationKernel = {
  emit: (context, h, g, derivative) => {
    const [e, low] = locals(context, 2);
    return [
      sigmoids(context, h, e, derivative, low),
      derivative.set(i32x4.select(derivative.get, low.get, f32x4.gt(h.get, zero))),
      logOnePlus(context, e, g),
      g.set(f32x4.add(f32x4.pmax(h.get, zero), g.get)),
    ];
  },
};
