import { describe, expect, test } from 'vitest';
import type { PlainKeyValue, PlainRangeResponse, PlainRequest } from '../types/plain.ts';
import type { Scenario } from '../types/scenario.ts';
import type { SystemEffect } from '../types/system.ts';
import { allOracles, oracleNames, type OracleName } from './all-oracles.ts';
import { analysisOf } from './analysis.ts';
import { checkBlackBox } from './black-box.ts';
import type { Hint } from './black-box-search.ts';
import type { DecodedOperation } from './decoder/log-objects.ts';
import { trafficOf } from './calls.ts';
import { errorWords } from './evaluate.ts';
import { ledgerComplete, ledgerNames } from './ledger.ts';
import {
  type Craft,
  controlBytes,
  craftedScenario,
  createCraft,
  nonce,
  observe,
  type OkOutcome,
} from './testing/craft.ts';

const all = { key: '\0', rangeEnd: '\0' };
const put = (key: string, value: string, more: object = {}): PlainRequest => ({ kind: 'put', key, value, ...more });
const get = (key: string, more: object = {}): PlainRequest => ({ kind: 'range', key, ...more });
const createIfAbsent = (key: string, value: string): PlainRequest => ({
  kind: 'txn',
  compare: [{ key, target: { kind: 'create', createRevision: 0 } }],
  success: [{ kind: 'put', key, value }],
  failure: [{ kind: 'range', key }],
});

function oracle(name: OracleName) {
  return allOracles({ without: oracleNames.filter((other) => other !== name) })[0]!;
}

/** The guarantee that the oracle finds broken, or `ok`. */
function verdictOf(name: OracleName, craft: Craft, scenario: Partial<Scenario> = {}): string {
  const verdict = observe(oracle(name), craft.result(scenario));
  return verdict.kind === 'safety' || verdict.kind === 'liveness' ? verdict.guarantee : verdict.kind;
}

function at(revision: number) {
  return (outcome: OkOutcome): OkOutcome => ({ ...outcome, header: { ...outcome.header, revision } });
}

function showing(change: (kv: PlainKeyValue) => PlainKeyValue) {
  return (outcome: OkOutcome): OkOutcome => {
    const response = outcome.response as PlainRangeResponse;
    return { ...outcome, response: { ...response, kvs: response.kvs.map(change) } };
  };
}

/** Something of everything, and all of it right. */
function rightHistory(): Craft {
  const craft = createCraft();
  const watched = craft.watch({ ...all, startRevision: 1, previousKv: true });
  watched({ created: true });
  craft.ok(put('a', '1'));
  craft.ok(put('b', '1'));
  craft.ok(createIfAbsent('a', '2'));
  craft.ok(put('a', '2', { previousKv: true }));
  craft.ok({ kind: 'lease-grant', id: '7', ttlSeconds: 3 });
  craft.ok(put('leased', 'x', { lease: '7' }));
  craft.unknown(put('c', 'applied'), true);
  craft.unknown(put('d', 'not applied'), false);
  craft.ok(get('a', { revision: 2 }));
  craft.ok({ kind: 'range', ...all, limit: 2 });
  craft.ok({ kind: 'range', ...all, sortTarget: 'version', sortOrder: 'descend' });
  craft.ok({ kind: 'delete-range', ...all, key: 'b', rangeEnd: 'd', previousKv: true });
  craft.ok({ kind: 'compact', revision: 4 });
  craft.error(get('a', { revision: 3 }), 'OutOfRange', errorWords.compacted);
  craft.error(put('z', '', { lease: '99' }), 'NotFound', errorWords.leaseNotFound);
  craft.fence(2);
  craft.record({ kind: 'write', revision: 99, operations: [{ kind: 'delete', key: 'dead' }] }, { epoch: 1 });
  craft.ok(get('a'));
  craft.ok({ kind: 'lease-revoke', id: '7' });
  const previous = [undefined, undefined, '1', undefined];
  for (let revision = 2; revision <= 5; revision++) {
    const [event] = craft.events(revision);
    const before = previous[revision - 2];
    watched({
      revision,
      events: [
        before === undefined
          ? event!
          : {
              ...event!,
              previous: { key: 'a', value: '1', modRevision: 2, createRevision: 2, version: 1, lease: '0' },
            },
      ],
    });
  }
  craft.history.push({ atMs: craft.nowMs, kind: 'watch-end', stream: 'w1~1', reason: 'closed' });
  return craft;
}

describe('a history in which all is well passes', () => {
  test.each(oracleNames)('%s', (name) => {
    expect(observe(oracle(name), rightHistory().result())).toEqual({ kind: 'ok' });
  });
});

