export { type CheckpointOptions, checkpoints, type EpochEnd, type Found, latestCheckpoint } from './checkpoints.js';
export { writeAtomically } from './write-atomically.js';
