/** The type of an object with one value per parameter of a node. */

/**
 * One value per parameter of a node. The key of a weight is the predecessor's id or, with a delay of 2 steps, `id@-2`.
 */
export interface ForParameters<Value, Weight = Readonly<Record<string, Value>>> {
  /** The value for the bias. */
  readonly b?: Value;
  /** The value for the scale. */
  readonly c?: Value;
  /** The values for the weights. */
  readonly w?: Weight;
}
