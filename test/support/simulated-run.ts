import type { HistoryEvent } from '../../sim/types/history.ts';
import type { PlainKeyValue, PlainRequest, PlainResponse } from '../../sim/types/plain.ts';
import type { Counts, RunResult, StoreChange, Verdict } from '../../sim/types/result.ts';
import type { Latency, Scenario } from '../../sim/types/scenario.ts';

/** Runs written by hand, for those who read results: what the simulator would say of them is fixed here. */

const latency: Latency = { minMs: 1, typicalMs: 5, slowMs: 50, slowShare: 0.01 };

const scenario: Scenario = {
  version: 1,
  name: 'acknowledged before it is durable',
  seed: 4711,
  topology: {
    nodes: [{ startAtMs: 0 }, { startAtMs: 20 }],
    settings: {
      durability: 'object',
      leaseMs: 1_000,
      logInflightMax: 4,
      uploadIntervalMs: 100,
      checkpointSegments: 64,
      checkpointIntervalMs: 10_000,
      checkpointChunkBytes: 256,
      retentionMs: 86_400_000,
      retentionBytes: -1,
      collectIntervalMs: 0,
      corruptCheckMs: 0,
      initialCorruptCheck: false,
      collectGraceMs: 3_600_000,
      archiveSegments: 0,
      archiveBytes: 100_000,
      memberIntervalMs: 0,
      autoCompactionMs: 0,
      requestTimeoutMs: 2_000,
      valueCacheBytes: 1_048_576,
      fillBytesPerSecond: 1_000_000_000,
      watchProgressNotifyIntervalMs: 1_000,
      watchBufferMessagesMax: 1_024,
      quotaBackendBytes: 0,
      acceptLocalLoss: false,
    },
  },
  knobs: {
    storeLatency: latency,
    storeTimeoutMs: 500,
    localLatency: latency,
    diskLatency: latency,
    networkLatency: latency,
    client: { timeoutMs: 1_000, attemptsMax: 3, pauseMs: 10 },
    supervisorMs: 0,
    endMs: 5_000,
    eventsMax: 100_000,
  },
  operations: [],
  faults: [
    { id: 'f1', kind: 'store-timeout', node: 0, target: 'put log/00000000000000000003', nth: 1 },
    { id: 'f2', kind: 'crash', node: 0, target: 'append', nth: 3 },
    { id: 'f3', kind: 'pause', node: 1, window: { fromMs: 400, toMs: 900 } },
    { id: 'f4', kind: 'partition', node: 1, window: { fromMs: 4_200, toMs: 4_800 } },
  ],
};

const header = (revision: number, term = 1): { revision: number; term: number } => ({ revision, term });
const kv = (key: string, value: string, revision: number): PlainKeyValue => ({
  key,
  value,
  modRevision: revision,
  createRevision: revision,
  version: 1,
  lease: '0',
});

function call(
  [name, client, node]: readonly [string, string, number],
  atMs: number,
  request: PlainRequest,
): HistoryEvent {
  return { atMs, kind: 'invoke', call: `${name}#1`, operation: name, client, node, request };
}

function answer(name: string, atMs: number, revision: number, response: PlainResponse, term = 1): HistoryEvent {
  return { atMs, kind: 'return', call: `${name}#1`, outcome: { kind: 'ok', header: header(revision, term), response } };
}

const history: readonly HistoryEvent[] = [
  { atMs: 0, kind: 'node-start', node: 0, incarnation: 0, disk: 'empty', memberId: '77' },
  { atMs: 20, kind: 'node-start', node: 1, incarnation: 0, disk: 'empty', memberId: '78' },
  { atMs: 80, kind: 'node-role', node: 0, role: 'leader', epoch: 1 },
  { atMs: 90, kind: 'node-role', node: 1, role: 'standby', epoch: 1 },
  call(['o1', 'c1', 0], 100, { kind: 'put', key: 'a', value: '1' }),
  {
    atMs: 110,
    kind: 'watch-open',
    stream: 'w1~1',
    operation: 'w1',
    client: 'c2',
    node: 0,
    request: { key: 'a', rangeEnd: 'b', startRevision: 1 },
  },
  answer('o1', 145, 2, { kind: 'put' }),
  {
    atMs: 150,
    kind: 'watch-response',
    stream: 'w1~1',
    response: {
      watchId: '1',
      revision: 2,
      created: false,
      canceled: false,
      compactRevision: 0,
      cancelReason: '',
      events: [{ kv: kv('a', '1', 2) }],
    },
  },
  call(['o2', 'c3', 0], 160, { kind: 'range', key: 'a' }),
  answer('o2', 170, 2, { kind: 'range', kvs: [kv('a', '1', 2)], more: false, count: 1 }),
  { atMs: 400, kind: 'fault', fault: 'f3', faultKind: 'pause', node: 1, detail: 'node 1 stands still' },
  call(['o3', 'c1', 0], 1_000, { kind: 'put', key: 'a', value: '2' }),
  { atMs: 1_010, kind: 'fault', fault: 'f1', faultKind: 'store-timeout', node: 0, detail: 'not applied' },
  answer('o3', 1_030, 3, { kind: 'put' }),
  call(['o4', 'c3', 0], 1_100, { kind: 'delete-range', key: 'b' }),
  call(['o5', 'c3', 0], 1_105, { kind: 'range', key: '', rangeEnd: '\0' }),
  { atMs: 1_120, kind: 'fault', fault: 'f2', faultKind: 'crash', node: 0, detail: 'after append no. 3' },
  { atMs: 1_120, kind: 'node-crash', node: 0, incarnation: 0, power: true },
  { atMs: 1_121, kind: 'watch-end', stream: 'w1~1', reason: 'lost' },
  { atMs: 1_125, kind: 'return', call: 'o4#1', outcome: { kind: 'unknown', reason: 'the connection broke' } },
  { atMs: 1_200, kind: 'node-start', node: 0, incarnation: 1, disk: 'empty', memberId: '79' },
  { atMs: 2_150, kind: 'node-log', node: 1, level: 'warn', message: 'the leader’s lease ran out' },
  { atMs: 2_200, kind: 'node-role', node: 1, role: 'leader', epoch: 2 },
  call(['o6', 'c1', 0], 2_210, { kind: 'put', key: '\xc3\xa9\x00', value: 'x' }),
  {
    atMs: 2_215,
    kind: 'return',
    call: 'o6#1',
    outcome: { kind: 'error', status: 'unavailable', message: 'etcdserver: no leader' },
  },
  { atMs: 2_240, kind: 'node-role', node: 0, role: 'standby', epoch: 2 },
  call(['o7', 'c2', 1], 2_300, { kind: 'range', key: 'a' }),
  answer('o7', 2_330, 2, { kind: 'range', kvs: [kv('a', '1', 2)], more: false, count: 1 }, 2),
];

