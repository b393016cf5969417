/** The worker that trains on samples, with the built-in functions. */
import { expose } from 'comlink';
import { builtinFunctions } from '../functions.js';
import { createTrainer } from './trainer.js';

expose(createTrainer(builtinFunctions));
