#!/usr/bin/env node
/** `npx nnbp`: the command line. */
import { main } from '@nnbp/cli';

await main();