describe('answers', () => {
  const planted: readonly (readonly [string, string, (craft: Craft) => void])[] = [
    [
      'a read shows another value',
      'linearizability',
      (craft) =>
        craft.ok(
          get('a'),
          showing((kv) => ({ ...kv, value: '0' })),
        ),
    ],
    [
      'a read shows another version',
      'linearizability',
      (craft) =>
        craft.ok(
          get('a'),
          showing((kv) => ({ ...kv, version: 9 })),
        ),
    ],
    [
      'a read lacks a key',
      'linearizability',
      (craft) =>
        craft.ok(
          get('a'),
          showing((kv) => ({ ...kv, key: 'b' })),
        ),
    ],
    [
      'a count that the limit cut',
      'linearizability',
      (craft) =>
        craft.ok({ kind: 'range', ...all, limit: 1 }, (outcome) => ({
          ...outcome,
          response: { ...(outcome.response as PlainRangeResponse), count: 1 },
        })),
    ],
    ['a stale read', 'linearizability', (craft) => craft.ok(get('b'), at(2))],
    ['a read from the future', 'durability', (craft) => craft.ok(get('a'), at(9))],
    ['a write that is not in the log', 'durability', (craft) => craft.returns(craft.invoke(put('a', '5')), okPut(4))],
    [
      'a write at a revision that had been told',
      'linearizability',
      (craft) => craft.returns(craft.invoke(put('b', '1')), okPut(3)),
    ],
    [
      'a failed compare that held',
      'linearizability',
      (craft) =>
        craft.ok(createIfAbsent('b', '2'), (outcome) => ({
          ...outcome,
          response: {
            kind: 'txn',
            succeeded: false,
            responses: [{ revision: 3, response: { kind: 'range', kvs: [], more: false, count: 0 } }],
          },
        })),
    ],
    [
      'a read below the compaction',
      'linearizability',
      (craft) => {
        craft.ok({ kind: 'compact', revision: 3 });
        craft.ok(get('a', { revision: 2 }));
      },
    ],
    [
      'an error without a reason',
      'errors',
      (craft) => craft.error(get('a', { revision: 2 }), 'OutOfRange', errorWords.compacted),
    ],
    [
      'another term than the record’s',
      'one live epoch',
      (craft) => craft.ok(put('a', '9'), (outcome) => ({ ...outcome, header: { ...outcome.header, term: 7 } })),
    ],
  ];
  test.each(planted)('%s', (_, guarantee, plant) => {
    const craft = createCraft();
    craft.ok(put('a', '1'));
    craft.ok(put('b', '1'));
    plant(craft);
    expect(verdictOf('answers', craft)).toBe(guarantee);
  });

  test('an acknowledgement before the slot is filled', () => {
    const craft = createCraft();
    craft.returns(craft.invoke(put('a', '1')), okPut(2));
    craft.record({
      kind: 'write',
      revision: 2,
      operations: [{ kind: 'put', key: 'a', value: '1', lease: '0', createRevision: 2, version: 1 }],
    });
    expect(verdictOf('answers', craft)).toBe('durability');
  });
});

function okPut(revision: number) {
  return { kind: 'ok', header: { revision, term: 1 }, response: { kind: 'put' } } as const;
}

