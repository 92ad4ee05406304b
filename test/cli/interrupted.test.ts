import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { expect, test, vi } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';

test.each([
  'diff --from 1',
  'verify',
  'gc',
  'cat a',
  `export --output ${tmpdir()}/t4-interrupted`,
  'import --from-snapshot package.json',
])('t4 %s that is interrupted knows nothing: 3', async (command) => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'key');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  const silent = createServer(() => void process.emit('SIGINT', 'SIGINT'));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo;
  const store = `s3://bucket/x?endpoint=http://127.0.0.1:${port}&region=us-east-1`;
  let error = '';
  const output = { out: () => undefined, error: (text: string) => void (error += text) };
  expect(await runProgram([...command.split(' '), '--store', store], {}, output)).toBe(3);
  expect(error).toContain('t4: interrupted; ');
  silent.close();
  vi.unstubAllEnvs();
});

test.each(['import --store memory: --from-endpoint', `export --output ${tmpdir()}/t4-interrupted --endpoint`])(
  't4 %s an etcd that says nothing is interrupted: 3',
  async (command) => {
    const silent = createServer(() => void process.emit('SIGINT', 'SIGINT'));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    let error = '';
    const output = { out: () => undefined, error: (text: string) => void (error += text) };
    expect(await runProgram([...command.split(' '), `http://127.0.0.1:${port}`], {}, output)).toBe(3);
    expect(error).toContain('t4: interrupted; ');
    silent.close();
  },
);
