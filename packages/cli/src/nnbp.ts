#!/usr/bin/env node
/** The executable. */
import { main } from './main.js';

await main();