describe('log', () => {
  const aPut = (revision: number, version = 1) =>
    ({
      kind: 'write',
      revision,
      operations: [{ kind: 'put', key: 'a', value: '1', lease: '0', createRevision: 2, version }],
    }) as const;
  const planted: readonly (readonly [string, string, (craft: Craft) => void])[] = [
    [
      'an unknown call applied twice',
      'exactly once',
      (craft) => {
        craft.unknown(put('a', '1'), true);
        craft.record(aPut(3, 2));
      },
    ],
    [
      'an acknowledged call applied twice',
      'exactly once',
      (craft) => {
        craft.ok(put('a', '1'));
        craft.record(aPut(3, 2));
      },
    ],
    [
      'a refused call applied',
      'exactly once',
      (craft) => craft.error(put('a', '1'), 'Unavailable', 'etcdserver: leader changed', true),
    ],
    ['a write that nobody asked for', 'exactly once', (craft) => craft.record(aPut(2))],
    [
      'a write before it was sent',
      'exactly once',
      (craft) => {
        craft.record(aPut(2));
        craft.unknown(put('a', '1'), false);
      },
    ],
    [
      'a revision for two',
      'revisions',
      (craft) => {
        craft.ok(put('a', '1'));
        craft.returns(craft.invoke(put('a', '1')), okPut(2));
      },
    ],
    [
      'a revision left out',
      'revisions',
      (craft) => {
        craft.unknown(put('a', '1'), false);
        craft.record(aPut(3));
      },
    ],
    [
      'another hash in the chain',
      'one log',
      (craft) => {
        craft.unknown(put('a', '1'), false);
        craft.record(aPut(2), { previousHash: new Uint8Array(32) });
      },
    ],
    [
      'an epoch without a fence',
      'one log',
      (craft) => {
        craft.unknown(put('a', '1'), false);
        craft.record(aPut(2), { epoch: 2 });
      },
    ],
    [
      'lease keys left behind',
      'lease keys together',
      (craft) => {
        craft.ok({ kind: 'lease-grant', id: '5', ttlSeconds: 2 });
        craft.ok(put('a', '1', { lease: '5' }));
        craft.ok(put('b', '1', { lease: '5' }));
        craft.record({ kind: 'lease-revoke', lease: '5', revision: 4, keys: ['a'] });
      },
    ],
    [
      'an acknowledged grant that is not in the log',
      'durability',
      (craft) =>
        craft.returns(craft.invoke({ kind: 'lease-grant', id: '5', ttlSeconds: 3 }), {
          kind: 'ok',
          header: { revision: 1, term: 1 },
          response: { kind: 'lease-grant', id: '5', ttlSeconds: 3 },
        }),
    ],
  ];
  test.each(planted)('%s', (_, guarantee, plant) => {
    const craft = createCraft();
    plant(craft);
    expect(verdictOf('log', craft)).toBe(guarantee);
  });

  test('a disk that is lost under durability local may take what it alone held, but not more than an interval of it', () => {
    const scenario = localScenario();
    const lost = (spreadMs: number): string => {
      const craft = createCraft();
      craft.ok(put('a', '1'));
      craft.returns(craft.invoke(put('b', '1')), okPut(3));
      craft.nowMs += spreadMs;
      craft.returns(craft.invoke(put('b', '2')), okPut(4));
      craft.losesDisk();
      craft.fence(2);
      craft.ok(put('c', '1'));
      return `${verdictOf('log', craft, scenario)}, ${verdictOf('answers', craft, scenario)}`;
    };
    expect(lost(0)).toBe('ok, ok');
    expect(lost(2_000)).toBe('durability, ok');
  });

  test('a loss was accepted when the life that won the epoch was told so, whichever runs when its fence lands', () => {
    const told = (winner: boolean, next: boolean): string => {
      const craft = createCraft();
      const start = (incarnation: number, accepts: boolean) => {
        craft.nowMs += 1;
        const started = {
          atMs: craft.nowMs,
          kind: 'node-start',
          node: 0,
          incarnation,
          disk: 'kept',
          memberId: '1',
        } as const;
        craft.history.push(accepts ? { ...started, acceptsLocalLoss: true } : started);
      };
      craft.fence(2, '2');
      craft.ok(put('a', '1'));
      craft.returns(craft.invoke(put('b', '1')), { ...okPut(3), header: { revision: 3, term: 2 } });
      start(1, winner);
      craft.nowMs += 1;
      craft.storeChanges.push({ atMs: craft.nowMs, key: 'control', node: 0, bytes: controlBytes(3, 0) });
      start(2, next);
      craft.fence(3);
      craft.ok(put('c', '1'));
      return `${verdictOf('log', craft, localScenario())}, ${verdictOf('answers', craft, localScenario())}`;
    };
    expect(told(true, false)).toBe('ok, ok');
    expect(told(true, true)).toBe('ok, ok');
    expect(told(false, true)).toMatch(/revisions/);
    expect(told(false, false)).toMatch(/revisions/);
  });

  test('a lease that went with a lost disk was there before; one that nobody loses was not', () => {
    const told = (durability: 'local' | 'object'): string => {
      const craft = createCraft();
      craft.ok(put('a', '1'));
      const header = { revision: 2, term: 1 };
      const grant = craft.invoke({ kind: 'lease-grant', id: '7', ttlSeconds: 3 });
      craft.returns(grant, { kind: 'ok', header, response: { kind: 'lease-grant', id: '7', ttlSeconds: 3 } });
      const asked = craft.invoke({ kind: 'lease-time-to-live', id: '7' });
      const response = { kind: 'lease-time-to-live', id: '7', ttlSeconds: 3, grantedTtlSeconds: 3, keys: [] } as const;
      craft.returns(asked, { kind: 'ok', header, response });
      craft.losesDisk();
      craft.fence(2);
      craft.ok(put('b', '1'));
      return verdictOf('answers', craft, durability === 'local' ? localScenario() : {});
    };
    expect(told('local')).toBe('ok');
    expect(told('object')).toBe('linearizability');
  });

  test('a leader may compact by itself where it is told to, but never what was written less than a period ago', () => {
    const compacted = (autoCompactionMs: number, afterMs: number): string => {
      const craft = createCraft();
      craft.ok(put('a', '1'));
      craft.ok(put('a', '2'));
      craft.nowMs += afterMs;
      craft.record({ kind: 'compact', revision: 3 });
      const { topology } = craftedScenario;
      const settings = { ...topology.settings, autoCompactionMs };
      return verdictOf('log', craft, { topology: { ...topology, settings } });
    };
    expect(compacted(1_000, 1_000)).toBe('ok');
    expect(compacted(1_000, 500)).toBe('exactly once');
    expect(compacted(0, 5_000)).toBe('exactly once');
  });

  test('a compaction that went with a lost disk may have been shown; one that nobody asked for may not', () => {
    const shown = (asked: boolean): string => {
      const craft = createCraft();
      craft.ok(put('a', '1'));
      craft.ok(put('a', '2'));
      const show: (response: object) => void = craft.watch({ ...all, startRevision: 2 });
      show({ created: true });
      if (asked) {
        const compact = craft.invoke({ kind: 'compact', revision: 3 });
        craft.returns(compact, { kind: 'ok', header: { revision: 3, term: 1 }, response: { kind: 'compact' } });
      }
      show({ canceled: true, revision: undefined, compactRevision: 3 });
      craft.losesDisk();
      craft.fence(2);
      craft.ok(put('b', '1'));
      return verdictOf('watch', craft, localScenario());
    };
    expect(shown(true)).toBe('ok');
    expect(shown(false)).toBe('watch compaction');
  });
});

