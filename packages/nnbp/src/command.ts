#!/usr/bin/env node
/** The command-line program `nnbp`. */
import { main } from '@nnbp/cli';

await main();
