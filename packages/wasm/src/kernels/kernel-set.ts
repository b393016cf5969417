/** The kernels of passes and updates, with the functions that divide work between threads and synchronize threads. */
import { type Assembler, type Callable, f64, i32, type MultiplyAdd } from '../assembler.js';
import { activationKernel } from './activation.js';
import { aggregationKernel, edgeDeltas } from './aggregation.js';
import { barrierFunction } from './barrier.js';
import { denseKernels } from './dense.js';
import { denseOneKernel } from './dense-one.js';
import { elementwiseKernels } from './elementwise.js';
import { finishKernel } from './finish.js';
import { lossKernel } from './loss.js';
import { rowKernels } from './rows.js';
import { threadShare, wholeShare } from './share.js';
import { sparseForward } from './sparse.js';
import { meanKernel, updateKernel } from './update.js';

export type KernelSet = ReturnType<typeof kernelSet>;

/**
 * Adds the kernels to a module, and imports the host's functions that they call.
 *
 * @param shared - Whether several threads share the memory.
 */
export function kernelSet(module: Assembler, multiplyAdd: MultiplyAdd, shared: boolean) {
  const callActivation = module.importFunction('activation', [i32, i32, i32]);
  const callAggregation = module.importFunction('aggregation', [i32, i32, i32]);
  const callLoss = module.importFunction('loss', [], [f64]);
  const advance = shared ? undefined : module.importFunction('advance', [], [i32]);
  const barrier: Callable = shared ? barrierFunction(module) : () => [];
  const share = shared ? threadShare : wholeShare;
  const dense = denseKernels(module, multiplyAdd);
  const denseOne = denseOneKernel(module, multiplyAdd);
  const sparse = sparseForward(module, multiplyAdd, false);
  const sparseSharedWeights = sparseForward(module, multiplyAdd, true);
  const elementwise = elementwiseKernels(module);
  const finish = finishKernel(module, multiplyAdd);
  const rows = rowKernels(module);
  const activate = activationKernel(module, multiplyAdd, callActivation);
  const aggregate = aggregationKernel(module, multiplyAdd, callAggregation);
  const deltasOfEdges = edgeDeltas(module);
  const loss = lossKernel(shared ? undefined : 'loss', module, multiplyAdd, callLoss);
  const mean = meanKernel(module);
  const update = updateKernel(shared ? undefined : 'update', module, share, shared, barrier, mean);
  return {
    shared,
    advance,
    barrier,
    share,
    dense,
    denseOne,
    sparse,
    sparseSharedWeights,
    elementwise,
    finish,
    rows,
    activate,
    aggregate,
    edgeDeltas: deltasOfEdges,
    loss,
    mean,
    update,
  };
}
