import { expect, test } from 'vitest';
import { usePair } from './harness/pair.ts';
import { pythonAbsence, runPython } from './harness/python.ts';
import { startT4Process } from './harness/t4-process.ts';

/** Python's clients as Debian has them: a program of each says the same of this server as of a real etcd. */
const pair = usePair(startT4Process);

test.for([
  ['etcd3', 'grpc_client.py', 50],
  ['etcd3gw', 'gateway_client.py', 35],
] as const)('python3-%s', async ([module, program, linesMin], context) => {
  const absence = pythonAbsence(module);
  if (absence !== undefined) return context.skip(absence);
  await pair.reset();
  const ours = await runPython(program, pair.ours().server.address);
  expect(ours.length).toBeGreaterThan(linesMin);
  expect(pair.ours().server.isAlive()).toBe(true);
  for (const { server } of pair.references()) expect(ours).toEqual(await runPython(program, server.address));
});
