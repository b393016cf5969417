/** The interface of aggregation kernels. A(z) is the aggregation of the values z_e of all incoming edges e of a node. */
import type { Code, Local } from '../../assembler.js';
import type { KernelContext } from '../elementary.js';

/** Access to the incoming edges of a node, for four samples. */
export interface Edges {
  /**
   * z_e of the current edge, its weight times the value of its predecessor. Only the bodies of the loops `forward` and
   * `backward` can read it.
   */
  readonly z: Local;
  /** Runs the body for each edge, from the first to the last. */
  forward(...body: Code): Code;
  /** Runs the body for each edge, from the last to the first. */
  backward(...body: Code): Code;
  /** dA/dz_e of the current edge; `setSlope` writes it. */
  readonly slope: Code;
  setSlope(value: Code): Code;
  /** 1 / the number of edges, in all lanes. */
  readonly share: Code;
}

/** An aggregation kernel: sets `a` to A(z), and writes dA/dz_e for each edge. */
export interface AggregationKernel {
  emit(context: KernelContext, edges: Edges, a: Local): Code;
}
