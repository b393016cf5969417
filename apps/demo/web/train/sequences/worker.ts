/** The worker that trains on sequences, with the built-in functions. */
import { expose } from 'comlink';
import { builtinFunctions } from '../../functions.js';
import { createSequenceTrainer } from './trainer.js';

expose(createSequenceTrainer(builtinFunctions));
