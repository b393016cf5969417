/**
 * The layout of the linear memory. The header, at address 0, holds every address that kernels need, so that one
 * compiled module serves every graph.
 *
 * A row is one quantity of one node for all samples of a batch. All five tables (x, g, slope, dLossDx, delta) have
 * their rows at the same offsets, so the rows of a node in two tables are a constant distance apart.
 *
 * The nodes of a unit are computed together. In a dense unit, all nodes have the same predecessors. Nodes of the other
 * units are called sparse. The panel of a dense unit holds the values of its predecessors, with one row per sample.
 *
 * Case 3 of backpropagation computes the parameter derivatives. A series consists of dense units with the same weights,
 * one per time step; case 3 for a series processes the samples of several steps together.
 */
import { type Code, int } from './assembler.js';

/** Addresses of the words of the header. */
export const header = {
  /** The distance between rows, in bytes. */
  rowBytes: 0,
  /** Bytes of a row that are in use: the samples, rounded up to whole vectors. */
  columns: 4,
  samples: 8,
  threads: 12,
  /** The addresses of the tables. */
  x: 16,
  g: 20,
  slope: 24,
  dLossDx: 28,
  /** delta = dLossDx · slope. Only the rows of sparse nodes are used. */
  delta: 32,
  /** For each row, the address of the node's b; 0 for an input. */
  biasOf: 36,
  units: 40,
  unitCount: 44,
  /** For each row, where its edges to sparse nodes begin in the next two tables. */
  outStart: 48,
  /** For each such edge, the address of the successor's delta row. */
  outDelta: 52,
  /** For each such edge, the address of the weight. */
  outWeight: 56,
  /** For each row of a sparse node, where the node's incoming edges begin in the next two tables. */
  inStart: 60,
  /** For each such edge, the address of the predecessor's x row. */
  inX: 64,
  /**
   * If `edgeRowOf` is not 0 or the graph has `weightSlots`: for each edge in `inX`, the address of the weight.
   * Otherwise, the weights of a node are contiguous, and this word is 0.
   */
  inWeight: 68,
  /** The distance from a parameter to its gradient. */
  gradients: 72,
  parameters: 76,
  /** Length of the parameter vector, rounded up to whole cache lines. The graph's constants follow it. */
  parameterBytes: 80,
  /** The optimizer's vectors (momenta, mean squares), concatenated. Each takes `parameterBytes` bytes. */
  optimizerVectors: 84,
  /** Sums of squares of the gradient: one float64 per `normBlock` bytes of the gradient. */
  squareSums: 88,
  rowCount: 92,
  inputCount: 96,
  /** The inputs as the caller passed them, one row per sample, and the distance between rows. */
  inputs: 100,
  inputStride: 104,
  targets: 108,
  targetStride: 112,
  /** A copy of the targets, with one row per output node. */
  targetRows: 116,
  /** Number of outputs per time step. */
  outputCount: 120,
  /** For each output node, the address of its x row. */
  outputX: 124,
  /** The row of sample weights at the time step whose loss is computed: 0 in lanes without a sample. */
  weights: 128,
  /** 1 if dLossDx of the inputs is requested. */
  inputGradients: 132,
  /** 1 if parameters can be shared (`Graph.weightSlots`), so that gradients are added up and must start from 0. */
  accumulates: 136,
  /** 1 / the number of outputs, as float32, for losses that are means over outputs. */
  outputShare: 140,
  /** The loss of the last pass as float64, summed over samples. */
  loss: 144,
  /** 1 if the last training step changed the parameters. */
  updated: 152,
  /** As float32: the update runs only if the sum of |gradient| times `overflowBound` is at most `maxUpdate`. */
  overflowBound: 156,
  maxUpdate: 160,
  /** The number of edges with entries in `outDelta` and `outWeight`. */
  sparseEdges: 168,
  /** Scratch memory for partial sums: 4 KiB per thread. */
  scratch: 172,
  /** 1 if the calling thread may sleep; the main thread of a page may not. */
  maySleep: 176,
  /** For each row, the address of the node's c. */
  scaleOf: 184,
  /** For each row whose weights are contiguous, the address of the first. */
  weightsOf: 188,
  /**
   * For each row of a node with an aggregation A(z), unless the node is in an elementwise unit: the address of the row
   * of dA/dz_e for the node's first incoming edge e. The rows of the node's other incoming edges follow.
   */
  edgeRowOf: 436,
  /** The factor that converts the sum of the gradients over samples to their mean, as float32. */
  mean: 180,
  /** The optimizer's scalars for the training step as float32, in the order in which its kernel declares them. */
  stepScalars: 192,
  transformCount: 256,
  /** For each transform, its kernel number, and its option as float32. */
  transforms: 260,
  /** Bytes of the parameters and constants together. */
  slotBytes: 440,
  steps: 420,
  /**
   * For each time step, four words: its `columns`, its `samples` (sequences can end before the last step), its
   * `seriesAt` and its `seriesEnd`.
   */
  stepTable: 424,
  /**
   * For a series: where the samples of the current time step begin in the panel and in each row of delta. The panel and
   * these rows hold the samples of several steps.
   */
  seriesAt: 480,
  /**
   * The backward pass writes several steps of a series into the same rows of delta, then computes case 3 for all
   * samples in these rows. At the step that is written last, `seriesEnd` is the end of the samples in each row. At all
   * other steps, it is 0.
   */
  seriesEnd: 484,
  /** Number of outputs, summed over all time steps. */
  targetCount: 428,
  /** The time step whose loss is computed, and the values of `outputX`, `targetRows` and `weights` at time step 0. */
  lossStep: 432,
  outputXStart: 416,
  targetRowsStart: 412,
  weightsStart: 408,
  /**
   * For several training steps in one call: bytes of a batch's inputs and of its targets, and the address of the
   * float64 losses.
   */
  queueInputBytes: 464,
  queueTargetBytes: 468,
  queueLosses: 472,
  /** 1 if all training steps of a call use the optimizer scalars of the first of these steps. */
  constantStep: 476,
  /** The loss's options as float32, in the order in which its kernel declares them. */
  lossOptions: 448,
  /** The barrier: the number of threads that have arrived, and how many times all threads have passed it. */
  arrived: 512,
  turn: 576,
  /** The sum of |gradient|, four lanes per thread. Not finite if a gradient is not finite. */
  total: 1024,
  /** One word per thread: the address of the next parameter that the thread updates; 0 before the update begins. */
  updateAt: 1040,
} as const;