function localScenario(): Partial<Scenario> {
  const { topology } = craftedScenario;
  return { topology: { ...topology, settings: { ...topology.settings, durability: 'local' } } };
}

describe('watch', () => {
  function watching(request: object, plant: (show: (response: object) => void, craft: Craft) => void): string {
    const craft = createCraft();
    const show = craft.watch({ ...all, ...request });
    show({ created: true });
    craft.ok(put('a', '1'));
    craft.ok({
      kind: 'txn',
      success: [
        { kind: 'put', key: 'a', value: '2' },
        { kind: 'put', key: 'b', value: '2' },
      ],
    });
    craft.ok({ kind: 'delete-range', key: 'a' });
    plant(show, craft);
    return verdictOf('watch', craft);
  }
  const reveal = (craft: Craft, revision: number) => ({ revision, events: craft.events(revision) });

  test('all of it, then progress, passes', () => {
    const verdict = watching({}, (show, craft) => {
      for (const revision of [2, 3, 4]) show(reveal(craft, revision));
      show({ watchId: '-1', revision: 4 });
    });
    expect(verdict).toBe('ok');
  });
  const planted: readonly (readonly [
    string,
    string,
    object,
    (show: (response: object) => void, craft: Craft) => void,
  ])[] = [
    [
      'an event left out',
      'watch reliability',
      {},
      (show, craft) => [2, 4].forEach((revision) => show(reveal(craft, revision))),
    ],
    [
      'an event twice',
      'watch atomicity',
      {},
      (show, craft) => [2, 2].forEach((revision) => show(reveal(craft, revision))),
    ],
    [
      'events out of order',
      'watch order',
      {},
      (show, craft) => [2, 3, 2].forEach((revision) => show(reveal(craft, revision))),
    ],
    [
      'a revision in two pieces',
      'watch atomicity',
      {},
      (show, craft) => {
        show(reveal(craft, 2));
        show({ revision: 3, events: craft.events(3).slice(0, 1) });
      },
    ],
    [
      'another value',
      'watch content',
      {},
      (show, craft) => show({ revision: 2, events: craft.events(2).map(({ kv }) => ({ kv: { ...kv, value: '?' } })) }),
    ],
    [
      'a deletion in spite of the filter',
      'watch content',
      { noDelete: true },
      (show, craft) => [2, 3, 4].forEach((revision) => show(reveal(craft, revision))),
    ],
    [
      'no value before',
      'watch content',
      { previousKv: true },
      (show, craft) => [2, 3].forEach((revision) => show(reveal(craft, revision))),
    ],
    [
      'a value before that nobody asked for',
      'watch content',
      {},
      (show, craft) => show({ revision: 2, events: craft.events(2).map(({ kv }) => ({ kv, previous: kv })) }),
    ],
    [
      'progress ahead of events',
      'watch progress',
      {},
      (show, craft) => {
        show(reveal(craft, 2));
        show({ revision: 4 });
      },
    ],
    [
      'progress that goes back',
      'watch progress',
      {},
      (show, craft) => {
        for (const revision of [2, 3, 4]) show(reveal(craft, revision));
        show({ revision: 2 });
      },
    ],
    [
      'a compaction that never was',
      'watch compaction',
      { startRevision: 2 },
      (show) => show({ canceled: true, revision: undefined, compactRevision: 3 }),
    ],
    [
      'cancelled for a compaction below its start',
      'watch compaction',
      { startRevision: 4 },
      (show, craft) => {
        craft.ok({ kind: 'compact', revision: 3 });
        show({ canceled: true, revision: undefined, compactRevision: 3 });
      },
    ],
    [
      'events after the end',
      'watch order',
      {},
      (show, craft) => {
        show({ canceled: true });
        show(reveal(craft, 2));
      },
    ],
    [
      'an event that is not durable',
      'watch content',
      {},
      (show, craft) => {
        for (const revision of [2, 3, 4]) show(reveal(craft, revision));
        show({
          revision: 5,
          events: [{ kv: { key: 'x', value: '', modRevision: 5, createRevision: 5, version: 1, lease: '0' } }],
        });
      },
    ],
  ];
  test.each(planted)('%s', (_, guarantee, request, plant) => {
    expect(watching(request, plant)).toBe(guarantee);
  });

  test('a compacted start is cancelled so', () => {
    const verdict = watching({ startRevision: 2 }, (show, craft) => {
      craft.ok({ kind: 'compact', revision: 3 });
      show({ canceled: true, revision: undefined, compactRevision: 3 });
    });
    expect(verdict).toBe('ok');
  });
});

