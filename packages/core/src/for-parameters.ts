/** A value for each of a node's parameters, by the parameter's name. */

/** A value for each of a node's parameters. A weight's key is the predecessor's id; with a delay of 2, `id@-2`. */
export interface ForParameters<Value, Weight = Readonly<Record<string, Value>>> {
  /** For the bias. */
  readonly b?: Value;
  /** For the scale. */
  readonly c?: Value;
  /** For the weights. */
  readonly w?: Weight;
}
