import fc from 'fast-check';
import type { Compare, RangeRequest, RequestOp, TxnRequest } from '../../../src/server/generated/etcdserverpb/kv.ts';
import { cmp, type Loose, op, type Sign } from './message.ts';
import { openRandomStreams, type RandomStreams, watchWishes } from './random-watches.ts';
import type { Session } from './session.ts';

/**
 * Steps of random programs. Few keys, few values, few leases, so that they meet; revisions around where the program starts. Reads sort by
 * anything, although the order of equals is not promised: so few keys stay in key order in every etcd.
 */
export interface Step {
  /** For fast-check: what was asked exactly, the transcripts tell. */
  readonly [fc.toStringMethod]: () => string;
  run(session: Session, track: Track): Promise<void>;
}

/** What steps of one program have to know of each other. */
interface Track {
  compacted: number;
  readonly streams: RandomStreams;
}

/** Runs a program's steps, then reads what its watches are told up to the end. */
export async function runSteps(session: Session, steps: readonly Step[]): Promise<void> {
  const track: Track = { compacted: 0, streams: openRandomStreams(session, () => track.compacted) };
  for (const each of steps) await each.run(session, track);
  await track.streams.readUp();
}

/** From where a program starts to the revision that is meant. */
type Revision = (base: number) => number;

const key = fc.constantFrom('\0', 'a', 'a\0', 'ab', 'b', 'c', 'd', '\xff', '\xff\xff');
const keyOrNone = fc.oneof({ weight: 40, arbitrary: key }, { weight: 1, arbitrary: fc.constant('') });
const rangeEnd = fc.oneof(
  { weight: 2, arbitrary: fc.constant('') },
  { weight: 2, arbitrary: key },
  { weight: 2, arbitrary: fc.constant('\0') },
);
/** Mostly one key: a store that is always empty tells little. */
const deletedEnd = fc.oneof({ weight: 6, arbitrary: fc.constant('') }, { weight: 1, arbitrary: rangeEnd });
const value = fc.constantFrom('', 'x', 'y', 'xy', '\xff', '\0');
const leaseId = fc.constantFrom(1, 2, -3);
const lease = fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: leaseId });
const rarely = fc.constantFrom(true, false, false, false, false, false, false);

const exact = (...numbers: readonly number[]): fc.Arbitrary<Revision> =>
  fc.constantFrom(...numbers).map((number) => () => number);
const after = (max: number): fc.Arbitrary<Revision> =>
  fc.integer({ min: 0, max }).map((number) => (base) => base + number);
const revision = fc.oneof(
  { weight: 6, arbitrary: exact(0) },
  { weight: 4, arbitrary: after(12) },
  { weight: 1, arbitrary: after(40) },
  { weight: 1, arbitrary: exact(-1, 1, 2 ** 53) },
);
/** Not 0: a store that was never compacted is, here, none the more so for it. */
const compactedRevision = fc.oneof(
  { weight: 6, arbitrary: after(20) },
  { weight: 1, arbitrary: exact(-1, 1, 2 ** 53) },
);
const bound = fc.oneof(
  { weight: 10, arbitrary: exact(0) },
  { weight: 2, arbitrary: after(12) },
  { weight: 1, arbitrary: exact(-1) },
);

const range: fc.Arbitrary<(base: number) => Loose<RangeRequest>> = fc
  .record({
    fields: fc.record({
      key: fc.oneof(fc.constant('\0'), keyOrNone),
      rangeEnd,
      limit: fc.constantFrom(0, 0, 0, -1, 1, 2, 3),
      sortTarget: fc.constantFrom(0, 1, 2, 3, 4),
      sortOrder: fc.constantFrom(0, 1, 2),
      serializable: fc.boolean(),
      keysOnly: fc.boolean(),
      countOnly: rarely,
    }),
    revision,
    bounds: fc.tuple(bound, bound, bound, bound),
  })
  .map(({ fields, revision: at, bounds }) => (base) => ({
    ...fields,
    revision: at(base),
    minModRevision: bounds[0](base),
    maxModRevision: bounds[1](base),
    minCreateRevision: bounds[2](base),
    maxCreateRevision: bounds[3](base),
  }));

const put = fc
  .record({
    key: keyOrNone,
    value,
    lease,
    prevKv: fc.boolean(),
    ignoreValue: rarely,
    ignoreLease: rarely,
    forbidden: rarely,
  })
  .map(({ forbidden, ...fields }) => ({
    ...fields,
    value: fields.ignoreValue && !forbidden ? '' : fields.value,
    lease: fields.ignoreLease && !forbidden ? 0 : fields.lease,
  }));

const deletion = fc.record({ key: keyOrNone, rangeEnd: deletedEnd, prevKv: fc.boolean() });

type Built<T> = (base: number) => T;

const sign = fc.constantFrom<Sign>('=', '!=', '<', '>');
const place = fc.record({ rangeEnd });
const small = fc.integer({ min: 0, max: 3 });
const anything = fc.record({
  key,
  rangeEnd,
  target: fc.integer({ min: 0, max: 5 }),
  result: fc.integer({ min: 0, max: 5 }),
});

