/**
 * Initial weights, scaled so that neither values nor derivatives grow from layer to layer. b starts at 0, c at 1.
 */
import type { Random } from './random.js';

/**
 * Draws the weight of one edge. Between dense layers, fan-in and fan-out are the sizes of the previous layer and of the
 * layer itself.
 *
 * @param fanIn - The number of predecessors of the node that the edge goes to: the terms of its h.
 * @param fanOut - The number of successors of the node that the edge comes from: the terms of its dloss/dx (case 2).
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

/** The same value for every weight. Nodes with the same predecessors then stay identical during training. */
export const constant =
  (weight: number): Initializer =>
  () =>
    weight;
