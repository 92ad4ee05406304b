import { encodeControl } from '../../../src/core/format/control.ts';
import { encodeFrame } from '../../../src/core/format/frame.ts';
import { encodeSegment } from '../../../src/core/format/segment.ts';
import { bytesOf } from '../../../src/core/types/bytes.ts';
import type { LogRecord } from '../../../src/core/types/record.ts';
import type { CallOutcome, HistoryEvent } from '../../types/history.ts';
import type { PlainRequest, PlainResponse, PlainWatchRequest, PlainWatchResponse } from '../../types/plain.ts';
import type { Observer } from '../../types/observer.ts';
import type { RunResult, StoreChange, Verdict } from '../../types/result.ts';
import type { Scenario } from '../../types/scenario.ts';
import { crc32, sha256 } from '../decoder/digest.ts';
import type { DecodedRecord } from '../decoder/log-objects.ts';
import { type DataRequest, evaluate, viewAt } from '../evaluate.ts';
import { slotKey } from '../log.ts';
import { applyRecord, createModel, momentOf, revisionOf } from '../model.ts';

/**
 * Histories and logs written by hand: a server that does everything right, one call after another, and steps aside where a test wants
 * something else. Each record goes into a segment of its own.
 */
export interface Craft {
  nowMs: number;
  readonly history: HistoryEvent[];
  readonly storeChanges: StoreChange[];
  /** Sends, makes its record, answers: all right. Returns the answer. */
  ok(request: PlainRequest, changed?: (outcome: OkOutcome) => CallOutcome): PlainResponse;
  /** Sends; its record, if `applies`, is made; no answer comes. */
  unknown(request: PlainRequest, applies: boolean): void;
  error(request: PlainRequest, status: string, message: string, applies?: boolean): void;
  invoke(request: PlainRequest): string;
  returns(call: string, outcome: CallOutcome): void;
  /** Puts one more record into the log. */
  record(
    record: DecodedRecord,
    options?: { readonly epoch?: number; readonly previousHash?: Uint8Array; readonly kind?: 'fence' | 'data' },
  ): void;
  fence(epoch: number, memberId?: string): void;
  revision(): number;
  watch(request: PlainWatchRequest, stream?: string): (response: Partial<PlainWatchResponse>) => void;
  /** The node begins another life on another disk, an empty one. */
  losesDisk(): void;
  /** What a watcher of the whole store is shown of a revision. */
  events(revision: number): PlainWatchResponse['events'];
  result(scenario?: Partial<Scenario>): RunResult;
}

export type OkOutcome = Extract<CallOutcome, { readonly kind: 'ok' }>;

export const digest = {
  crc32,
  sha256(...parts: readonly Uint8Array[]): Uint8Array {
    const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let offset = 0;
    for (const part of parts) {
      whole.set(part, offset);
      offset += part.length;
    }
    return sha256(whole);
  },
};

const latency = { minMs: 1, typicalMs: 1, slowMs: 1, slowShare: 0 };

export const craftedSettings: Scenario['topology']['settings'] = {
  durability: 'object',
  memberIntervalMs: 0,
  leaseMs: 1_000,
  logInflightMax: 4,
  uploadIntervalMs: 100,
  checkpointSegments: 10,
  checkpointIntervalMs: 10_000,
  checkpointChunkBytes: 256,
  retentionMs: 86_400_000,
  retentionBytes: -1,
  collectIntervalMs: 0,
  archiveSegments: 0,
  archiveBytes: 100_000,
  collectGraceMs: 3_600_000,
  autoCompactionMs: 0,
  corruptCheckMs: 0,
  initialCorruptCheck: false,
  requestTimeoutMs: 5_000,
  valueCacheBytes: 1_000_000,
  fillBytesPerSecond: 1_000_000_000,
  watchProgressNotifyIntervalMs: 600_000,
  watchBufferMessagesMax: 1_024,
  quotaBackendBytes: 0,
  acceptLocalLoss: false,
};

