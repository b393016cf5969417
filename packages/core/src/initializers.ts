/** Weight initializers, scaled so that values and derivatives neither grow nor shrink from layer to layer. */
import type { Random } from './random.js';

/**
 * Draws the weight of one edge. For a dense layer, fan-in is the size of the previous layer and fan-out the size of the
 * layer itself.
 *
 * @param fanIn - The number of predecessors of the node that the edge goes to, which is the number of terms in its h.
 * @param fanOut - The number of successors of the node that the edge comes from, which is the number of terms in its
 * dloss/dx.
 */
export type Initializer = (fanIn: number, fanOut: number, random: Random) => number;

const uniform = (random: Random, limit: number) => (2 * random.uniform() - 1) * limit;

/** Uniform within $\pm\sqrt{6 / (\text{fan-in} + \text{fan-out})}$ (Glorot and Bengio 2010). The default. */
export const glorotUniform: Initializer = (fanIn, fanOut, random) => uniform(random, Math.sqrt(6 / (fanIn + fanOut)));

/** Normal with variance $2 / (\text{fan-in} + \text{fan-out})$ (Glorot and Bengio 2010). */
export const glorotNormal: Initializer = (fanIn, fanOut, random) => random.normal() * Math.sqrt(2 / (fanIn + fanOut));

/** Uniform within $\pm\sqrt{6 / \text{fan-in}}$ (He et al. 2015), for nodes of the relu family. */
export const heUniform: Initializer = (fanIn, _, random) => uniform(random, Math.sqrt(6 / fanIn));

/** Normal with variance $2 / \text{fan-in}$ (He et al. 2015), for nodes of the relu family. */
export const heNormal: Initializer = (fanIn, _, random) => random.normal() * Math.sqrt(2 / fanIn);

/** Sets every weight to the same value. The nodes of a dense layer then stay identical during training. */
export const constant =
  (weight: number): Initializer =>
  () =>
    weight;
