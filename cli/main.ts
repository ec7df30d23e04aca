#!/usr/bin/env node
/** Arguments in, text out, and the only place that decides how the process ends. */
import process from 'node:process';
import { runProgram } from './program.ts';
import { processTerminal } from './terminal.ts';

// `isp devices | head -1` closes our output early; that is no error
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await runProgram(process.argv.slice(2), processTerminal(process), process.env);