export const craftedScenario: Scenario = {
  version: 1,
  name: 'crafted',
  seed: 1,
  topology: {
    nodes: [{ startAtMs: 0 }, { startAtMs: 0 }],
    settings: craftedSettings,
  },
  knobs: {
    storeLatency: latency,
    storeTimeoutMs: 100,
    localLatency: latency,
    diskLatency: latency,
    networkLatency: latency,
    client: { timeoutMs: 1_000, attemptsMax: 1, pauseMs: 10 },
    supervisorMs: 100,
    endMs: 100_000,
    eventsMax: 1_000_000,
  },
  operations: [],
  faults: [],
};

export const nonce = (epoch: number) => new Uint8Array(16).fill(epoch);

export function controlBytes(epoch: number, renewal: number, leaderNonce = nonce(epoch)): Uint8Array {
  return encodeControl(
    {
      databaseId: new Uint8Array(16),
      epoch,
      leader: { memberId: 1n, name: 'node', nonce: leaderNonce, clientUrls: [] },
      released: false,
      heir: undefined,
      leaseMs: 1_000,
      renewal,
      rule: 'object',
      inSync: [],
      durableSlot: 0,
    },
    digest,
  );
}

export function createCraft(): Craft {
  const model = createModel();
  const history: HistoryEvent[] = [];
  const storeChanges: StoreChange[] = [];
  let segmentHash: Uint8Array = new Uint8Array(32);
  let frameHash: Uint8Array = sha256(new Uint8Array(16));
  let epoch = 0;
  let slot = 0;
  let calls = 0;
  let streams = 0;

  const craft: Craft = {
    nowMs: 0,
    history,
    storeChanges,
    invoke(request) {
      calls += 1;
      const operation = `c${calls}`;
      add({ kind: 'invoke', call: `${operation}#1`, operation, client: 'client', node: 0, request });
      return `${operation}#1`;
    },
    returns(call, outcome) {
      add({ kind: 'return', call, outcome });
    },
    ok(request, changed = (outcome) => outcome) {
      const call = craft.invoke(request);
      const response = serve(request);
      craft.returns(call, changed({ kind: 'ok', header: { revision: revisionOf(model), term: epoch }, response }));
      return response;
    },
    unknown(request, applies) {
      const call = craft.invoke(request);
      if (applies) serve(request);
      craft.returns(call, { kind: 'unknown', reason: 'no answer in time' });
    },
    error(request, status, message, applies = false) {
      const call = craft.invoke(request);
      if (applies) serve(request);
      craft.returns(call, { kind: 'error', status, message });
    },
    record(record, options = {}) {
      craft.nowMs += 1;
      slot += 1;
      const ofEpoch = options.epoch ?? epoch;
      const isLive = ofEpoch >= epoch;
      const frame = encodeFrame(
        {
          epoch: ofEpoch,
          firstSequence: momentOf(model) + 1,
          previousFrameHash: frameHash,
          wallMs: 1_000,
          records: [coded(record)],
        },
        digest,
      );
      const header = {
        databaseId: new Uint8Array(16),
        slot,
        epoch: ofEpoch,
        nonce: nonce(ofEpoch),
        kind: options.kind ?? (record.kind === 'fence' ? ('fence' as const) : ('data' as const)),
        previousSegmentHash: options.previousHash ?? segmentHash,
        durableSlot: slot - 1,
      };
      const bytes = encodeSegment(header, [frame], digest);
      storeChanges.push({ atMs: craft.nowMs, key: slotKey(slot), node: 0, bytes });
      if (!isLive) return;
      epoch = ofEpoch;
      segmentHash = sha256(bytes);
      frameHash = sha256(frame);
      applyRecord(model, record);
    },
    fence(next, memberId = '1') {
      craft.record({ kind: 'fence', epoch: next, memberId }, { epoch: next });
    },
    losesDisk() {
      add({ kind: 'node-start', node: 0, incarnation: 1, disk: 'empty', memberId: '2' });
    },
    revision: () => revisionOf(model),
    watch(request, name) {
      streams += 1;
      const stream = name ?? `w${streams}~1`;
      add({ kind: 'watch-open', stream, operation: stream.split('~')[0]!, client: 'watcher', node: 0, request });
      return (response) => {
        const whole = {
          watchId: '0',
          revision: revisionOf(model),
          created: false,
          canceled: false,
          compactRevision: 0,
          cancelReason: '',
          events: [],
        };
        add({ kind: 'watch-response', stream, response: { ...whole, ...response } });
      };
    },
    events: (revision) => model.events[revision]!.map(({ sub: _, ...kv }) => ({ kv })),
    result: (scenario = {}) => ({
      scenario: { ...craftedScenario, ...scenario },
      verdict: { kind: 'ok' },
      history,
      objects: new Map(storeChanges.flatMap(({ key, bytes }) => (bytes === undefined ? [] : [[key, bytes] as const]))),
      storeChanges,
      stops: [],
      trace: { hash: '0000000000000000', lines: undefined },
      counts: {
        events: 0,
        steps: 0,
        effects: 0,
        virtualMs: craft.nowMs,
        operations: 0,
        calls,
        storeCalls: 0,
        callsByKind: {},
        faultsFired: {},
        firedIds: [],
        effectsOf: [],
        ledger: {},
      },
    }),
  };

  function add(
    event: HistoryEvent extends infer Event ? (Event extends HistoryEvent ? Omit<Event, 'atMs'> : never) : never,
  ): void {
    craft.nowMs += 1;
    history.push({ ...event, atMs: craft.nowMs });
  }

  function serve(request: PlainRequest): PlainResponse {
    switch (request.kind) {
      case 'lease-grant': {
        const ttlSeconds = Math.max(2, request.ttlSeconds);
        craft.record({ kind: 'lease-grant', lease: request.id, ttlSeconds });
        return { kind: 'lease-grant', id: request.id, ttlSeconds };
      }
      case 'lease-revoke':
        revoke(request.id);
        return { kind: 'lease-revoke' };
      case 'lease-keep-alive':
        return {
          kind: 'lease-keep-alive',
          id: request.id,
          ttlSeconds: model.leases.get(request.id)!.at(-1)!.ttlSeconds,
        };
      case 'compact':
        craft.record({ kind: 'compact', revision: request.revision });
        return { kind: 'compact' };
      case 'range':
      case 'put':
      case 'delete-range':
      case 'txn': {
        const { response, operations } = evaluate(model, request satisfies DataRequest, viewAt(model, momentOf(model)));
        if (operations.length > 0) craft.record({ kind: 'write', revision: revisionOf(model) + 1, operations });
        return response;
      }
      default:
        throw new Error('not crafted');
    }
  }

  function revoke(lease: string): void {
    const keys = [...model.versions.keys()].filter((key) => model.versions.get(key)!.at(-1)!.lease === lease).sort();
    craft.record({ kind: 'lease-revoke', lease, revision: keys.length === 0 ? 0 : revisionOf(model) + 1, keys });
  }

  craft.fence(1);
  return craft;
}

