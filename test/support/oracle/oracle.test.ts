/** Each check with a history that is right, and with wrong ones planted that it must reject. */
import { describe, expect, test } from 'vitest';
import type {
  KeyEvent,
  KeyState,
  LeaseGrant,
  LogEntry,
  Operation,
  ReadOperation,
  WatchMessage,
  WatchObservation,
  WriteOperation,
} from '../history/types.ts';
import { checkLeasesNotEarly, checkLeaseSight } from './check-leases.ts';
import { checkLogGrows } from './check-log.ts';
import { judge, type History } from './judge.ts';

/**
 * The right history: a put of `a`, a compare-and-set of `a`, a write of two keys of which the client never heard, a deletion with a mark,
 * two keys of a lease and the end of that lease; a failed compare, a refusal, and reads between them.
 */
const lease = 77n;
const states = {
  a2: state('a', '1:', 2, 2, 1),
  a3: state('a', '2:', 2, 3, 2),
  b4: state('b', '3:', 4, 4, 1),
  c4: state('c', '3:', 4, 4, 1),
  mark5: state('mark', '4:', 5, 5, 1),
  x6: state('x', '5:', 6, 6, 1, lease),
  y6: state('y', '5:', 6, 6, 1, lease),
};

const log: readonly LogEntry[] = [
  { revision: 2, events: [put(states.a2)] },
  { revision: 3, events: [put(states.a3, states.a2)] },
  { revision: 4, events: [put(states.b4), put(states.c4)] },
  { revision: 5, events: [remove('b', 5, states.b4), put(states.mark5)] },
  { revision: 6, events: [put(states.x6), put(states.y6)] },
  { revision: 7, events: [remove('x', 7, states.x6), remove('y', 7, states.y6)] },
];

const grant: LeaseGrant = {
  kind: 'grant',
  lease,
  ttlSeconds: 2,
  sentMs: 1_000,
  invoked: 11,
  returned: 12,
  outcome: { kind: 'applied', revision: 5 },
};

const operations = {
  first: write('1', 0, 1, [['a', '1:']], { kind: 'applied', revision: 2 }),
  compared: write('2', 2, 3, [['a', '2:']], { kind: 'applied', revision: 3 }, 2),
  read: read('r', 4, 5, { from: 'a', to: 'z' }, 0, 3, [states.a3]),
  unheard: write(
    '3',
    6,
    20,
    [
      ['b', '3:'],
      ['c', '3:'],
    ],
    { kind: 'unknown', error: 'connection lost' },
  ),
  removal: write(
    '4',
    7,
    8,
    [
      ['b', undefined],
      ['missing', undefined],
      ['mark', '4:'],
    ],
    { kind: 'applied', revision: 5 },
  ),
  failed: write('6', 9, 10, [['a', '6:']], { kind: 'compare-failed', revision: 5, found: states.a3 }, 2),
  grant,
  leased: write(
    '5',
    13,
    14,
    [
      ['x', '5:'],
      ['y', '5:'],
    ],
    { kind: 'applied', revision: 6 },
    undefined,
    lease,
  ),
  refused: write('7', 15, 16, [['a', '7:']], { kind: 'refused', error: 'etcdserver: no leader' }),
  past: read('p', 17, 18, { from: 'a', to: 'z' }, 4, 7, [states.a3, states.b4, states.c4]),
  lost: write('8', 19, 21, [['a', '8:']], { kind: 'unknown', error: 'no answer' }),
};

const messages: readonly WatchMessage[] = [
  message(1, 3, [...log[0]!.events, ...log[1]!.events]),
  message(1, 4, log[2]!.events),
  message(2, 4, []),
  message(2, 6, [...log[3]!.events, ...log[4]!.events]),
  message(3, 7, log[5]!.events, 3_001),
];

const watch: WatchObservation = { name: 'all', range: { from: '!', to: '~' }, startRevision: 2, messages };
const ranged: WatchObservation = {
  name: 'b',
  range: { from: 'b', to: undefined },
  startRevision: 3,
  messages: [message(1, 4, [put(states.b4)]), message(2, 5, [remove('b', 5, states.b4)]), message(2, 7, [])],
};

const right: History = {
  operations: Object.values(operations),
  log,
  watches: [watch, ranged],
  throughRevision: 7,
};

test('the right history is accepted', () => {
  expect(judge(right)).toStrictEqual([]);
});

