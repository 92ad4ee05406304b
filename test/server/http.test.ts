import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { countCalls } from '../../src/server/call-counts.ts';
import { contextOfTest } from './call-context.ts';
import { startHttpServer, type HttpServer } from '../../src/server/http/http-server.ts';
import { nodeRoutes } from '../../src/server/http/node-routes.ts';
import { DatabaseError } from '../../src/host/database.ts';
import { createFakeDatabase, type FakeDatabase } from './fake-database.ts';
import { methodsOfTest } from './methods-of-test.ts';
import { factsOfTest, keepingOfTest } from './node-facts.ts';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const emptyRange = { kind: 'range', kvs: [], more: false, count: 0, keysOnly: true } as const;
let database: FakeDatabase;
let server: HttpServer;
let base: string;

beforeEach(async () => {
  database = createFakeDatabase();
  database.answer('range', emptyRange);
  const { methods, counts } = countCalls(methodsOfTest(database));
  const range = methods.find(({ path }) => path.method === 'Range');
  if (range?.kind === 'unary') await range.call(Buffer.of(0x0a, 1, 0x61), contextOfTest());
  const route = nodeRoutes(database, factsOfTest(), counts);
  server = await startHttpServer({ listen: [{ host: '127.0.0.1', port: 0 }], route, log: silent });
  base = `http://127.0.0.1:${server.addresses[0]!.port}`;
});

afterEach(() => server.stop());

async function get(path: string, init: RequestInit = {}) {
  const answer = await fetch(base + path, init);
  return { status: answer.status, type: answer.headers.get('content-type'), body: await answer.text() };
}

function statusIs(changes: object): void {
  Object.assign(database, { status: { ...database.status, ...changes } });
}

describe('health', () => {
  test('of a node that leads', async () => {
    expect(await get('/health')).toMatchObject({ status: 200, body: '{"health":"true","reason":""}' });
    expect(await get('/livez')).toMatchObject({ status: 200, body: 'ok\n' });
    expect(await get('/readyz')).toMatchObject({ status: 200, body: 'ok\n' });
    expect((await get('/livez?verbose')).body).toBe('[+]serializable_read ok\nok\n');
    expect((await get('/readyz?verbose&exclude=serializable_read&exclude=nothing')).body).toBe(
      '[+]data_corruption ok\n[+]linearizable_read ok\n[+]non_learner ok\nok\n',
    );
    expect(await get('/readyz/linearizable_read')).toMatchObject({ status: 200, body: 'ok\n' });
    expect((await get('/readyz/nothing')).status).toBe(404);
  });

  test('of a node that stands by: alive, and not ready', async () => {
    statusIs({ role: 'standby', ready: false, leader: undefined });
    database.answer('range', new DatabaseError({ status: 'Unavailable', message: 'etcdserver: no leader' }));
    expect(await get('/livez')).toMatchObject({ status: 200, body: 'ok\n' });
    expect(await get('/health')).toMatchObject({
      status: 503,
      body: '{"health":"false","reason":"RAFT NO LEADER"}\n',
    });
    expect((await get('/health?serializable=true')).status).toBe(200);
    const ready = await get('/readyz');
    expect(ready.status).toBe(503);
    expect(ready.body).toBe(
      '[+]data_corruption ok\n[+]serializable_read ok\n[-]linearizable_read failed: etcdserver: no leader\n[+]non_learner ok\n\n',
    );
    expect((await get('/readyz?exclude=linearizable_read')).status).toBe(200);
  });

  test('of a node that has failed', async () => {
    statusIs({ role: 'failed', problems: ['the log is damaged'] });
    expect(await get('/livez')).toMatchObject({
      status: 503,
      body: '[-]serializable_read failed: the node has failed; the log is damaged\n\n',
    });
    expect(await get('/health?serializable=true')).toMatchObject({ status: 503 });
  });

  test('of a database with alarms', async () => {
    statusIs({ alarms: [{ memberId: 1n, alarm: 'nospace' }] });
    const noSpace = {
      status: 503,
      type: 'text/plain; charset=utf-8',
      body: '{"health":"false","reason":"ALARM NOSPACE"}\n',
    };
    expect(await get('/health')).toEqual(noSpace);
    expect(await get('/health?serializable=true')).toEqual(noSpace);
    expect((await get('/health?exclude=NOSPACE')).status).toBe(200);
    expect((await get('/readyz')).status).toBe(200);
    statusIs({ alarms: [{ memberId: 1n, alarm: 'corrupt' }] });
    expect((await get('/health?exclude=NOSPACE')).body).toContain('ALARM CORRUPT');
    expect((await get('/readyz/data_corruption')).body).toBe('[-]data_corruption failed: alarm activated: CORRUPT\n\n');
    expect((await get('/livez')).status).toBe(200);
  });
});

