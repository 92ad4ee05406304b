import { alarmsAskedFor } from '../alarm/evaluate-alarm.ts';
import { mayExpire } from '../alarm/refused-by-alarms.ts';
import { fitsQuota } from '../alarm/quota.ts';
import { assert } from '../assert.ts';
import { answerAuth } from '../auth/answer-auth.ts';
import { groundOfHead, type AuthGround } from '../auth/auth-ground.ts';
import { refusalOf, watchRefusal } from '../auth/refusal.ts';
import { keepCompacting } from '../compact/keep-compacting.ts';
import { mayScrub, type ScrubGround } from '../compact/may-scrub.ts';
import { scrub } from '../compact/scrub.ts';
import { drawId, log, type Core } from '../core.ts';
import { localDeletesOfVersion } from '../format/local-layout.ts';
import { keepCollecting } from '../collect/keep-collecting.ts';
import { createHashing } from '../hash/answer-hashes.ts';
import { createLeaseClock } from '../lease/lease-clock.ts';
import { leaseHeld } from '../lease/leader-lease.ts';
import { startLeases } from '../lease/start-leases.ts';
import {
  leaseExpiriesPerSecondMax,
  leaseExpiryCheckIntervalMs,
  parkedRequestsMax,
  scrubVersionsMax,
  watchFeedVersionsMax,
} from '../limits.ts';
import { evaluateRead, isReadRequest, type ReadRequest } from '../read/evaluate-read.ts';
import { noValues, type VersionValues } from '../read/view.ts';
import type { RecoveredDatabase } from '../recover/recover.ts';
import type { Reign } from '../reign/reign.ts';
import { call, createSignal, fire, until, waitFor, type Scope, type Task } from '../task.ts';
import { noLease, type LeaseId } from '../types/bytes.ts';
import type { Caller } from '../types/auth.ts';
import type { Answer } from '../types/effect.ts';
import { checkpointFailed, clientErrors, type ClientError } from '../types/error.ts';
import type { Evaluation, SettledEvaluation } from '../types/evaluation.ts';
import type { EventBody } from '../types/event.ts';
import type { Request } from '../types/request.ts';
import type { KeepingStatus, Response } from '../types/response.ts';
import type { Version } from '../types/version.ts';
import { localStoreUnwritable } from '../values/read-values.ts';
import { createValueSource, type LoadingStatus } from '../values/value-source.ts';
import { createWatchHub, type WatchCounts } from '../watch/watch-hub.ts';
import { createPendingAnswers, type PendingAnswer } from '../write/acknowledge.ts';
import { applySegment } from '../write/apply.ts';
import { checkRequest } from '../write/check.ts';
import { evaluateWrite, type WriteRequest } from '../write/evaluate.ts';
import { createPipeline } from '../write/pipeline.ts';
import { restsOnSequence } from '../write/rests-on.ts';
import { createSnapshots } from '../snapshot/take-snapshots.ts';
import { createCheckpointing } from '../checkpoint/keep-checkpointing.ts';
import { checkpointResponseOf, collectedNothing, keepingOf, withRound } from './keeping-status.ts';
import { show, watchSourceOf, type DurableState } from './durable-state.ts';
import { createParkedRequests, type AskedRequest } from './parked.ts';

/**
 * A node in power: requests in, answers and watch responses out.
 *
 * Invariants:
 * - An answer that only reads is computed while the lease on leadership is held: no other node can have written since.
 * - A caller is allowed or not by the very state on which its request is evaluated.
 * - Reads see the durable revision; what may write is evaluated on the head, and its answer, a failed compare and an error too, waits
 *   until everything it was computed on is durable.
 * - When the reign ends, everything not yet answered is answered with an error, once.
 */
