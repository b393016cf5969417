/** The file that is edited, to TypeScript. */
export const path = '/function.ts';

/** What the editor knows of the library: the two sockets a function of one's own is made for. */
export const declarations = `
/** g: what a node does to its pre-activation h. */
interface Activation {
  readonly name?: string;
  /** g(h), for any finite h. */
  value(h: number): number;
  /** g'(h); g is value(h), so that a sigmoid can return g * (1 - g). */
  derivative(h: number, g: number): number;
  /** Each h at which g has no derivative. */
  readonly kinks?: readonly number[];
}

/** One sample's loss over all output nodes: x and t have one entry an output. */
interface Loss {
  readonly name?: string;
  /** The loss of one sample. */
  value(x: ArrayLike<number>, t: ArrayLike<number>): number;
  /** Case 1: writes dloss/dx_k into dLossDx[k], for every output k. */
  derivative(x: ArrayLike<number>, t: ArrayLike<number>, dLossDx: Float64Array | Float32Array): void;
  /** Each x_k at which there is no derivative, for a target t. */
  kinks?(t: number): readonly number[];
  /** What is wrong with a sample's targets, or nothing. */
  targetProblem?(t: ArrayLike<number>): string | undefined;
}

declare const console: { log(...what: unknown[]): void };
`;
