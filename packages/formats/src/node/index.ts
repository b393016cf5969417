export {
  type CheckpointOptions,
  checkpoints,
  type EpochEnd,
  type Found,
  latestCheckpoint,
  type Skipped,
} from './checkpoints.js';
export { writeAtomically } from './write-atomically.js';
