import { expect, test } from 'vitest';
import { CheckpointResponse, UsageResponse } from '../../src/server/generated/t4/v1/admin.ts';
import { contextOfTest } from './call-context.ts';
import { methodsOfTest } from './methods-of-test.ts';
import { createFakeDatabase } from './fake-database.ts';
import { factsOfTest, keepingOfTest } from './node-facts.ts';

const context = contextOfTest();

function call(database: ReturnType<typeof createFakeDatabase>, name: string): Promise<Uint8Array> {
  const method = methodsOfTest(database, factsOfTest()).find(({ path }) => path.method === name)!;
  expect(method.path.service).toBe('t4.v1.Admin');
  if (method.kind !== 'unary') throw new Error('not unary');
  return method.call(new Uint8Array(0), context);
}

test('tells what was asked of the store, and what is kept', async () => {
  const database = createFakeDatabase();
  Object.assign(database, { status: { ...database.status, keeping: keepingOfTest } });
  const usage = UsageResponse.decode(await call(database, 'Usage'));
  expect(usage.counts).toMatchObject([
    { operation: 'put-if-absent', subject: 'segment', outcome: 'ok', requests: 1n, bytesUp: 100n },
    { operation: 'put-if-absent', subject: 'segment', outcome: 'unknown', requests: 1n, bytesUp: 100n },
  ]);
  expect(usage.problems).toEqual([{ code: 'SlowDown', requests: 1n }]);
  expect(usage.countedMilliseconds).toBe(60_000n);
  expect(usage.settings).toMatchObject({ durability: 'object', leaseMilliseconds: 3_000n });
  expect(usage.keeping).toMatchObject({ checkpoints: 2n, logFloor: 4n, newest: { historyBytes: 900n } });
  expect(usage.keeping?.retention).toEqual({ kind: { $case: 'sizeBytes', value: 1_000_000n } });
});

test('a node that does not lead tells of its requests alone', async () => {
  const usage = UsageResponse.decode(await call(createFakeDatabase(), 'Usage'));
  expect(usage.keeping).toBeUndefined();
  expect(usage.counts).toHaveLength(2);
});

test('a checkpoint is answered with what it took', async () => {
  const database = createFakeDatabase();
  const taken = { slot: 9, revision: 40, treeBytes: 700, objectsUploaded: 3, bytesUploaded: 300 };
  database.answer('checkpoint', { kind: 'checkpoint', ...taken });
  expect(CheckpointResponse.decode(await call(database, 'Checkpoint'))).toEqual(
    Object.fromEntries(Object.entries(taken).map(([name, value]) => [name, BigInt(value)])),
  );
});

test('without facts etcd’s services are all there is', () => {
  const services = new Set(methodsOfTest(createFakeDatabase()).map(({ path }) => path.service));
  expect([...services].filter((service) => service.startsWith('t4.'))).toEqual([]);
});
