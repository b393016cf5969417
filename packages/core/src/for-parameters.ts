/** A value for each of a node's parameters, by the parameter's name. */

/** A value for each of a node's parameters. A weight's key is the predecessor's id; with a delay of 2, `id@-2`. */
export interface ForParameters<Value, Weight = Readonly<Record<string, Value>>> {
  /** The value for the bias. */
  readonly b?: Value;
  /** The value for the scale. */
  readonly c?: Value;
  /** The values for the weights. */
  readonly w?: Weight;
}
