/** Returns the number of entries of a tensor with this shape: 1 for a scalar (an empty shape). */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((size, length) => size * length, 1);
