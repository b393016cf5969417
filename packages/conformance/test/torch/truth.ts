/** Reference values computed with PyTorch, and the graphs, optimizers and schedules that they were computed for. */
import { type ActivationRecord, activationRecords } from '@nnbp/activations';
import { type Activation, type Graph, GraphBuilder, type Loss, type Optimizer } from '@nnbp/core';
import * as losses from '@nnbp/losses';
import * as optim from '@nnbp/optim';
import { readFileSync } from 'node:fs';

type Options = Readonly<Record<string, number | boolean>>;

interface GraphEntry {
  readonly inputs: number;
  readonly nodes: readonly {
    readonly from: readonly number[];
    readonly activation: string;
    readonly options: Options;
    /** Whether c is trained; otherwise, c is fixed at 1. */
    readonly scale: boolean;
    /** Names of shared weights, by position in `from`. */
    readonly share: Readonly<Record<string, string>>;
  }[];
  readonly outputs: readonly number[];
  readonly loss: string;
  readonly lossOptions: Options;
  readonly parameters: readonly number[];
  /** [samples × (inputs + targets)] */
  readonly samples: readonly (readonly number[])[];
  readonly value: number;
  readonly predictions: readonly number[];
  readonly gradients: readonly number[];
}

interface OptimizerEntry {
  readonly name: string;
  readonly options: Options;
  /** The parameters after each step. */
  readonly path: readonly (readonly number[])[];
}

interface ScheduleEntry {
  readonly name: string;
  readonly options: Options;
  /** The learning rate of each step. */
  readonly rates: readonly number[];
}

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`${name}.generated.json`, import.meta.url), 'utf8'));

export const graphs = read('graphs') as { readonly torch: string; readonly entries: readonly GraphEntry[] };
/**
 * Jacobians computed by `jacobian.py`. `jacobians` has one for each of the first few graphs:
 * [samples × outputs × parameters]. `sequenceJacobians` has one for each of the first few graphs in
 * `sequences.generated.json`, computed for the graph's first sequence: [steps × outputs × parameters].
 */
export const { jacobians, sequences: sequenceJacobians } = read('jacobians') as Readonly<
  Record<'jacobians' | 'sequences', readonly (readonly number[])[]>
>;
export const optimizers = read('optimizers') as {
  readonly start: readonly number[];
  /** [steps × parameters] */
  readonly gradients: readonly (readonly number[])[];
  readonly entries: readonly OptimizerEntry[];
};
export const schedules = read('schedules') as {
  /** The loss that `plateau` observes after each step. */
  readonly observed: readonly number[];
  readonly entries: readonly ScheduleEntry[];
};

/** Returns the graph and loss of an entry, and its parameters and samples as engines expect them. */
export function problemOf(entry: GraphEntry): {
  readonly graph: Graph;
  readonly loss: Loss;
  readonly parameters: Float64Array;
  readonly data: { readonly samples: number; readonly inputs: Float64Array; readonly targets: Float64Array };
} {
  const builder = new GraphBuilder();
  const id = (k: number) => `node${k}`;
  for (let k = 0; k < entry.inputs; k++) builder.input(id(k));
  entry.nodes.forEach(({ from, activation, options, scale, share }, k) =>
    builder.node(id(entry.inputs + k), {
      from: from.map(id),
      activation: activationOf(activation, options),
      fixed: scale ? {} : { c: 1 },
      shared: { w: Object.fromEntries(Object.entries(share).map(([p, name]) => [id(from[Number(p)]), name])) },
    }),
  );
  builder.output(...entry.outputs.map(id));
  return {
    graph: builder.build(),
    loss: (losses as unknown as Record<string, (options: Options) => Loss>)[entry.loss](entry.lossOptions),
    parameters: Float64Array.from(entry.parameters),
    data: {
      samples: entry.samples.length,
      inputs: Float64Array.from(entry.samples.flatMap((row) => row.slice(0, entry.inputs))),
      targets: Float64Array.from(entry.samples.flatMap((row) => row.slice(entry.inputs))),
    },
  };
}

const activationOf = (name: string, options: Options): Activation =>
  (activationRecords as Record<string, ActivationRecord>)[name].make(options as Record<string, number>);

export const optimizerOf = ({ name, options }: OptimizerEntry): Optimizer =>
  (optim as unknown as Record<string, (options: Options) => Optimizer>)[name](options);

export const scheduleOf = ({ name, options }: ScheduleEntry): optim.Schedule =>
  (optim as unknown as Record<string, (options: Options) => optim.Schedule>)[name](options);