/** The maximum number of threads. Each has a cache line of the header and 4 KiB of scratch memory. */
export const maxThreads = 16;

export const maxOptimizerVectors = 3;
export const maxTransforms = 16;
/** Bytes of the gradient per entry of `squareSums`. */
export const normBlock = 4096;

export const headerBytes = 4096;

/** Offsets of the words of a unit's record. */
export const unit = {
  dense: 0,
  nodes: 4,
  firstRow: 8,
  /** 1 if c is a parameter. */
  scaleTrainable: 12,
  activation: 16,
  /** Dense: the number of predecessors, and a table of the addresses of their x rows. */
  predecessors: 20,
  predecessorX: 24,
  /** Dense: the address of the panel, and the distance between its rows. */
  panel: 28,
  panelStride: 32,
  /** Dense: 1 if the panel must be computed; 0 if the inputs can be used as they are. */
  makesPanel: 36,
  /**
   * Dense: the number of predecessors before the first one that is not an input. These predecessors are all inputs,
   * whose dLossDx is computed only on request.
   */
  leadingInputs: 40,
  /** The activation's options as float32, in the order in which its kernel declares them. */
  options: 44,
  /** The kernel number of the aggregation. */
  aggregation: 60,
  step: 64,
  /** The table that receives h: that of g, or that of x if g and x share a row. */
  h: 68,
  /** The base address of the unit's deltas. The deltas of the node in row r start at `delta + r * deltaStride`. */
  delta: 72,
  /** The distance between the rows of delta in bytes. */
  deltaStride: 92,
  /** 1 if the unit is part of a series; see `header.seriesAt`. */
  inSeries: 96,
  /** The number of the operation of an elementwise unit (see kernels/elementwise.ts); 0 for other units. */
  elementwise: 76,
  /** 0 if the unit is elementwise and g is the identity, so that h is x. */
  activates: 80,
  /** 1 if all threads wait before the unit in the forward pass. */
  waitsForward: 84,
  /** 1 if all threads wait before the unit in the backward pass. */
  waitsBackward: 88,
} as const;

export const unitBytes = 100;

/** The maximum number of options of an activation or a loss. */
export const maxOptions = 4;

/** Loads a word of the header. */
export const word = (name: keyof typeof header): Code => int.load(int.const(0), header[name]);
