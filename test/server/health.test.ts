import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HealthCheckRequest, HealthCheckResponse } from '../../src/server/generated/grpc/health/v1/health.ts';
import { callRaw, refusal, until } from './etcd-client.ts';
import { leadingStatus } from './fake-database.ts';
import { serve, type Served } from './harness.ts';

let served: Served;

beforeEach(async () => {
  served = await serve();
});

afterEach(() => served.stop());

const serving = 1;
const notServing = 2;
const serviceUnknown = 3;
const standingBy = { ...leadingStatus, role: 'standby' } as const;

const encoded = (service: string) => Buffer.from(HealthCheckRequest.encode({ service }).finish());

async function check(service = ''): Promise<number> {
  const bytes = await callRaw(served.client.client, '/grpc.health.v1.Health/Check', encoded(service));
  return HealthCheckResponse.decode(bytes).status;
}

function watch(service: string) {
  const told: number[] = [];
  const stream = served.client.client.makeServerStreamRequest(
    '/grpc.health.v1.Health/Watch',
    encoded,
    (bytes: Buffer) => HealthCheckResponse.decode(bytes),
    service,
  );
  stream.on('data', ({ status }: HealthCheckResponse) => void told.push(status)).on('error', () => undefined);
  return { told, cancel: () => stream.cancel() };
}

describe('health over gRPC', () => {
  test('follows what the node does', async () => {
    expect(await check()).toBe(serving);
    served.database.status = standingBy;
    expect(await check()).toBe(notServing);
  });

  test('knows the server as a whole alone', async () => {
    expect(await refusal(check('etcdserverpb.KV'))).toBe('5 unknown service');
    const { told, cancel } = watch('etcdserverpb.KV');
    await until(() => told.length === 1);
    expect(told).toEqual([serviceUnknown]);
    cancel();
  });

  test('can be watched, by several, each change told once', async () => {
    const first = watch('');
    await until(() => first.told.length === 1);
    served.database.status = standingBy;
    const second = watch('');
    await until(() => first.told.length === 2 && second.told.length === 1);
    served.database.status = leadingStatus;
    await until(() => first.told.length === 3 && second.told.length === 2);
    expect(first.told).toEqual([serving, notServing, serving]);
    expect(second.told).toEqual([notServing, serving]);
    first.cancel();
    second.cancel();
    expect(served.logged).toEqual([]);
  });
});