describe('leases', () => {
  function held(untilMs: number, then: (craft: Craft) => void = () => undefined): Craft {
    const craft = createCraft();
    craft.ok({ kind: 'lease-grant', id: '5', ttlSeconds: 10 });
    craft.ok(put('a', '1', { lease: '5' }));
    craft.nowMs = 5_000;
    craft.ok({ kind: 'lease-keep-alive', id: '5' });
    craft.nowMs = untilMs;
    then(craft);
    return craft;
  }
  const expire = (craft: Craft) => craft.record({ kind: 'lease-revoke', lease: '5', revision: 3, keys: ['a'] });

  test('one that runs out in its time passes', () => {
    expect(verdictOf('leases', held(15_100, expire))).toBe('ok');
  });
  test('one that ends before its time since the last renewal', () => {
    expect(verdictOf('leases', held(11_000, expire))).toBe('lease never early');
  });
  test('one that a client gives up ends when it likes', () => {
    expect(
      verdictOf(
        'leases',
        held(6_000, (craft) => craft.ok({ kind: 'lease-revoke', id: '5' })),
      ),
    ).toBe('ok');
  });
  test('a renewal that is told that the lease is gone, while it has to live', () => {
    const craft = held(9_000, ({ ok }) =>
      ok({ kind: 'lease-keep-alive', id: '5' }, (outcome) => ({
        ...outcome,
        response: { kind: 'lease-keep-alive', id: '5', ttlSeconds: 0 },
      })),
    );
    expect(verdictOf('leases', craft)).toBe('lease never early');
  });
  test('one that lives on', () => {
    const craft = held(6_000);
    craft.history.push({ atMs: 1, kind: 'node-role', node: 0, role: 'leader', epoch: 1 });
    expect(verdictOf('leases', craft)).toBe('lease not late');
    expect(verdictOf('leases', craft, { knobs: { ...craftedScenario.knobs, endMs: 18_000 } })).toBe('ok');
  });

  test('by the leader’s own clock, whatever the true time is', () => {
    const verdictAt = (monotonicMs: number): string => {
      const craft = held(90_000, expire);
      const watcher = oracle('leases');
      const put = (key: string, ms: number) => {
        const body = craft.storeChanges.find((change) => change.key === key)!.bytes!;
        const operation = { kind: 'object-put', key, body, condition: { kind: 'absent' } } as const;
        watcher.effect!(0, 0, { kind: 'call', call: 1, operation }, { monotonicMs: ms, wallMs: 0 });
      };
      const answered: SystemEffect = {
        kind: 'answer',
        id: 1,
        answer: {
          kind: 'ok',
          header: { revision: 1, term: 1 },
          response: { kind: 'lease-keep-alive', id: '5', ttlSeconds: 10 },
        },
      };
      const keys = craft.storeChanges.map(({ key }) => key);
      put(keys[0]!, 100);
      put(keys[1]!, 200);
      watcher.effect!(0, 0, answered, { monotonicMs: 5_000, wallMs: 0 });
      put(keys.at(-1)!, monotonicMs);
      const verdict = observe(watcher, craft.result());
      return verdict.kind === 'safety' ? verdict.guarantee : verdict.kind;
    };
    expect(verdictAt(14_999)).toBe('lease never early');
    expect(verdictAt(15_001)).toBe('ok');
  });
});