function coded(record: DecodedRecord): LogRecord {
  switch (record.kind) {
    case 'write':
      return {
        ...record,
        operations: record.operations.map((operation) =>
          operation.kind === 'delete'
            ? operation
            : { ...operation, value: bytesOf(operation.value), lease: BigInt(operation.lease) },
        ),
      };
    case 'fence':
      return { ...record, memberId: BigInt(record.memberId) };
    case 'lease-grant':
    case 'lease-revoke':
      return { ...record, lease: BigInt(record.lease) };
    case 'alarm':
      return { ...record, memberId: BigInt(record.memberId) };
    case 'auth':
    case 'compact':
      return record;
  }
}

/** As the world does it: the callbacks in order of time, then the end. */
export function observe(
  observer: Observer,
  result: RunResult,
  happened = happenedIn(result),
): Exclude<Verdict, { readonly kind: 'crash' }> {
  for (const each of happened) {
    const found = 'key' in each ? observer.store?.(each) : observer.history?.(each);
    if (found !== undefined) return found;
  }
  return observer.finish?.(result) ?? { kind: 'ok' };
}

/** What the world tells as it goes, in order of time. */
export function happenedIn({ storeChanges, history }: RunResult): readonly (StoreChange | HistoryEvent)[] {
  return [...storeChanges, ...history].sort((left, right) => left.atMs - right.atMs);
}
