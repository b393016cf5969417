#!/usr/bin/env node
// This file exists before the first build, so that installing the workspace links the command.
import '../dist/command.js';
