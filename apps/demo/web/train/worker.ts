/** The trainer with the built-in functions, in a worker of its own. */
import { expose } from 'comlink';
import { builtinFunctions } from '../functions.js';
import { createTrainer } from './trainer.js';

expose(createTrainer(builtinFunctions));