describe('liveness', () => {
  function asked(answer: (craft: Craft) => void): string {
    const craft = createCraft();
    craft.history.push({ atMs: 1, kind: 'node-role', node: 0, role: 'leader', epoch: 1 });
    craft.nowMs = 50_000;
    answer(craft);
    return verdictOf('liveness', craft);
  }
  test('a write that is answered when nothing is wrong passes', () => {
    expect(asked((craft) => craft.ok(put('a', '1')))).toBe('ok');
  });
  test('one that is not', () => {
    expect(asked((craft) => craft.unknown(put('a', '1'), false))).toBe('liveness');
    expect(asked((craft) => craft.error(put('a', '1'), 'Unavailable', 'etcdserver: no leader'))).toBe('liveness');
  });
  test('one that a standby refuses, for a client that asks no other node', () => {
    const refused = (leader: number) => (craft: Craft) => {
      craft.history.push({ atMs: 2, kind: 'node-role', node: 0, role: 'standby', epoch: 1 });
      craft.history.push({ atMs: 3, kind: 'node-role', node: 1, role: 'leader', epoch: 2 });
      if (leader === -1) craft.history.push({ atMs: 4, kind: 'node-crash', node: 1, incarnation: 1, power: false });
      craft.error(put('a', '1'), 'Unavailable', 'etcdserver: no leader');
    };
    expect(asked(refused(1))).toBe('ok');
    expect(asked(refused(-1))).toBe('liveness');
  });
  test('a probe of the healed part', () => {
    const action = { kind: 'probe', nodes: [0], key: 'probe', value: 'probe', forMs: 90_000 } as const;
    const scenario = {
      operations: [{ id: 'c1', client: 'probe', node: 0, atMs: 100, action }],
      knobs: { ...craftedScenario.knobs, heal: { atMs: 100, nodes: [0] } },
    };
    const probed = (answers: (craft: Craft) => void) => {
      const craft = createCraft();
      answers(craft);
      for (const [index, event] of craft.history.entries()) {
        if (event.kind === 'invoke') craft.history[index] = { ...event, operation: 'c1' };
      }
      return verdictOf('liveness', craft, scenario);
    };
    expect(
      probed((craft) => {
        craft.ok(put('probe', '1'));
        craft.ok(get('probe'));
      }),
    ).toBe('ok');
    expect(probed((craft) => craft.ok(put('probe', '1')))).toBe('liveness');
    expect(probed((craft) => craft.unknown(put('probe', '1'), true))).toBe('liveness');
  });
  test('a watch that is never told', () => {
    const told = (tells: boolean) =>
      asked((craft) => {
        const show = craft.watch(all);
        show({ created: true });
        craft.ok(put('a', '1'));
        if (tells) show({ revision: 2, events: craft.events(2) });
      });
    expect(told(true)).toBe('ok');
    expect(told(false)).toBe('liveness');
  });
});

describe('invariants', () => {
  const storing = (...changes: readonly (readonly [string, Uint8Array | undefined])[]): string => {
    const observer = oracle('invariants');
    for (const [key, bytes] of changes) {
      const found = observer.store!({ atMs: 1, key, node: 0, bytes });
      if (found !== undefined) return found.guarantee;
    }
    return 'ok';
  };
  const segments = () => {
    const craft = createCraft();
    craft.ok(put('a', '1'));
    craft.fence(2);
    craft.ok(put('b', '1'));
    return craft.storeChanges;
  };

  test('a slot is written once', () => {
    const [first] = segments();
    expect(storing([first!.key, first!.bytes])).toBe('ok');
    expect(storing([first!.key, first!.bytes], [first!.key, first!.bytes])).toBe('one log');
    const again = [first!.key, first!.bytes] as const;
    expect(storing(again, [first!.key, undefined])).toBe('ok');
    expect(storing(again, [first!.key, undefined], again)).toBe('ok');
    const other = [first!.key, segments()[1]!.bytes] as const;
    expect(storing(again, [first!.key, undefined], other)).toBe('one log');
  });
  test('control goes forward, and an epoch has one leader', () => {
    expect(
      storing(['control', controlBytes(1, 0)], ['control', controlBytes(1, 1)], ['control', controlBytes(2, 0)]),
    ).toBe('ok');
    expect(storing(['control', controlBytes(2, 0)], ['control', controlBytes(1, 1)])).toBe('one log');
    expect(storing(['control', controlBytes(1, 1)], ['control', controlBytes(1, 1)])).toBe('one log');
    expect(storing(['control', controlBytes(1, 0)], ['control', controlBytes(1, 1, nonce(9))])).toBe('one live epoch');
  });

  function doing(effects: readonly SystemEffect[], changes = segments()): string {
    const observer = oracle('invariants');
    for (const change of changes) observer.store!(change);
    for (const effect of effects) {
      const found = observer.effect!(0, 0, effect, { monotonicMs: 1, wallMs: 1 });
      if (found !== undefined) return found.guarantee;
    }
    return 'ok';
  }
  const answering = (revision: number, term: number): SystemEffect => ({
    kind: 'answer',
    id: 1,
    answer: { kind: 'ok', header: { revision, term }, response: { kind: 'put' } },
  });
  const sending = (key: string, body: Uint8Array, kind: 'absent' | 'none' = 'absent'): SystemEffect => ({
    kind: 'call',
    call: 1,
    operation: { kind: 'object-put', key, body, condition: { kind } },
  });
  const showing = (...revisions: readonly number[]): SystemEffect => ({
    kind: 'watch-response',
    stream: 1,
    response: {
      watchId: '0',
      revision: 3,
      created: false,
      canceled: false,
      compactRevision: 0,
      cancelReason: '',
      events: revisions.map((modRevision) => ({
        kv: { key: 'a', value: '', modRevision, createRevision: 2, version: 1, lease: '0' },
      })),
    },
  });

  test('nothing is acknowledged beyond what is durable', () => {
    expect(doing([answering(3, 2)])).toBe('ok');
    expect(doing([answering(4, 2)])).toBe('durability');
    expect(doing([showing(2), showing(3)])).toBe('ok');
    expect(doing([showing(4)])).toBe('durability');
  });
  test('nothing is acknowledged by a reign of which the log went on without it', () => {
    expect(doing([answering(2, 1)])).toBe('ok');
    expect(doing([answering(3, 1)])).toBe('one live epoch');
  });
  test('a watcher only goes forward', () => {
    expect(doing([showing(3), showing(2)])).toBe('watch order');
    expect(doing([showing(2), showing(2)])).toBe('watch order');
  });
  test('a reign sends one content for a slot, under a condition', () => {
    const [first, second] = segments();
    const other = createCraft();
    other.ok(put('a', 'another'));
    expect(doing([sending(second!.key, second!.bytes!), sending(second!.key, second!.bytes!)])).toBe('ok');
    expect(doing([sending(second!.key, second!.bytes!), sending(second!.key, other.storeChanges[1]!.bytes!)])).toBe(
      'one live epoch',
    );
    expect(doing([sending(first!.key, first!.bytes!, 'none')])).toBe('one log');
  });
});

