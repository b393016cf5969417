/**
 * The network of the article (docs/guides/method-*.md) and its golden numbers, computed in 50-digit arithmetic.
 */
import { sigmoid } from '@nnbp/activations';
import { GraphBuilder, Network } from '@nnbp/core';
import numbers from './golden.json' with { type: 'json' };

/** The parameters of a node, or their gradients, as decimal strings of 20 digits. */
export interface GoldenParameters {
  /** The bias. */
  readonly b: string;
  /** The scale. */
  readonly c: string;
  /** Each weight, by the id of the predecessor. */
  readonly w: Readonly<Record<string, string>>;
}

/** The values and derivatives of a node in a run. An input has no h, g or slope. */
export interface GoldenNode {
  /** The value. */
  readonly x: string;
  /** The pre-activation. */
  readonly h?: string;
  /** The activation. */
  readonly g?: string;
  /** c · g'(h) */
  readonly slope?: string;
  /** The derivative of the loss with respect to the value. */
  readonly dloss_dx: string;
}

/** A run: one forward pass and one backward pass. */
export interface GoldenRun {
  /** The value of the input node. */
  readonly input: string;
  /** The target of the output node. */
  readonly target: string;
  /** The squared error. */
  readonly loss: string;
  /** Values and derivatives, by node id. */
  readonly nodes: Readonly<Record<string, GoldenNode>>;
  /** Gradients of the parameters, by node id. */
  readonly gradients: Readonly<Record<string, GoldenParameters>>;
}

/** The golden numbers of the article's network. */
export interface Golden {
  /** The network of both runs. */
  readonly network: {
    /** Pairs of predecessor and successor. */
    readonly edges: readonly (readonly (string | number)[])[];
    /** Parameters, by node id. */
    readonly parameters: Readonly<Record<string, GoldenParameters>>;
  };
  /** All numbers of the two runs. */
  readonly runs: readonly GoldenRun[];
  /**
   * The numbers of the article's worked example. The example assumes that all parameters of output node 7 are 1, and
   * that x_4 = 4, x_5 = 5, x_6 = 6, x_7 = 7 and t = 10.
   */
  readonly article_output_node: {
    /** The pre-activation. */
    readonly h7: string;
    /** The activation. */
    readonly g7: string;
    /** c · g'(h) */
    readonly slope7: string;
    /** dloss/db (case 3). */
    readonly dloss_db7: string;
    /** dloss/dc (case 3). */
    readonly dloss_dc7: string;
    /** dloss/dw of each weight (case 3), by predecessor. */
    readonly dloss_dw: Readonly<Record<'4' | '5' | '6', string>>;
    /** dloss/dx of node 4 (case 2). */
    readonly dloss_dx4: string;
    /** dloss/dx of node 5 (case 2). */
    readonly dloss_dx5: string;
    /** dloss/dx of node 6 (case 2). */
    readonly dloss_dx6: string;
  };
}

/** All numbers of two runs of the article's network, and those of the article's worked example. */
export const golden: Golden = numbers;

/**
 * Creates the article's network: {1} → {2, 3} → {4, 5, 6} → {7}. `order` is the order in which the nodes are declared.
 */
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
