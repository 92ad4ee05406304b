import { request as requestOverHttp } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import type { AccessOptions } from '../../src/server/http/access.ts';
import { serve, type Served } from './harness.ts';

let served: Served | undefined;

afterEach(() => served?.stop());

/** fetch would not send just any Host or Origin. */
async function ask(access: AccessOptions | undefined, method: string, headers: Record<string, string>) {
  await served?.stop();
  served = await serve(access === undefined ? {} : { access });
  const [host, port] = served.address.split(':');
  return new Promise<{ status: number | undefined; allowed: string | undefined }>((resolve, reject) => {
    const asked = requestOverHttp({ host, port, path: '/version', method, headers }, (answer) => {
      answer.resume();
      resolve({ status: answer.statusCode, allowed: answer.headers['access-control-allow-origin'] });
    });
    asked.on('error', reject).end();
  });
}

describe('pages in browsers', () => {
  test.each([
    ['who is no page', [], 'GET', {}, 200, undefined],
    ['a page that nobody allowed', [], 'GET', { origin: 'http://evil' }, 403, undefined],
    ['a question of such a page', [], 'OPTIONS', { origin: 'http://evil' }, 403, undefined],
    ['a page that was allowed', ['http://good'], 'GET', { origin: 'http://good' }, 200, 'http://good'],
    ['its question', ['http://good'], 'OPTIONS', { origin: 'http://good' }, 200, 'http://good'],
    ['another', ['http://good'], 'GET', { origin: 'http://good.evil' }, 403, undefined],
    ['any, where all are allowed', ['*'], 'GET', { origin: 'http://evil' }, 200, '*'],
    ['a question without a page', ['*'], 'OPTIONS', {}, 200, '*'],
  ] as const)('%s', async (_what, cors, method, headers, status, allowed) => {
    expect(await ask({ hostWhitelist: [], cors }, method, { ...headers })).toEqual({ status, allowed });
  });

  test('are refused where nothing was said', async () => {
    expect(await ask(undefined, 'GET', { origin: 'http://127.0.0.1' })).toMatchObject({ status: 403 });
  });
});

describe('names of the server', () => {
  test.each([
    [[], 'anything', 200],
    [['*'], 'anything:2379', 200],
    [['etcd.example'], 'etcd.example:2379', 200],
    [['etcd.example'], 'evil.example', 421],
    [['etcd.example'], '', 421],
    [['::1'], '[::1]:2379', 200],
    [['127.0.0.1'], '127.0.0.1', 200],
  ] as const)('of %j, %j gets %i', async (hostWhitelist, host, status) => {
    expect(await ask({ hostWhitelist, cors: [] }, 'GET', { host })).toMatchObject({ status });
  });
});