describe('metrics', () => {
  test('have etcd’s names where they mean the same, and T4’s', async () => {
    statusIs({ keeping: keepingOfTest });
    await get('/health');
    const { status, type, body } = await get('/metrics');
    expect({ status, type }).toEqual({ status: 200, type: 'text/plain; version=0.0.4; charset=utf-8' });
    const lines = body.split('\n');
    expect(body).toMatch(/^process_resident_memory_bytes \d+$/m);
    for (const line of [
      'etcd_server_has_leader 1',
      'etcd_server_is_leader 1',
      'etcd_debugging_mvcc_keys_total 2',
      'etcd_mvcc_db_total_size_in_bytes 4000',
      'etcd_server_health_success 1',
      't4_node_role{role="leader"} 1',
      't4_node_role{role="standby"} 0',
      't4_history_bytes 800',
      't4_collector_slots_deleted_total 3',
      't4_store_requests_total{operation="put-if-absent",object="segment",outcome="ok"} 1',
      't4_store_bytes_total{operation="put-if-absent",object="segment",direction="up"} 200',
      't4_store_problems_total{code="SlowDown"} 1',
      '# TYPE t4_store_request_duration_seconds histogram',
      't4_store_request_duration_seconds_bucket{le="0.005",operation="put-if-absent"} 0',
      't4_store_request_duration_seconds_bucket{le="0.01",operation="put-if-absent"} 2',
      't4_store_request_duration_seconds_bucket{le="+Inf",operation="put-if-absent"} 2',
      't4_store_request_duration_seconds_sum{operation="put-if-absent"} 0.014',
      'grpc_server_started_total{grpc_service="etcdserverpb.KV",grpc_method="Range",grpc_type="unary"} 1',
      'grpc_server_handled_total{grpc_service="etcdserverpb.KV",grpc_method="Range",grpc_type="unary",grpc_code="OK"} 1',
      'etcd_network_client_grpc_received_bytes_total 3',
    ]) {
      expect(lines).toContain(line);
    }
  });

  test('do not count twice, and have nothing of a database that another node leads', async () => {
    await get('/metrics');
    const { body } = await get('/metrics');
    const count = 't4_store_requests_total{operation="put-if-absent",object="segment",outcome="ok"} 1';
    expect(body.split('\n').filter((line) => line === count)).toHaveLength(1);
    expect(body).not.toMatch(/^etcd_debugging_mvcc_keys_total \d/m);
  });
});

describe('the server', () => {
  test('tells the version as etcd does', async () => {
    const { status, body } = await get('/version');
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({ etcdserver: expect.stringMatching(/^3\.6\.\d+$/) });
  });

  test('tells Go’s variables where there is something like them', async () => {
    const { status, body } = await get('/debug/vars');
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({
      cmdline: expect.any(Array),
      memstats: { Sys: expect.any(Number) },
      'raft.status': { id: 'fedcba9876543210', lead: 'fedcba9876543210', raftState: 'StateLeader', term: 7 },
    });
  });

  test('answers nothing but reads of what there is', async () => {
    expect((await get('/nothing')).status).toBe(404);
    expect((await get('/metrics', { method: 'POST', body: 'x' })).status).toBe(405);
    expect((await get('/metrics', { method: 'HEAD' })).body).toBe('');
  });

  test('lets go of who sends too much', async () => {
    const { port } = server.addresses[0]!;
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(`GET / HTTP/1.1\r\nx: ${'y'.repeat(20_000)}`));
      let text = '';
      socket.on('data', (data) => (text += data.toString()));
      socket.on('close', () => resolve(text));
      socket.on('error', reject);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
  });

  test('a port that is taken is told', async () => {
    const { port } = server.addresses[0]!;
    const listen = [{ host: '127.0.0.1', port }];
    await expect(startHttpServer({ listen, route: () => undefined, log: silent })).rejects.toThrow('cannot listen on');
  });
});
