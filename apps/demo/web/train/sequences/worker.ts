/** The trainer of sequences, in a worker of its own. */
import { expose } from 'comlink';
import { builtinFunctions } from '../../functions.js';
import { createSequenceTrainer } from './trainer.js';

expose(createSequenceTrainer(builtinFunctions));
