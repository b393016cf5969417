#!/usr/bin/env node
// Exists before the first build, so that an installed workspace has the command.
import '../dist/command.js';