const counts: Counts = {
  events: 912,
  steps: 640,
  effects: 301,
  virtualMs: 2_330,
  operations: 7,
  calls: 7,
  storeCalls: 41,
  callsByKind: { 'object-put': 41 },
  faultsFired: { 'store-timeout': 1, crash: 1, pause: 1 },
  firedIds: ['f1', 'f2', 'f3'],
  effectsOf: [[120, 40], [141]],
  ledger: { 'read-your-writes': 2, durability: 1 },
};

/** A segment's header and nothing behind it: enough for whoever describes an object by its first bytes. */
function segment(slot: number, epoch: number, fence: boolean): Uint8Array {
  const bytes = new Uint8Array(160);
  bytes.set([0x54, 0x34, 0x73, 0x67, 0, 1]);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(22, BigInt(slot));
  view.setBigUint64(30, BigInt(epoch));
  view.setUint8(54, fence ? 1 : 2);
  return bytes;
}

const slotKey = (slot: number): string => `log/${String(slot).padStart(20, '0')}`;
const put = (atMs: number, key: string, node: number, bytes: Uint8Array): StoreChange => ({ atMs, key, node, bytes });

const storeChanges: readonly StoreChange[] = [
  put(30, 'manifest', 0, new Uint8Array(64)),
  put(45, 'control', 0, new Uint8Array(80)),
  put(70, slotKey(1), 0, segment(1, 1, true)),
  put(130, slotKey(2), 0, segment(2, 1, false)),
  put(600, 'control', 0, new Uint8Array(80)),
  put(2_170, 'control', 1, new Uint8Array(80)),
  put(2_195, slotKey(3), 1, segment(3, 2, true)),
  { atMs: 2_260, key: 'probe/1', node: undefined, bytes: undefined },
];

const lostWrite: Verdict = {
  kind: 'safety',
  guarantee: 'durability',
  explanation: 'put "a" = "2" was acknowledged at revision 3, and a later read finds revision 2',
  atMs: 2_330,
  operations: ['o3', 'o7#1'],
  faults: ['f1', 'f2'],
  keys: [slotKey(3)],
  revisions: [3],
};

/** A lost write: acknowledged, its segment never stored, its node killed. Every kind of event is in it. */
export function lostWriteRun(change: Partial<RunResult> = {}): RunResult {
  return {
    scenario,
    verdict: lostWrite,
    history,
    objects: new Map(),
    storeChanges,
    stops: [],
    trace: { hash: '9f86d081884c7d65', lines: undefined },
    counts,
    ...change,
  };
}

/** `calls` writes and reads of several clients, one answer in twenty unknown; no finding. */
export function busyRun(calls: number): RunResult {
  const events: HistoryEvent[] = [...history.slice(0, 4)];
  for (let index = 0; index < calls; index++) {
    const atMs = 100 + index * 3;
    const name = `b${index}`;
    const write = index % 3 !== 0;
    const key = `registry/pods/default/${index % 17}`;
    const request: PlainRequest = write ? { kind: 'put', key, value: String(index) } : { kind: 'range', key };
    events.push(call([name, `c${index % 12}`, index % 2], atMs, request));
    const response: PlainResponse = write ? { kind: 'put' } : { kind: 'range', kvs: [], more: false, count: 0 };
    if (index % 20 === 7) {
      const outcome = { kind: 'unknown', reason: 'timeout' } as const;
      events.push({ atMs: atMs + 400, kind: 'return', call: `${name}#1`, outcome });
    } else events.push(answer(name, atMs + 8 + (index % 50), 2 + index, response));
  }
  events.sort((left, right) => left.atMs - right.atMs);
  const virtualMs = events.at(-1)!.atMs;
  const changes = Array.from({ length: calls / 4 }, (_, index) =>
    put(100 + index * 12, slotKey(index + 2), index % 2, segment(index + 2, 1, index % 40 === 0)),
  );
  return lostWriteRun({
    verdict: { kind: 'ok' },
    history: events,
    storeChanges: changes,
    counts: { ...counts, virtualMs, calls, firedIds: [] },
  });
}