export interface Leadership {
  /** No caller: the process itself. */
  request(id: number, request: Request, caller: Caller | undefined): void;
  abandon(id: number): void;
  /** The edge is done with the snapshot that this request was answered with. */
  closeSnapshot(id: number): void;
  /** The edge wants values that it has not found in the local store. */
  valuesWanted(wanted: ValuesWanted): void;
  /** What is against the caller, by what is durable. */
  refusal(request: Request, caller: Caller | undefined): ClientError | undefined;
  watch(event: Extract<EventBody, { readonly kind: `watch-${string}` }>): void;
  /** Refuses what is new with this error, and finishes what was admitted. */
  drain(refusal: ClientError): Task<void>;
  /** Once drained: the next start has little left to replay. Can take long; it may be left at any point. */
  lastCheckpoint(): Task<void>;
  /**
   * Answers everything that waits; the reign's scope has been cancelled. What had been admitted may be durable or may become so: its
   * answer must not say that it did not happen. What had not been gets `error`.
   */
  end(error: ClientError): void;
  leaseHeld(): boolean;
  readonly durable: DurableState;
  readonly database: RecoveredDatabase;
  watchCounts(): WatchCounts;
  checkpointSlot(): number;
  /** Undefined: every value is local. */
  loading(): LoadingStatus | undefined;
  keeping(): KeepingStatus;
}

type ValuesWanted = Extract<EventBody, { readonly kind: 'values-wanted' }>;