const compare: fc.Arbitrary<Built<Compare>> = fc.oneof(
  fc.tuple(key, sign, small, place).map((parts) => () => cmp.version(...parts)),
  fc.tuple(key, sign, after(8), place).map(
    ([k, s, at, p]) =>
      (base: number) =>
        cmp.create(k, s, at(base), p),
  ),
  fc.tuple(key, sign, after(12), place).map(
    ([k, s, at, p]) =>
      (base: number) =>
        cmp.mod(k, s, at(base), p),
  ),
  fc.tuple(key, sign, value, place).map((parts) => () => cmp.value(...parts)),
  fc.tuple(key, sign, lease, place).map((parts) => () => cmp.lease(...parts)),
  anything.map((fields) => () => cmp.raw(fields)),
);

/**
 * A put that keeps what a transaction deletes from a key on before it, which passes etcd's check against duplicates, ends etcd
 * ("unexpected error during txn"). So there are transactions with the one and transactions with the other.
 */
const simpleOf = (isKeeping: boolean): fc.Arbitrary<Built<RequestOp>> =>
  fc.oneof(
    {
      weight: 4,
      arbitrary: put.map((fields) => {
        const plain = isKeeping ? fields : { ...fields, ignoreValue: false, ignoreLease: false };
        return () => op.put(plain.key, plain.value, plain);
      }),
    },
    {
      weight: 2,
      arbitrary: deletion.map((fields) => {
        const bounded = isKeeping && fields.rangeEnd === '\0' ? { ...fields, rangeEnd: '' } : fields;
        return () => op.delete(bounded);
      }),
    },
    { weight: 2, arbitrary: range.map((build) => (base: number) => op.range(build(base))) },
  );

function txnOf(operation: fc.Arbitrary<Built<RequestOp>>): fc.Arbitrary<Built<TxnRequest>> {
  const branch = fc.array(operation, { maxLength: 4 });
  return fc
    .tuple(fc.array(compare, { maxLength: 2 }), branch, branch)
    .map(([compares, success, failure]) => (base) => ({
      compare: compares.map((build) => build(base)),
      success: success.map((build) => build(base)),
      failure: failure.map((build) => build(base)),
    }));
}

const nested = (txns: fc.Arbitrary<Built<TxnRequest>>): fc.Arbitrary<Built<RequestOp>> =>
  txns.map((build) => (base) => op.txn(build(base)));

function anyTxnOf(simple: fc.Arbitrary<Built<RequestOp>>): fc.Arbitrary<Built<TxnRequest>> {
  const inner = txnOf(fc.oneof({ weight: 6, arbitrary: simple }, { weight: 1, arbitrary: nested(txnOf(simple)) }));
  return txnOf(fc.oneof({ weight: 5, arbitrary: simple }, { weight: 2, arbitrary: nested(inner) }));
}

const txn = fc.oneof(anyTxnOf(simpleOf(true)), anyTxnOf(simpleOf(false)));

const stream = fc.constantFrom(0, 1);

export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: put.map((fields) => stepOf('put', (session) => session.put(fields.key, fields.value, fields))),
  },
  { weight: 5, arbitrary: deletion.map((fields) => stepOf('delete', (session) => session.delete(fields))) },
  { weight: 8, arbitrary: range.map((build) => stepOf('range', (session) => session.range(build(session.base)))) },
  { weight: 12, arbitrary: txn.map((build) => stepOf('txn', (session) => session.txn(build(session.base)))) },
  { weight: 2, arbitrary: fc.tuple(compactedRevision, fc.boolean()).map(([at, physical]) => compaction(at, physical)) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(leaseId, fc.constantFrom(600, 700, 800))
      .map(([id, ttl]) => stepOf('grant', (session) => session.grant(id, ttl))),
  },
  { weight: 1, arbitrary: leaseId.map((id) => stepOf('revoke', (session) => session.revoke(id))) },
  { weight: 1, arbitrary: leaseId.map((id) => stepOf('keep alive', (session) => session.keepAlive(id, 404))) },
  {
    weight: 2,
    arbitrary: leaseId.map((id) =>
      stepOf('time to live', async (session) => {
        await session.timeToLive(id);
        await session.timeToLiveOf(id);
      }),
    ),
  },
  { weight: 1, arbitrary: fc.constant(stepOf('leases', (session) => session.leases())) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(stream, watchWishes)
      .map(([on, wishes]) => stepOf('watch', (_session, { streams }) => streams.create(on, wishes))),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(stream, fc.constantFrom(1, 2, 3, 5, -3, 404))
      .map(([on, id]) => stepOf('cancel', (_session, { streams }) => streams.cancel(on, id))),
  },
  {
    weight: 1,
    arbitrary: stream.map((on) => stepOf('progress', (_session, { streams }) => streams.progress(on))),
  },
);

function compaction(at: Revision, physical: boolean): Step {
  return stepOf('compact', async (session, track) => {
    const revision = at(session.base);
    const answer = await session.compact(revision, physical);
    if (typeof answer !== 'string') track.compacted = Math.max(track.compacted, revision);
  });
}

function stepOf(text: string, run: (session: Session, track: Track) => Promise<unknown>): Step {
  return {
    run: async (session, track) => void (await run(session, track)),
    [fc.toStringMethod]: () => text,
  };
}
