/** Path of the edited file in the TypeScript worker. */
export const path = '/function.ts';

/** Type declarations for the editor: the interfaces that user functions implement. */
export const declarations = `
/** Activation g of a node. */
interface Activation {
  readonly name?: string;
  /** g(h), for any finite h. */
  value(h: number): number;
  /** g'(h). The argument g is value(h): a sigmoid can return g * (1 - g). */
  derivative(h: number, g: number): number;
  /** Values of h at which g has no derivative. */
  readonly kinks?: readonly number[];
}

/** Loss of one sample. x and t have one entry per output. */
interface Loss {
  readonly name?: string;
  /** The loss of one sample. */
  value(x: ArrayLike<number>, t: ArrayLike<number>): number;
  /** Writes dloss/dx_k into dLossDx[k], for every output k. */
  derivative(x: ArrayLike<number>, t: ArrayLike<number>, dLossDx: Float64Array | Float32Array): void;
  /** Values of x_k at which the loss has no derivative, for target t. */
  kinks?(t: number): readonly number[];
  /** Describes what is wrong with the targets of a sample; undefined if they are valid. */
  targetProblem?(t: ArrayLike<number>): string | undefined;
}

declare const console: { log(...data: unknown[]): void };
`;
