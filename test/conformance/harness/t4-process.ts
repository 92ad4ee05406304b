import { join } from 'node:path';
import { spawnServer, untilReady } from './server-process.ts';
import type { ServerUnderTest } from './server-under-test.ts';

const main = join(import.meta.dirname, '../../../src/cli/main.ts');

/** This server as users run it: a process of its own, over a store in memory. */
export async function startT4Process(): Promise<ServerUnderTest> {
  const args = [main, 'run', '--store', 'memory:', '--durability', 'object', '--listen', '127.0.0.1:0'];
  const { PATH = '', HOME = '' } = process.env;
  const server = spawnServer(process.execPath, [...args, '--log-format', 'json'], { PATH, HOME });
  const address = await untilReady(server, () => Promise.resolve(readyAddress(server.output())));
  return { name: 't4 (process)', address, isAlive: server.isAlive, stop: server.kill };
}

function readyAddress(output: string): string | undefined {
  for (const line of output.split('\n')) {
    if (!line.includes('"ready to serve client requests"')) continue;
    const { addresses } = JSON.parse(line) as { readonly addresses: readonly string[] };
    return addresses[0];
  }
  return undefined;
}