describe('the log', () => {
  rejects(
    'a revision missing',
    /log: revision 4 stands where 3 is due/,
    withLog(log.filter((entry) => entry.revision !== 3)),
  );
  rejects(
    'a revision twice',
    /log: revision 4 stands where 5 is due/,
    withLog([...log.slice(0, 3), log[2]!, ...log.slice(3)]),
  );
  rejects('a revision that went back', /log: revision 2 stands where 8 is due/, withLog([...log, log[0]!]));
  rejects('a revision of nothing', /revision 8 changes nothing/, withLog([...log, { revision: 8, events: [] }]));
  rejects(
    'a version that does not follow',
    /version 2 are due/,
    withEntry(3, [put({ ...states.a3, version: 3 }, states.a2)]),
  );
  rejects(
    'a create revision that does not follow',
    /create revision 2 and/,
    withEntry(3, [put({ ...states.a3, createRevision: 3 }, states.a2)]),
  );
  rejects('a wrong previous value', /it was a=1: /, withEntry(3, [put(states.a3, { ...states.a2, value: '0:' })]));
  rejects(
    'an event under another revision',
    /an event of revision 2 stands in revision 3/,
    withEntry(3, [put({ ...states.a3, modRevision: 2 }, states.a2)]),
  );
  rejects(
    'a deletion of what is not there',
    /deletes b, which is not there/,
    withLog([...log, { revision: 8, events: [remove('b', 8, undefined)] }]),
  );

  test('rejects a revision that is gone', () => {
    expect(checkLogGrows(log, log.slice(0, -1))).toHaveLength(1);
  });
  test('rejects a revision that is another one now', () => {
    expect(checkLogGrows(log.slice(0, 2), withEntry(2, [put({ ...states.a2, value: '0:' })]).log)).toHaveLength(1);
  });
  test('accepts one that grew', () => {
    expect(checkLogGrows(log.slice(0, 4), log)).toStrictEqual([]);
  });
});

describe('writes', () => {
  rejects(
    'an acknowledged write that is lost',
    /writes: 9 was acknowledged at revision 7, and is nowhere/,
    withOperation(write('9', 22, 23, [['z', '9:']], { kind: 'applied', revision: 7 })),
  );
  rejects(
    'an acknowledged write at another revision',
    /writes: 1 was acknowledged at revision 3, and is at 2/,
    replacing('first', { outcome: { kind: 'applied', revision: 3 } }),
  );
  rejects(
    'an acknowledged write with another value',
    /writes: 1 was acknowledged at revision 2, and is nowhere/,
    withEntry(2, [put({ ...states.a2, value: '0:' })]),
  );
  rejects(
    'a refused write that happened',
    /writes: 3 was refused .* and is at 4/,
    replacing('unheard', { outcome: { kind: 'refused', error: 'etcdserver: too many requests' } }),
  );
  rejects(
    'a write that did not compare and happened',
    /writes: 3 did not compare, and is at 4/,
    replacing('unheard', {
      guard: { key: 'z', modRevision: 3 },
      outcome: { kind: 'compare-failed', revision: 4, found: undefined },
    }),
  );
  rejects(
    'a write that happened twice',
    /writes: 3 was sent once, and is at 4, 8/,
    withLog([
      ...log,
      {
        revision: 8,
        events: [put(state('b', '3:', 8, 8, 1)), put({ ...states.c4, modRevision: 8, version: 2 }, states.c4)],
      },
    ]),
  );
  rejects('half of a write', /writes: 3 is not whole in revision 4/, withEntry(4, [put(states.b4)]));
  rejects(
    'a write whose deletion is missing',
    /writes: 4 is not whole in revision 5/,
    withEntry(5, [put(states.mark5)]),
  );
  rejects(
    'a write attached to another lease',
    /writes: 5 is not whole in revision 6/,
    withEntry(6, [put({ ...states.x6, lease: 0n }), put(states.y6)]),
  );
  rejects(
    'two writes in one revision',
    /writes: revision 3 mixes writes/,
    withEntry(3, [put(states.a3, states.a2), put(state('z', '8:', 3, 3, 1))]),
  );
  rejects(
    'a value that nobody wrote',
    /writes: revision 8 mixes writes/,
    withLog([...log, { revision: 8, events: [put(state('z', 'ghost', 8, 8, 1))] }]),
  );
  rejects(
    'a deletion that nobody asked for',
    /writes: nobody asked for revision 8/,
    withLog([...log, { revision: 8, events: [remove('c', 8, states.c4)] }]),
  );
});

