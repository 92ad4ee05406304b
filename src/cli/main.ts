#!/usr/bin/env node
import { runProgram } from './program.ts';

/** A handle that a library forgot must not keep a finished command alive. */
const lingerMsMax = 500;

process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

process.exitCode = await runProgram(process.argv.slice(2), process.env, {
  out: (text) => void process.stdout.write(text),
  error: (text) => void process.stderr.write(text),
});
setTimeout(() => process.exit(), lingerMsMax).unref();
