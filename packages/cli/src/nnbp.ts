#!/usr/bin/env node
/** The `nnbp` executable. */
import { main } from './main.js';

await main();