describe('order', () => {
  rejects(
    'a revision given to two writes',
    /order: 5 and 4 were both given revision 5/,
    replacing('leased', { outcome: { kind: 'applied', revision: 5 } }),
  );
  rejects(
    'a later write with a lower revision',
    /order: 1 wrote revision 2, but began after 4 was answered at 5/,
    replacing('first', { invoked: 8.5, returned: 8.6 }),
  );
  rejects(
    'a later unheard write with a lower revision',
    /order: 3 wrote revision 4, but began after p was answered at 7/,
    replacing('unheard', { invoked: 18.5 }),
  );
  rejects(
    'a stale read',
    /order: r was answered at 3, but began after 4 was answered at 5/,
    replacing('read', { invoked: 8.5, returned: 8.6 }),
  );
  rejects(
    'a stale failed compare',
    /order: 6 was answered at 4, but began after 4 was answered at 5/,
    replacing('failed', { outcome: { kind: 'compare-failed', revision: 4, found: states.a3 } }),
  );
});

describe('reads', () => {
  const readOf = (found: readonly KeyState[], revision = 3) =>
    replacing('read', { outcome: { kind: 'read', revision, found } });
  rejects('a value missing', /reads: r of revision 3 has nothing/, readOf([]));
  rejects('a value from another revision', /reads: r of revision 3 has a=1:/, readOf([states.a2]));
  rejects('a value too many', /has b=3: .* where there is nothing/, readOf([states.a3, states.b4]));
  rejects(
    'a past value that changed',
    /reads: p of revision 4 has/,
    replacing('past', { outcome: { kind: 'read', revision: 7, found: [states.a3, states.c4] } }),
  );
  rejects(
    'a revision beyond the end',
    /reads: p was answered at 8; the log ends at 7/,
    replacing('past', { outcome: { kind: 'read', revision: 8, found: [states.a3, states.b4, states.c4] } }),
  );
  rejects(
    'a failed compare that found another value',
    /reads: 6 found a=1:/,
    replacing('failed', { outcome: { kind: 'compare-failed', revision: 5, found: states.a2 } }),
  );
  rejects(
    'a compare that failed for no reason',
    /reads: 6 did not compare at 5, although a was as asked for/,
    replacing('failed', { guard: { key: 'a', modRevision: 3 } }),
  );
});

describe('compare-and-set', () => {
  rejects(
    'a write on a version that was not the newest',
    /guards: 2 wrote revision 3 on a at 0, which was at 2/,
    replacing('compared', { guard: { key: 'a', modRevision: 0 } }),
  );
  rejects('two successors of one version', /guards: 9 and 2 both follow a at 2/, {
    ...withLog([
      ...log,
      { revision: 8, events: [put({ ...states.a3, value: '9:', modRevision: 8, version: 3 }, states.a3)] },
    ]),
    operations: [...right.operations, write('9', 22, 23, [['a', '9:']], { kind: 'applied', revision: 8 }, 2)],
  });
});

describe('watches', () => {
  rejects(
    'an event missed',
    /watch: all was told put b=3:/,
    watching([message(1, 3, log[0]!.events), ...messages.slice(1)]),
  );
  rejects('the end missed', /watch: all was not told delete x/, watching(messages.slice(0, -1)));
  rejects(
    'an event twice, after it connected again',
    /watch: all was told of revision 4 in two messages/,
    watching([...messages.slice(0, 3), message(2, 4, log[2]!.events), ...messages.slice(3)]),
  );
  rejects(
    'events out of order',
    /watch: all was told put a=2:/,
    watching([message(1, 3, [...log[1]!.events, ...log[0]!.events]), ...messages.slice(1)]),
  );
  rejects(
    'one revision in two messages',
    /watch: all was told of revision 4 in two messages/,
    watching([messages[0]!, message(1, 4, [put(states.b4)]), message(1, 4, [put(states.c4)]), ...messages.slice(2)]),
  );
  rejects(
    'a previous value that is wrong',
    /watch: all was told put a=2:/,
    watching([message(1, 3, [put(states.a2), put(states.a3)]), ...messages.slice(1)]),
  );
  rejects('an event of before the start', /watch: b was told put a=2:/, {
    ...right,
    watches: [{ ...ranged, messages: [message(1, 3, log[1]!.events), ...ranged.messages] }],
  });
  rejects(
    'progress ahead of its events',
    /watch: all was told that all up to 6 is sent/,
    watching([...messages.slice(0, 2), message(2, 6, []), ...messages.slice(3)]),
  );
  rejects(
    'an event beyond the revision of its message',
    /watch: all was told of revision 4 under a header of 3/,
    watching([messages[0]!, message(1, 3, log[2]!.events), ...messages.slice(2)]),
  );
  rejects(
    'an event that never became part of the log',
    /watch: all was told put z=8:.* where nothing was due/,
    watching([...messages, message(3, 8, [put(state('z', '8:', 8, 8, 1))])]),
  );
});