describe('black box', () => {
  const judge = (craft: Craft, budget?: number) =>
    checkBlackBox(trafficOf(craft.history), budget === undefined ? {} : { budget }).kind;

  test('calls without an answer explain revisions that nobody was told of', () => {
    const craft = createCraft();
    craft.unknown(put('a', '1'), true);
    craft.unknown(put('a', '2'), false);
    craft.unknown(put('b', '1'), true);
    craft.ok(get('a'));
    craft.ok(put('c', '1'));
    craft.ok({ kind: 'range', ...all });
    expect(judge(craft)).toBe('ok');
  });
  test('a choice that turns out wrong is taken back', () => {
    const craft = createCraft();
    craft.unknown(put('a', '1'), false);
    craft.unknown(put('x', '1'), true);
    craft.ok(put('c', '1'));
    craft.ok(get('a'));
    expect(judge(craft)).toBe('ok');
    expect(judge(craft, 1)).toBe('unknown');
  });
  const keyOf = (index: number) => `k${String(index).padStart(2, '0')}`;
  const hundred = Array.from({ length: 100 }, (_, index) => index);
  test.each([
    [
      'keys as they were before',
      hundred.map((index) => get(keyOf(index))),
      hundred.map((index) => put(keyOf(index), '0')),
    ],
    ['keys that are not there', hundred.map((index) => get(keyOf(index))), []],
    ['one listing', [{ kind: 'range', ...all } as const], []],
    ['nothing but their number', [put('last', '2')], []],
  ])('of a hundred calls without an answer six were done: told by %s', (_, told, before: PlainRequest[]) => {
    const craft = createCraft();
    const isDone = (index: number) => index % 17 === 3;
    for (const request of before) craft.ok(request);
    for (const index of hundred) craft.unknown(put(keyOf(index), '1'), isDone(index));
    craft.ok(put('last', '1'));
    // The newest versions hide who made the revisions before.
    for (const index of hundred.filter(isDone)) craft.ok(put(keyOf(index), '2'));
    for (const request of told) craft.ok(request);
    expect(judge(craft, 5_000)).toBe('ok');
  });
  describe('a hint', () => {
    const wrote = (key: string, value: string) =>
      [{ kind: 'put', key, value, lease: '0', createRevision: 2, version: 1 }] as const;
    const history = (): Craft => {
      const craft = createCraft();
      for (let index = 0; index < 20; index++) {
        craft.unknown(put(keyOf(index), '1'), false);
        craft.unknown(put('other', String(index)), true);
        craft.ok(get(keyOf(index)));
      }
      return craft;
    };
    const truth = (craft: Craft) => {
      const log = craft.result();
      const { model } = analysisOf(log).log;
      return (revision: number): readonly DecodedOperation[] | undefined =>
        model.events[revision]?.map(({ key, value, lease, createRevision, version }) => ({
          kind: 'put',
          key,
          value,
          lease,
          createRevision,
          version,
        }));
    };
    const judged = (craft: Craft, hint: Hint, budget?: number) =>
      checkBlackBox(trafficOf(craft.history), budget === undefined ? { hint } : { budget, hint });

    test('that is right finds the order at once', () => {
      const craft = history();
      const alone = checkBlackBox(trafficOf(craft.history));
      const hinted = judged(craft, truth(craft));
      expect([alone.kind, hinted.kind]).toEqual(['ok', 'ok']);
      expect(hinted.evaluations).toBeLessThan(alone.evaluations);
    });
    test('that is wrong hides no order', () => {
      const craft = createCraft();
      craft.unknown(put('a', '1'), false);
      craft.unknown(put('x', '1'), true);
      craft.ok(get('a'));
      craft.ok(get('x'));
      expect(judged(craft, () => wrote('a', '1')).kind).toBe('ok');
    });
    test('makes none where there is none', () => {
      const craft = createCraft();
      craft.ok(put('a', '1'));
      craft.ok(put('a', '2'));
      craft.ok(
        get('a'),
        showing((kv) => ({ ...kv, value: '1' })),
      );
      expect(judged(craft, truth(craft)).kind).toBe('violation');
    });
  });
  test('what a wrong answer does not look at is not tried over', () => {
    const craft = createCraft();
    for (const index of hundred) craft.unknown(put(keyOf(index), '1'), index % 17 === 3);
    craft.ok(put('a', '1'));
    craft.ok(get('a'), (outcome) => ({ ...outcome, response: { kind: 'range', kvs: [], more: false, count: 0 } }));
    expect(judge(craft, 5_000)).toBe('violation');
  });
  test('a call that cannot have been done is not taken for the maker of a revision', () => {
    const craft = createCraft();
    craft.ok(put('a', '1'));
    craft.unknown(put('a', '2'), false);
    craft.record({
      kind: 'write',
      revision: 3,
      operations: [{ kind: 'put', key: 'x', value: '', lease: '0', createRevision: 3, version: 1 }],
    });
    craft.ok(put('b', '1'));
    expect(judge(craft)).toBe('ok');
    craft.ok(get('a'));
    expect(judge(craft)).toBe('violation');
  });
  test('a lease that ran out explains a revision', () => {
    const craft = createCraft();
    craft.ok({ kind: 'lease-grant', id: '5', ttlSeconds: 2 });
    craft.ok(put('a', '1', { lease: '5' }));
    craft.record({ kind: 'lease-revoke', lease: '5', revision: 3, keys: ['a'] });
    craft.ok(get('a'));
    expect(judge(craft)).toBe('ok');
  });
  const planted: readonly (readonly [string, (craft: Craft) => void])[] = [
    ['a stale read', (craft) => craft.ok(get('a'), at(2))],
    [
      'another value',
      (craft) =>
        craft.ok(
          get('a'),
          showing((kv) => ({ ...kv, value: '?' })),
        ),
    ],
    ['a revision that nobody can have made', (craft) => craft.ok(get('a'), at(5))],
    [
      'a call without an answer, applied twice',
      (craft) => {
        craft.unknown(put('u', '1'), true);
        craft.record({
          kind: 'write',
          revision: 5,
          operations: [{ kind: 'put', key: 'u', value: '1', lease: '0', createRevision: 4, version: 2 }],
        });
        craft.ok(get('u'));
      },
    ],
    [
      'a lost write',
      (craft) =>
        craft.ok(get('a'), (outcome) => ({ ...outcome, response: { kind: 'range', kvs: [], more: false, count: 0 } })),
    ],
  ];
  test.each(planted)('%s', (_, plant) => {
    const craft = createCraft();
    craft.ok(put('a', '1'));
    craft.ok(put('a', '2'));
    plant(craft);
    expect(judge(craft)).toBe('violation');
  });
});

describe('the ledger', () => {
  test('names what was never exercised', () => {
    const whole = Object.fromEntries(ledgerNames.map((name) => [name, 1]));
    expect(ledgerComplete(whole)).toEqual([]);
    expect(ledgerComplete({ ...whole, compactions: 0 })).toEqual(['compactions']);
    expect(ledgerComplete({})).toEqual([...ledgerNames]);
  });
  test('is filled by the oracles, and lacks what one that is switched off would have counted', () => {
    const fill = (without: readonly string[]): Record<string, number> => {
      const result = rightHistory().result();
      const ledger: Record<string, number> = {};
      for (const observer of allOracles({ without })) {
        observe(observer, result);
        Object.assign(ledger, observer.ledger?.());
      }
      return ledger;
    };
    expect(fill([])).toMatchObject({ 'watch: events': 4, 'log: dead segments of an earlier reign': 1, compactions: 1 });
    expect(fill([])['black box: revisions explained']).toBeGreaterThan(0);
    expect(fill(['watch'])['watch: events']).toBeUndefined();
  });
  test('an oracle that does not exist cannot be switched off', () => {
    expect(() => allOracles({ without: ['nothing'] })).toThrow(RangeError);
  });
});
