#!/usr/bin/env node
import './heap.ts';
import { runProgram } from './program.ts';
import { runSimulator, simulatorCommand } from './simulator.ts';
import { stopOnSignals } from './stop-on-signals.ts';

/** A handle that a library forgot must not keep a finished command alive. */
const lingerMsMax = 500;

const signalsTogetherMs = 200;

// What Node calls deprecated in a package says nothing to who runs a command. (gRPC's names an address in TLS, for one.)
process.noDeprecation = true;
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

const output = {
  out: (data: string | Uint8Array) => void process.stdout.write(data),
  error: (text: string) => void process.stderr.write(text),
  isTerminal: process.stderr.isTTY,
};
const [command, ...others] = process.argv.slice(2);

process.exitCode = await runCommand();
setTimeout(() => process.exit(), lingerMsMax).unref();

async function runCommand(): Promise<number> {
  if (command === 'etcd') return (await import('./etcd/etcd.ts')).runEtcd(others, process.env, output);
  return command === simulatorCommand
    ? runSimulator(others, {
        ...output,
        interruption: () =>
          stopOnSignals(process, (_, exitCode) => process.exit(exitCode), {
            togetherMs: signalsTogetherMs,
            nowMs: () => performance.now(),
          }),
      })
    : runProgram(process.argv.slice(2), process.env, output);
}