describe('leases', () => {
  rejects(
    'keys of one lease removed in two revisions',
    /leases: revision 7 ends lease 77, but removes x where it held/,
    {
      ...right,
      log: [
        ...log.slice(0, -1),
        { revision: 7, events: [remove('x', 7, states.x6)] },
        { revision: 8, events: [remove('y', 8, states.y6)] },
      ],
    },
  );

  test('accept an end in its time', () => {
    expect(checkLeasesNotEarly(right.operations, watch)).toStrictEqual([]);
  });
  test('reject an early end', () => {
    const early = [...messages.slice(0, -1), message(3, 7, log[5]!.events, 2_999)];
    expect(checkLeasesNotEarly(right.operations, { ...watch, messages: early })).toHaveLength(2);
  });

  const long: LeaseGrant = { ...grant, ttlSeconds: 100 };
  const sight = {
    lease,
    ttlSeconds: 97,
    grantedTtlSeconds: 100,
    keys: ['x', 'y'],
    seenMs: 53_000,
    reignNotBeforeMs: 50_000,
  };
  test('accept a lease with what is left of its time', () => {
    expect(checkLeaseSight(sight, long, ['x', 'y'])).toStrictEqual([]);
  });
  test.each([
    ['less time than that', { ...sight, ttlSeconds: 96 }],
    ['more time than was granted', { ...sight, ttlSeconds: 101 }],
    ['a lease that is gone', { ...sight, ttlSeconds: -1, grantedTtlSeconds: 0, keys: [] }],
    ['another grant', { ...sight, grantedTtlSeconds: 60 }],
    ['a key too few', { ...sight, keys: ['x'] }],
    ['a key too many', { ...sight, keys: ['x', 'y', 'z'] }],
  ])('reject %s', (_, wrong) => {
    expect(checkLeaseSight(wrong, long, ['x', 'y'])).not.toStrictEqual([]);
  });
});

function rejects(what: string, violation: RegExp, planted: Pick<History, keyof History>): void {
  test(`rejects ${what}`, () => {
    expect(judge(planted).some((found) => violation.test(found))).toBe(true);
  });
}

function state(
  key: string,
  value: string,
  createRevision: number,
  modRevision: number,
  version: number,
  of: bigint = 0n,
): KeyState {
  return { key, value, createRevision, modRevision, version, lease: of };
}

function put(now: KeyState, previous?: KeyState): KeyEvent {
  return { kind: 'put', key: now.key, state: now, previous };
}

function remove(key: string, revision: number, previous: KeyState | undefined): KeyEvent {
  return { kind: 'delete', key, revision, previous };
}

function message(connection: number, headerRevision: number, events: readonly KeyEvent[], atMs = 0): WatchMessage {
  return { connection, headerRevision, events, atMs };
}

function write(
  id: string,
  invoked: number,
  returned: number,
  writes: readonly (readonly [key: string, value: string | undefined])[],
  outcome: WriteOperation['outcome'],
  guardRevision?: number,
  of: bigint = 0n,
): WriteOperation {
  const guard = guardRevision === undefined ? undefined : { key: writes[0]![0], modRevision: guardRevision };
  return {
    kind: 'write',
    id,
    writes: writes.map(([key, value]) => ({ key, value, lease: of })),
    guard,
    invoked,
    returned,
    outcome,
  };
}

function read(
  id: string,
  invoked: number,
  returned: number,
  range: ReadOperation['range'],
  atRevision: number,
  revision: number,
  found: readonly KeyState[],
): ReadOperation {
  return { kind: 'read', id, range, atRevision, invoked, returned, outcome: { kind: 'read', revision, found } };
}

function withLog(planted: readonly LogEntry[]): History {
  return { ...right, log: planted };
}

function withEntry(revision: number, events: readonly KeyEvent[]): History {
  return withLog(log.map((entry) => (entry.revision === revision ? { revision, events } : entry)));
}

function withOperation(operation: Operation): History {
  return { ...right, operations: [...right.operations, operation] };
}

function replacing(name: keyof typeof operations, fields: Partial<WriteOperation> | Partial<ReadOperation>): History {
  const replaced = Object.entries(operations).map(([key, operation]) =>
    key === name ? ({ ...operation, ...fields } as Operation) : operation,
  );
  return { ...right, operations: replaced };
}

function watching(planted: readonly WatchMessage[]): History {
  return { ...right, watches: [{ ...watch, messages: planted }, ranged] };
}
