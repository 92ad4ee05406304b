import { Client, credentials, type ServiceError } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { clientErrors } from '../../src/core/types/error.ts';
import { DatabaseError } from '../../src/host/database.ts';
import { CampaignRequest } from '../../src/server/generated/v3electionpb/election.ts';
import { LockRequest } from '../../src/server/generated/v3lockpb/lock.ts';
import { callRaw, refusal, until } from './etcd-client.ts';
import { keyValue, watchResponse } from './fake-database.ts';
import { serve, type Served } from './harness.ts';

let served: Served;
let client: Client;

beforeEach(async () => {
  served = await serve();
  client = new Client(served.address, credentials.createInsecure());
});

afterEach(async () => {
  client.close();
  await served.stop();
});

const lockPath = '/v3lockpb.Lock/Lock';
const lockBytes = Buffer.from(LockRequest.encode({ name: Buffer.from('post'), lease: 9n }).finish());
const campaignPath = '/v3electionpb.Election/Campaign';
const campaignBytes = Buffer.from(
  CampaignRequest.encode({ name: Buffer.from('post'), lease: 9n, value: Buffer.from('v') }).finish(),
);

/** Somebody else holds it: the call waits. */
function holdByAnother(): void {
  const { database } = served;
  const range = (key: string, createRevision: number) =>
    ({ kind: 'range', kvs: [keyValue(key, { createRevision })], more: false, count: 1, keysOnly: false }) as const;
  database.answer('txn', {
    kind: 'txn',
    succeeded: true,
    responses: [
      { revision: 41, response: { kind: 'put', previous: undefined } },
      { revision: 41, response: range('post/1', 30) },
    ],
  });
  database.answer('range', range('post/1', 30));
  database.answer('delete-range', { kind: 'delete-range', deleted: 1, previous: [] });
}

describe.each([
  ['Lock', lockPath, lockBytes],
  ['Campaign', campaignPath, campaignBytes],
])('%s that waits', (_name, path, bytes) => {
  const lastRequest = () => served.database.requests.at(-1);
  const isRemoval = () => {
    const request = lastRequest();
    const removal = request?.kind === 'txn' ? request.success[0] : request;
    return removal?.kind === 'delete-range' && removal.key === 'post/9';
  };

  test('ends when the server stops, and takes its key away', async () => {
    holdByAnother();
    const call = refusal(callRaw(client, path, bytes));
    await until(() => served.database.watches.length === 1);
    const stopped = served.server.stop(60_000);
    expect(await call).toBe('14 etcdserver: server stopped');
    await stopped;
    expect(isRemoval()).toBe(true);
    expect(served.database.watches[0]!.closed).toBe(true);
  });

  test('takes its key away when the client is gone', async () => {
    holdByAnother();
    const same = (buffer: Buffer) => buffer;
    const call = client.makeUnaryRequest(path, same, same, bytes, (_error: ServiceError | null) => undefined);
    await until(() => served.database.watches.length === 1);
    call.cancel();
    await until(isRemoval);
    expect(served.database.watches[0]!.closed).toBe(true);
  });

  test('says so when the node stops leading', async () => {
    holdByAnother();
    const call = refusal(callRaw(client, path, bytes));
    await until(() => served.database.watches.length === 1);
    served.database.watches[0]!.consumer.end(clientErrors.leaderChanged);
    expect(await call).toBe('14 etcdserver: leader changed');
  });

  test('is told, in words without a code, that what it needs to see is compacted', async () => {
    holdByAnother();
    const call = refusal(callRaw(client, path, bytes));
    await until(() => served.database.watches.length === 1);
    const { consumer, created } = served.database.watches[0]!;
    expect(created).toMatchObject([{ key: 'post/1', rangeEnd: undefined, startRevision: 41 }]);
    consumer.response(watchResponse({ created: true }));
    consumer.response(watchResponse({ canceled: true, compactRevision: 77 }));
    expect(await call).toBe(`2 ${clientErrors.compacted.message}`);
  });

  test('keeps the code of what says nothing of the request', async () => {
    served.database.answer('txn', new DatabaseError(clientErrors.timeout));
    expect(await refusal(callRaw(client, path, bytes))).toBe('14 etcdserver: request timed out');
  });
});
