/** The article's network and its golden numbers, computed in 50-digit arithmetic. */
import { sigmoid } from '@nnbp/activations';
import { GraphBuilder, Network } from '@nnbp/core';
import numbers from './golden.json' with { type: 'json' };

/** A node's parameters, or the gradient of each. Numbers are decimal strings of 20 digits. */
export interface GoldenParameters {
  /** The bias. */
  readonly b: string;
  /** The scale. */
  readonly c: string;
  /** Each weight, by the predecessor's id. */
  readonly w: Readonly<Record<string, string>>;
}

/** A node's numbers after a pass; an input has no h, g and slope. */
export interface GoldenNode {
  /** The value. */
  readonly x: string;
  /** The pre-activation. */
  readonly h?: string;
  /** The activation. */
  readonly g?: string;
  /** c · g'(h) */
  readonly slope?: string;
  /** How the loss answers to the value. */
  readonly dloss_dx: string;
}

/** One pass. */
export interface GoldenRun {
  /** The input's value. */
  readonly input: string;
  /** The output's target. */
  readonly target: string;
  /** The squared error. */
  readonly loss: string;
  /** By node. */
  readonly nodes: Readonly<Record<string, GoldenNode>>;
  /** By node. */
  readonly gradients: Readonly<Record<string, GoldenParameters>>;
}

/** The article's numbers. */
export interface Golden {
  /** The network of the passes. */
  readonly network: {
    /** From and to. */
    readonly edges: readonly (readonly (string | number)[])[];
    /** By node. */
    readonly parameters: Readonly<Record<string, GoldenParameters>>;
  };
  /** Every number of two passes. */
  readonly runs: readonly GoldenRun[];
  /** The article's own numbers for its output node, taken alone. */
  readonly article_output_node: {
    /** The pre-activation, the activation and c · g'(h). */
    readonly h7: string;
    /** See h7. */
    readonly g7: string;
    /** See h7. */
    readonly slope7: string;
    /** Case 3, for b. */
    readonly dloss_db7: string;
    /** Case 3, for c. */
    readonly dloss_dc7: string;
    /** Case 3, for each w. */
    readonly dloss_dw: Readonly<Record<'4' | '5' | '6', string>>;
    /** Case 2, for each predecessor. */
    readonly dloss_dx4: string;
    /** See dloss_dx4. */
    readonly dloss_dx5: string;
    /** See dloss_dx4. */
    readonly dloss_dx6: string;
  };
}

/** Every number of two passes through the article's network, and of its output node alone. */
export const golden: Golden = numbers;

/** The article's graph: {1} → {2, 3} → {4, 5, 6} → {7}. */
export function articleNetwork(order: readonly string[] = ['2', '3', '4', '5', '6', '7']): Network {
  const builder = new GraphBuilder();
  builder.input('1');
  for (const id of order) {
    const from = golden.network.edges.filter(([, to]) => String(to) === id).map(([start]) => String(start));
    builder.node(id, { from, activation: sigmoid });
  }
  builder.output('7');
  const network = new Network(builder.build());
  for (const [id, { b, c, w }] of Object.entries(golden.network.parameters)) {
    const weights = Object.entries(w).map(([from, weight]) => [from, Number(weight)]);
    network.setParameters(id, { b: Number(b), c: Number(c), w: Object.fromEntries(weights) as Record<string, number> });
  }
  return network;
}
