import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { gatewayCases, key } from './harness/gateway-cases.ts';
import { comparable, type GatewayAnswer, gatewayAnswers } from './harness/gateway-client.ts';
import { usePair } from './harness/pair.ts';
import { etcdAbsence } from './harness/real-etcd.ts';

/** The JSON gateway and the rest of HTTP on the clients' port, request by request beside each real etcd. */

const pair = usePair();

/** As it was in the end. */
async function withUsers(address: string): Promise<readonly GatewayAnswer[]> {
  const root = { name: 'root', password: 'secret' };
  const made = await gatewayAnswers(address, [
    { path: '/v3/auth/user/add', body: root },
    { path: '/v3/auth/role/add', body: { name: 'root' } },
    { path: '/v3/auth/user/grant', body: { user: 'root', role: 'root' } },
  ]);
  await gatewayAnswers(address, [{ path: '/v3/auth/enable', body: {} }]);
  const login = await fetch(`http://${address}/v3/auth/authenticate`, { method: 'POST', body: JSON.stringify(root) });
  const { token } = (await login.json()) as { readonly token: string };
  const headers = { authorization: token };
  const used = await gatewayAnswers(address, [
    { path: '/v3/kv/range', body: { key } },
    { path: '/v3/kv/range', body: { key }, headers: { authorization: 'nobody.1' } },
    { path: '/v3/kv/range', body: { key }, headers },
    { path: '/v3/kv/put', body: { key }, headers: { authorization: `Bearer ${token}` } },
    { path: '/v3/auth/disable', body: {}, headers },
  ]);
  await gatewayAnswers(address, [
    { path: '/v3/auth/user/delete', body: { name: 'root' } },
    { path: '/v3/auth/role/delete', body: { role: 'root' } },
  ]);
  return [...made, ...used];
}

const checksumBytes = 32;

async function watchByWebSocket(address: string): Promise<readonly unknown[]> {
  const socket = new WebSocket(`ws://${address}/v3/watch`);
  const told: unknown[] = [];
  socket.on('message', (data: Buffer) => void told.push(comparable(data.toString(), false)));
  await once(socket, 'open');
  for (const watch_id of ['5', '6', '5']) socket.send(JSON.stringify({ create_request: { key, watch_id } }));
  while (told.length < 3) await once(socket, 'message');
  socket.terminate();
  return told;
}

describe('over HTTP', () => {
  test.each(gatewayCases.map((each) => [each.name, each] as const))('%s', async (_name, { requests, differs = {} }) => {
    await pair.reset();
    const ours = await gatewayAnswers(pair.ours().server.address, requests);
    expect(ours).toHaveLength(requests.length);
    const references = pair.references();
    for (const { server, version } of references) {
      const theirs = await gatewayAnswers(server.address, requests);
      const isOther = Object.keys(differs).some((release) => version.startsWith(release));
      if (isOther) expect(ours, `${server.name} answers the same: a difference that is not there`).not.toEqual(theirs);
      else expect(ours, `beside ${server.name}`).toEqual(theirs);
    }
  });

  test('users, and what they get with their token', async () => {
    await pair.reset();
    const ours = await withUsers(pair.ours().server.address);
    expect(ours.map(({ status }) => status)).toEqual([200, 200, 200, 400, 401, 200, 200, 200]);
    for (const { server, version } of pair.references()) {
      if (!version.startsWith('3.4')) expect(await withUsers(server.address), server.name).toEqual(ours);
    }
  });

  test('a snapshot comes in lines, and ends with its checksum', async () => {
    await pair.reset();
    for (const { server } of [pair.ours(), ...pair.references()]) {
      const answer = await fetch(`http://${server.address}/v3/maintenance/snapshot`, { method: 'POST', body: '{}' });
      const lines = (await answer.text()).trim().split('\n');
      const blobs = lines.map(
        (line) => (JSON.parse(line) as { readonly result: { readonly blob?: string } }).result.blob,
      );
      const bytes = Buffer.concat(blobs.map((blob) => Buffer.from(blob ?? '', 'base64')));
      const file = bytes.subarray(0, -checksumBytes);
      const checksum = createHash('sha256').update(file).digest();
      expect(bytes.subarray(-checksumBytes).equals(checksum), server.name).toBe(true);
    }
  });

  test('a watch by websocket has a message for each request and each response', async () => {
    await pair.reset();
    const [ours, ...theirs] = await Promise.all(
      [pair.ours(), ...pair.references()].map(({ server }) => watchByWebSocket(server.address)),
    );
    expect(ours).toHaveLength(3);
    for (const told of theirs) expect(told).toEqual(ours);
  });

  test('there is a real etcd to compare with', ({ skip }) => {
    if (pair.references().length === 0) return skip(etcdAbsence);
    expect(pair.references().length).toBeGreaterThan(0);
  });
});