export function createLeadership(
  core: Core,
  scope: Scope,
  reign: Reign,
  database: RecoveredDatabase,
  deposed: (reason: string) => void,
): Leadership {
  const { recovered, opened, held } = database;
  const { state } = recovered;
  const databaseId = held.manifest.databaseId;
  const durable: DurableState = {
    sequence: recovered.position.sequence,
    revision: recovered.position.revision,
    compactRevision: recovered.position.compactRevision,
    auth: state.auth,
    alarms: state.alarms,
  };
  const leases = createLeaseClock();
  const pending = createPendingAnswers();
  const parked = createParkedRequests(parkedRequestsMax);
  const loading = createParkedRequests(parkedRequestsMax);
  const compacting: PendingAnswer[] = [];
  const mayScrubSignal = createSignal();
  let scrubbing = false;
  let checkpointing = false;
  let hashing = false;
  let snapshotting = false;
  const scrubbedSignal = createSignal();
  const askingCheckpoint = new Set<number>();
  const wantingValues = new Set<number>();
  const values = createValueSource(core, scope, recovered);
  let feeding = false;
  let refusal: ClientError | undefined;
  let leaseLapsed = false;
  let checkpointSlot = held.manifest.checkpoints.at(-1)?.slot ?? 0;
  let manifest = held.manifest;
  let collected = collectedNothing;

  const hub = createWatchHub({
    source: watchSourceOf(durable, state, reign.epoch),
    sink: {
      response: (stream, response) => core.emit({ kind: 'watch-response', stream, response }),
      end: (stream, error) => core.emit({ kind: 'watch-end', stream, error }),
    },
    progressIntervalMs: core.configuration.watchProgressNotifyIntervalMs,
    bufferMessagesMax: core.configuration.watchBufferMessagesMax,
    random: () => drawId(core)[0]! / 256,
  });

  const pipeline = createPipeline(
    core,
    scope,
    reign,
    {
      identity: { databaseId, epoch: reign.epoch, nonce: reign.nonce },
      ...opened,
      logInflightMax: held.manifest.logInflightMax,
    },
    {
      acknowledged(frame) {
        for (const admitted of frame.admitted) {
          show(durable, admitted, state, hub, leases, core.at.monotonicMs);
          if (admitted.record.kind === 'compact') startScrub();
        }
        for (const answer of pending.release(durable.sequence)) release(answer);
        startFeed();
      },
      filled(segment, frames) {
        const applied = applySegment(core, databaseId, recovered, reign.epoch, segment, frames);
        scope.spawn(
          call({ kind: 'local-write', batch: applied.operations, durability: 'none', afterReads: false }),
          (result) => {
            if (result.kind === 'local-failed') {
              throw localStoreUnwritable(result.message);
            }
            recovered.values.persisted(applied.made);
          },
        );
        // Only now: the local store gets the slot before it loses what the slot makes obsolete.
        fire(mayScrubSignal);
      },
      deposed,
    },
  );

  function holdsLease(): boolean {
    return leaseHeld({ sentAt: reign.leaseSentAt, leaseMs: reign.control.leaseMs }, core.at);
  }

  function send(id: number, answer: Answer): void {
    core.emit({ kind: 'answer', id, answer });
  }

  function fail(id: number, error: ClientError): void {
    send(id, { kind: 'error', error });
  }

  function succeed(id: number, response: Response, revision: number): void {
    send(id, { kind: 'ok', header: { revision, term: reign.epoch }, response });
  }

  function release(answer: PendingAnswer): void {
    if (answer.settled) return;
    if (answer.physicalRevision > 0 && state.settledCompactRevision >= answer.physicalRevision && scrubbing) {
      compacting.push(answer);
      return;
    }
    answer.settled = true;
    send(answer.id, answer.renews === noLease ? answer.answer : (renewal(answer.renews) ?? leaseIsOver(answer.renews)));
  }

  /** For an answer that wrote nothing. */
  function restsOnHead(): number {
    return restsOnSequence({ headSequence: pipeline.headSequence(), durableSequence: durable.sequence });
  }

  /** A renewal looks at nothing that is under way, except where somebody has to be allowed to renew. */
  function renewalRestsOn(): number {
    const isChecked = state.auth.enabled || durable.auth.enabled || durable.auth.revision !== state.auth.revision;
    return isChecked ? restsOnHead() : durable.sequence;
  }

  /** Sends the answer when all that it rests on is durable. */
  function answerWhenDurable(
    id: number,
    answer: Answer,
    deadlineMs: number,
    sequence: number = restsOnHead(),
    physicalRevision = 0,
    renews: LeaseId = noLease,
  ): void {
    if (sequence <= durable.sequence && physicalRevision === 0) {
      send(id, answer);
      return;
    }
    pending.add({ id, sequence, answer, deadlineMs, settled: false, physicalRevision, renews });
  }

  function request(id: number, incoming: Request, caller: Caller | undefined): void {
    if (refusal !== undefined) {
      fail(id, refusal);
      return;
    }
    const error = checkRequest(incoming, core.configuration.txnOperationsMax);
    if (error !== undefined) {
      fail(id, error);
      return;
    }
    const numbered =
      incoming.kind === 'lease-grant' && incoming.id === noLease ? { ...incoming, id: drawLeaseId() } : incoming;
    const deadlineMs = core.at.monotonicMs + core.configuration.requestTimeoutMs;
    dispatch({ id, request: numbered, caller, deadlineMs }, noValues);
  }

  function dispatch(asked: AskedRequest, known: VersionValues): void {
    const { id, request: incoming, deadlineMs } = asked;
    switch (incoming.kind) {
      case 'status':
      case 'members':
      case 'move-leader':
        assert(false, 'the machine answers for the status, the members and who leads');
        return;
      case 'checkpoint':
        onDurable(asked, () => checkpoint(id));
        return;
      case 'hash-kv':
        readUnderLease(asked, () => {
          if (!hashes.ask(id, incoming.revision)) fail(id, clientErrors.tooManyRequests);
        });
        return;
      case 'snapshot':
        readUnderLease(asked, () => {
          if (!snapshots.ask(id)) fail(id, clientErrors.tooManyRequests);
        });
        return;
      case 'range':
        if (incoming.serializable) onDurable(asked, () => answerRead(asked, incoming, known));
        else readUnderLease(asked, () => answerRead(asked, incoming, known));
        return;
      case 'lease-keep-alive':
        headUnderLease(asked, () => keepAlive(id, incoming.id, deadlineMs));
        return;
      case 'lease-time-to-live':
        headUnderLease(asked, () => timeToLive(id, incoming.id, incoming.keys, deadlineMs));
        return;
      case 'lease-leases':
        headUnderLease(asked, () =>
          answerWhenDurable(id, ok({ kind: 'lease-leases', ids: leases.byExpiry() }, durable.revision), deadlineMs),
        );
        return;
      case 'auth-status':
      case 'auth-user-get':
      case 'auth-user-list':
      case 'auth-role-get':
      case 'auth-role-list':
      case 'auth-credentials':
        readUnderLease(asked, () => settle(asked, answerAuth(durable.auth, incoming, durable.revision)));
        return;
      case 'alarm':
        if (incoming.action !== 'get') write(asked, incoming, known);
        else readUnderLease(asked, () => succeed(id, alarmsAskedFor(durable.alarms, incoming), durable.revision));
        return;
      case 'txn':
        if (isReadRequest(incoming)) readUnderLease(asked, () => answerRead(asked, incoming, known));
        else write(asked, incoming, known);
        return;
      default:
        write(asked, incoming, known);
    }
  }

  /** Allowed by what is durable, which is what it reads. */
  function onDurable(asked: AskedRequest, then: () => void): void {
    const refusal = refusalOf(durableGround(), asked.caller, asked.request);
    if (refusal === undefined) then();
    else fail(asked.id, refusal);
  }

  function durableGround(): AuthGround {
    return { auth: durable.auth, alarms: durable.alarms, leases: state.leases };
  }

  function readUnderLease(asked: AskedRequest, then: () => void): void {
    withLease(asked, () => onDurable(asked, then));
  }

  /** Allowed by the head, which is what it looks at. */
  function headUnderLease(asked: AskedRequest, then: () => void): void {
    withLease(asked, () => {
      const refusal = refusalOf(groundOfHead(state, durableGround()), asked.caller, asked.request);
      if (refusal === undefined) then();
      else answerWhenDurable(asked.id, { kind: 'error', error: refusal }, asked.deadlineMs);
    });
  }

  /** However long it takes: its length has no bound that a request could have. */
  function checkpoint(id: number): void {
    if (askingCheckpoint.size >= parkedRequestsMax) {
      fail(id, clientErrors.tooManyRequests);
      return;
    }
    askingCheckpoint.add(id);
    checkpoints.requestCheckpoint((outcome) => {
      if (!askingCheckpoint.delete(id)) return;
      if (typeof outcome === 'string') fail(id, checkpointFailed(outcome));
      else succeed(id, checkpointResponseOf(outcome), durable.revision);
    });
  }

  function ok(response: Response, revision: number): Answer {
    return { kind: 'ok', header: { revision, term: reign.epoch }, response };
  }

  function withLease(asked: AskedRequest, then: () => void): void {
    if (holdsLease()) {
      then();
      return;
    }
    if (!parked.park(asked)) fail(asked.id, clientErrors.tooManyRequests);
  }

  function answerRead(asked: AskedRequest, incoming: ReadRequest, known: VersionValues): void {
    const view = { revision: durable.revision, compactRevision: durable.compactRevision, values: known };
    const evaluation = evaluateRead(state, incoming, view);
    if (evaluation.kind === 'values-needed') loadValues(asked, known, evaluation.versions);
    else settle(asked, evaluation);
  }

  /** For what was computed on what is durable. */
  function settle({ id }: AskedRequest, evaluation: SettledEvaluation): void {
    send(id, answerOf(evaluation));
  }

  function write(asked: AskedRequest, incoming: WriteRequest, known: VersionValues): void {
    const { id, deadlineMs } = asked;
    if (pipeline.full()) {
      fail(id, clientErrors.tooManyRequests);
      return;
    }
    const evaluation = evaluateAsked(asked.caller, incoming, known);
    switch (evaluation.kind) {
      case 'values-needed':
        loadValues(asked, known, evaluation.versions);
        return;
      case 'error':
      case 'answer':
        // Nothing is written that could prove the reign: what was read is the newest only under the lease.
        withLease(asked, () => answerWhenDurable(id, answerOf(evaluation), deadlineMs));
        return;
      case 'record': {
        pipeline.admit({ record: evaluation.record, versions: evaluation.versions });
        const physical = incoming.kind === 'compact' && incoming.physical ? incoming.revision : 0;
        answerWhenDurable(id, answerOf(evaluation), deadlineMs, pipeline.headSequence(), physical);
        return;
      }
    }
  }

  function evaluateAsked(caller: Caller | undefined, incoming: WriteRequest, known: VersionValues): Evaluation {
    const refusal = refusalOf(groundOfHead(state, durableGround()), caller, incoming);
    if (refusal !== undefined) return { kind: 'error', error: refusal };
    if (fitsQuota(incoming, state.bytesTotal, core.configuration.quotaBackendBytes)) {
      return evaluateWrite(state, incoming, known);
    }
    raiseNoSpace();
    return { kind: 'error', error: clientErrors.noSpace };
  }

  /** What asked for space is refused; from now on everything is that would take any, until somebody takes the alarm back. */
  function raiseNoSpace(): void {
    const { memberId, quotaBackendBytes } = core.configuration;
    const raised = evaluateWrite(state, { kind: 'alarm', action: 'activate', alarm: 'nospace', memberId });
    if (raised.kind !== 'record') return;
    pipeline.admit({ record: raised.record, versions: raised.versions });
    log(core, 'error', 'the quota is exceeded: what takes space is refused until the alarm is taken back', {
      bytes: state.bytesTotal,
      quotaBackendBytes,
    });
  }

  function answerOf(evaluation: SettledEvaluation): Answer {
    if (evaluation.kind === 'error') return { kind: 'error', error: evaluation.error };
    return ok(evaluation.response, evaluation.revision);
  }

  /** Has the values read from wherever they are, then evaluates again: the state may have moved on. */
  function loadValues(asked: AskedRequest, known: VersionValues, versions: readonly Version[]): void {
    if (!loading.park(asked)) {
      fail(asked.id, clientErrors.tooManyRequests);
      return;
    }
    scope.spawn(values.readInTime(versions), (read) => {
      if (!loading.take(asked.id)) return;
      if (read === undefined) fail(asked.id, clientErrors.timeout);
      else dispatch(asked, new Map([...known, ...read]));
    });
  }

  function keepAlive(id: number, lease: LeaseId, deadlineMs: number): void {
    const renewed = renewal(lease);
    if (renewed === undefined) answerWhenDurable(id, leaseIsOver(lease), deadlineMs);
    else answerWhenDurable(id, renewed, deadlineMs, renewalRestsOn(), 0, lease);
  }

  /** Undefined: it is over. One whose revocation is under way is gone already; the clock forgets it when that is durable. */
  function renewal(lease: LeaseId): Answer | undefined {
    const outcome = state.leases.has(lease) ? leases.renew(lease, core.at.monotonicMs) : undefined;
    if (outcome?.kind !== 'renewed') return undefined;
    return ok({ kind: 'lease-keep-alive', id: lease, ttlSeconds: outcome.ttlSeconds }, durable.revision);
  }

  function leaseIsOver(lease: LeaseId): Answer {
    return ok({ kind: 'lease-keep-alive', id: lease, ttlSeconds: 0 }, durable.revision);
  }

  function timeToLive(id: number, lease: LeaseId, withKeys: boolean, deadlineMs: number): void {
    const found = state.leases.get(lease);
    const remaining = leases.remaining(lease, core.at.monotonicMs);
    const response: Response =
      found === undefined
        ? { kind: 'lease-time-to-live', id: lease, ttlSeconds: -1, grantedTtlSeconds: 0, keys: [] }
        : {
            kind: 'lease-time-to-live',
            id: lease,
            ttlSeconds: remaining?.seconds ?? found.ttlSeconds,
            grantedTtlSeconds: found.ttlSeconds,
            keys: withKeys ? [...found.keys].sort() : [],
          };
    answerWhenDurable(id, ok(response, durable.revision), deadlineMs);
  }

  function drawLeaseId(): LeaseId {
    for (;;) {
      let id = 0n;
      for (const byte of drawId(core).subarray(0, 8)) id = id * 256n + BigInt(byte);
      id &= 0x7fff_ffff_ffff_ffffn;
      if (id !== noLease && !state.leases.has(id)) return id;
    }
  }

  function startFeed(): void {
    if (feeding || !hub.hasWork()) return;
    feeding = true;
    scope.spawn(until(core.at.monotonicMs), () => {
      feeding = false;
      hub.work(watchFeedVersionsMax);
      startFeed();
    });
  }

  function startScrub(): void {
    if (scrubbing) return;
    scrubbing = true;
    scope.spawn(scrubAll());
  }

  function scrubGround(): ScrubGround {
    return {
      settledRevision: state.settledCompactRevision,
      slotRevision: recovered.position.compactRevision,
      checkpointing,
      hashing,
      snapshotting,
    };
  }

  /** Drops what compactions made obsolete, a little at a time. */
  function* scrubAll(): Task<void> {
    for (;;) {
      yield* until(core.at.monotonicMs);
      while (!mayScrub(scrubGround())) yield* waitFor(mayScrubSignal);
      const { dropped, done } = scrub(state, scrubVersionsMax);
      const batch = dropped.flatMap((version) => localDeletesOfVersion(version));
      if (batch.length > 0) {
        const result = yield* call({ kind: 'local-write', batch, durability: 'none', afterReads: true });
        if (result.kind === 'local-failed') throw localStoreUnwritable(result.message);
      }
      if (done) break;
    }
    scrubbing = false;
    for (const answer of compacting.splice(0)) release(answer);
    fire(scrubbedSignal);
  }

  function* keepHouse(): Task<void> {
    let lastMs = core.at.monotonicMs;
    for (;;) {
      yield* until(core.at.monotonicMs + leaseExpiryCheckIntervalMs);
      const nowMs = core.at.monotonicMs;
      for (const late of pending.expired(nowMs)) fail(late.id, clientErrors.timeout);
      for (const late of [...parked.expired(nowMs), ...loading.expired(nowMs)]) fail(late, clientErrors.timeout);
      values.giveUpLate();
      hub.tick(nowMs);
      if (!holdsLease()) noteLapse();
      else if (!leaseLapsed && refusal === undefined) expireLeases(nowMs, nowMs - lastMs);
      lastMs = nowMs;
    }
  }

  function noteLapse(): void {
    if (!leaseLapsed) {
      log(core, 'warn', 'the lease on leadership lapsed; reads wait until it is renewed', { epoch: reign.epoch });
      core.problems.set('lease', 'the lease on leadership has lapsed: the object store does not take renewals');
    }
    leaseLapsed = true;
  }

  function expireLeases(nowMs: number, sinceMs: number): void {
    if (pipeline.full() || !mayExpire(state.alarms)) return;
    const budget = Math.max(1, Math.floor((leaseExpiriesPerSecondMax * Math.min(sinceMs, 1_000)) / 1_000));
    for (const id of leases.expired(nowMs, budget)) {
      if (!state.leases.has(id)) continue;
      const evaluation = evaluateWrite(state, { kind: 'lease-revoke', id });
      assert(evaluation.kind === 'record', 'an expired lease that exists can be revoked');
      pipeline.admit({ record: evaluation.record, versions: evaluation.versions });
    }
  }

  /** True also where it was compacted by others. */
  function compactBySelf(revision: number): boolean {
    if (refusal !== undefined || leaseLapsed || pipeline.full()) return false;
    const evaluation = evaluateAsked(undefined, { kind: 'compact', revision, physical: false }, noValues);
    if (evaluation.kind !== 'record') {
      return evaluation.kind === 'error' && evaluation.error === clientErrors.compacted;
    }
    pipeline.admit({ record: evaluation.record, versions: evaluation.versions });
    return true;
  }

  function* followRenewals(): Task<void> {
    for (;;) {
      yield* waitFor(reign.renewedSignal);
      if (!holdsLease()) continue;
      if (leaseLapsed) {
        // Nobody could renew a lease meanwhile: each has its full time again.
        leases.restartAll(core.at.monotonicMs);
        leaseLapsed = false;
        core.problems.delete('lease');
        log(core, 'info', 'the lease on leadership is held again', { epoch: reign.epoch });
      }
      for (const asked of parked.takeAll()) dispatch(asked, noValues);
    }
  }

  startLeases(leases, state.leases.all(), core.at.monotonicMs);
  scope.spawn(keepHouse());
  scope.spawn(followRenewals());
  scope.spawn(keepCompacting(core, { revision: () => durable.revision, compact: compactBySelf }));
  const checkpoints = createCheckpointing(core, reign, database, values, {
    manifest: (seen) => (manifest = seen),
    began: () => (checkpointing = true),
    ended: (slot) => {
      checkpointing = false;
      if (slot !== undefined) checkpointSlot = slot;
      fire(mayScrubSignal);
    },
    deposed,
  });
  scope.spawn(checkpoints.keep());
  const hashes = createHashing(core, state, values, {
    durable,
    scrubWaits: () => scrubbing && mayScrub(scrubGround()),
    scrubbed: scrubbedSignal,
    began: () => (hashing = true),
    ended: () => {
      hashing = false;
      fire(mayScrubSignal);
    },
    answer: (id, response) => succeed(id, response, durable.revision),
    fail,
  });
  scope.spawn(hashes.keep());
  const snapshots = createSnapshots(core, scope, state, leases, {
    durable,
    scrubWaits: () => scrubbing && mayScrub({ ...scrubGround(), snapshotting: false }),
    scrubbed: scrubbedSignal,
    began: () => (snapshotting = true),
    ended: () => {
      snapshotting = false;
      fire(mayScrubSignal);
    },
    answer: (id, response) => succeed(id, response, response.revision),
  });
  scope.spawn(
    keepCollecting(core, reign, {
      checkpointing: () => checkpointing,
      loading: () => values.loading() !== undefined,
      deposed,
      collected: (round) => {
        manifest = round.manifest;
        collected = withRound(collected, round);
      },
    }),
  );
  if (durable.compactRevision > 0) startScrub();

  return {
    request,
    refusal: (incoming, caller) => refusalOf(durableGround(), caller, incoming),
    abandon(id) {
      parked.take(id);
      loading.take(id);
      askingCheckpoint.delete(id);
      hashes.abandon(id);
      snapshots.close(id);
    },
    closeSnapshot: snapshots.close,
    valuesWanted({ id, versions, isPatient }) {
      if (wantingValues.size >= parkedRequestsMax) {
        core.emit({ kind: 'values', id, values: undefined });
        return;
      }
      wantingValues.add(id);
      scope.spawn(isPatient ? values.read(versions) : values.readInTime(versions), (read) => {
        if (!wantingValues.delete(id)) return;
        const isWhole = read !== undefined && versions.every((version) => read.has(version));
        core.emit({ kind: 'values', id, values: isWhole ? read : undefined });
      });
    },
    watch(event) {
      const nowMs = core.at.monotonicMs;
      switch (event.kind) {
        case 'watch-open':
          hub.open(event.stream, nowMs);
          return;
        case 'watch-create':
          hub.create(event.stream, event.request, nowMs, watchRefusal(durableGround(), event.caller, event.request));
          break;
        case 'watch-cancel':
          hub.cancel(event.stream, event.watchId);
          break;
        case 'watch-progress':
          hub.requestProgress(event.stream);
          break;
        case 'watch-consumed':
          hub.consumed(event.stream, event.messages);
          break;
        case 'watch-close':
          hub.close(event.stream);
          return;
      }
      startFeed();
    },
    *drain(error) {
      refusal = error;
      for (const { id } of [...parked.takeAll(), ...loading.takeAll()]) fail(id, error);
      pipeline.drain();
      while (!pipeline.drained()) yield* waitFor(pipeline.drainedSignal);
    },
    lastCheckpoint: checkpoints.finish,
    end(error) {
      for (const answer of [...pending.fail(), ...compacting.splice(0)]) {
        if (!answer.settled) fail(answer.id, clientErrors.timeout);
      }
      for (const { id } of [...parked.takeAll(), ...loading.takeAll()]) fail(id, error);
      for (const id of [...askingCheckpoint, ...hashes.takeAll(), ...snapshots.unanswered()]) fail(id, error);
      askingCheckpoint.clear();
      for (const id of wantingValues) core.emit({ kind: 'values', id, values: undefined });
      wantingValues.clear();
      hub.endAll(error);
    },
    leaseHeld: holdsLease,
    durable,
    database,
    watchCounts: () => hub.counts(),
    checkpointSlot: () => checkpointSlot,
    loading: values.loading,
    keeping: () => keepingOf(manifest, checkpoints.progress(), collected),
  };
}
