import { describeDamage } from '../../src/core/format/damage.ts';
import { decodeLocalValue, valueKeyOf } from '../../src/core/format/local-layout.ts';
import { txnOperationsMax } from '../../src/core/limits.ts';
import { createMachine, type Machine } from '../../src/core/machine.ts';
import type { Answer, Effect } from '../../src/core/types/effect.ts';
import { clientErrors, type ClientError } from '../../src/core/types/error.ts';
import type { CallResult, Event } from '../../src/core/types/event.ts';
import type { Version } from '../../src/core/types/version.ts';
import type { Instant } from '../../src/ports/clock.ts';
import { noCompression } from '../../src/core/format/no-compression.ts';
import type { Digest } from '../../src/ports/digest.ts';
import type {
  NodeMachine,
  NodeOptions,
  SystemAnswer,
  SystemEffect,
  SystemEvent,
  SystemUnderTest,
} from '../types/system.ts';
import { autoCompactionOf, retentionOf } from './retention.ts';
import { createTool } from './tools.ts';
import { requestOf, watchRequestOf } from './plain-request.ts';
import {
  isAskedInSimulation,
  plainResponseOf,
  plainWatchResponseOf,
  versionsShown,
  versionsWatched,
  type ValueOf,
} from './plain-response.ts';

/**
 * The database's core as a system under test: the very machine that production runs, behind an edge that does what `src/host` does, in
 * plain data. Values that an answer shows and the core does not have in memory are read from the local store, and what is not there is asked of
 * the core; a stream's messages keep their order meanwhile; a value that cannot be read is told to the core.
 */
export const coreSystem: SystemUnderTest = { name: 't4', createNode, createTool };

/** Calls of the edge's own count down from here, the core's up from 1. */
const firstEdgeCall = -1;

/** Errors that say nothing about whether the request was done. */
const uncertain: ReadonlySet<string> = new Set([clientErrors.timeout.message]);
/** Errors that another node, or this one later, may not give. */
const elsewhere: ReadonlySet<string> = new Set([
  clientErrors.noLeader.message,
  clientErrors.notLeader.message,
  clientErrors.leaderChanged.message,
  clientErrors.stopped.message,
]);
/** Of an operator, who does not wait for the answer; clients' count up from 1. */
const operatorRequest = 0;
const internalPrefix = 'internal error:';

type Values = ReadonlyMap<Version, Uint8Array>;

interface StreamQueue {
  /** In order; undefined: its values are being read. */
  readonly messages: { ready: SystemEffect | undefined }[];
}

function createNode(options: NodeOptions): NodeMachine {
  const { settings, digest, home } = options;
  const machine = createMachine({
    digest,
    compression: noCompression,
    home,
    memberId: options.memberId,
    name: `node-${options.node}`,
    clientUrls: [`http://node-${options.node}:2379`],
    durability: settings.durability,
    memberIntervalMs: settings.memberIntervalMs,
    leaseMs: settings.leaseMs,
    logInflightMax: settings.logInflightMax,
    uploadIntervalMs: settings.uploadIntervalMs,
    checkpointSegments: settings.checkpointSegments,
    checkpointIntervalMs: settings.checkpointIntervalMs,
    checkpointChunkBytes: settings.checkpointChunkBytes,
    retention: retentionOf(settings),
    archiveSegments: settings.archiveSegments,
    archiveBytes: settings.archiveBytes,
    collectIntervalMs: settings.collectIntervalMs,
    collectGraceMs: settings.collectGraceMs,
    autoCompaction: autoCompactionOf(settings),
    corruptCheckMs: settings.corruptCheckMs,
    initialCorruptCheck: settings.initialCorruptCheck,
    txnOperationsMax,
    requestTimeoutMs: settings.requestTimeoutMs,
    valueCacheBytes: settings.valueCacheBytes,
    fillBytesPerSecond: settings.fillBytesPerSecond,
    watchProgressNotifyIntervalMs: settings.watchProgressNotifyIntervalMs,
    watchBufferMessagesMax: settings.watchBufferMessagesMax,
    quotaBackendBytes: settings.quotaBackendBytes,
    acceptLocalLoss: settings.acceptLocalLoss,
  });
  return createEdge(machine, digest);
}

function createEdge(machine: Machine, digest: Digest): NodeMachine {
  const reads = new Map<number, (result: CallResult, at: Instant, out: SystemEffect[]) => void>();
  const streams = new Map<number, StreamQueue>();
  const wanted = new Map<number, (values: Values | undefined, out: SystemEffect[]) => void>();
  let nextCall = firstEdgeCall;
  let nextWanted = 1;

  function translate(effects: readonly Effect[], out: SystemEffect[]): void {
    for (const effect of effects) {
      switch (effect.kind) {
        case 'answer':
          answer(effect.id, effect.answer, out);
          break;
        case 'watch-response': {
          const { stream, response } = effect;
          const show = (valueOf: ValueOf): SystemEffect => ({
            kind: 'watch-response',
            stream,
            response: plainWatchResponseOf(response, valueOf),
          });
          enqueue(stream, (each) => versionsWatched(response, each), show, out);
          break;
        }
        case 'watch-end': {
          const end: SystemEffect = { kind: 'watch-end', stream: effect.stream, reason: effect.error.message };
          enqueue(
            effect.stream,
            () => undefined,
            () => end,
            out,
          );
          break;
        }
        case 'values': {
          const done = wanted.get(effect.id);
          wanted.delete(effect.id);
          done?.(effect.values, out);
          break;
        }
        case 'stopped': {
          const internal = effect.failure?.startsWith(internalPrefix) === true;
          out.push({ kind: 'stopped', failure: effect.failure, internal });
          break;
        }
        default:
          out.push(effect);
      }
    }
  }

  function answer(id: number, given: Answer, out: SystemEffect[]): void {
    if (id === operatorRequest) return;
    if (given.kind === 'error') {
      out.push({ kind: 'answer', id, answer: refusalOf(given.error) });
      return;
    }
    const { header, response } = given;
    if (!isAskedInSimulation(response)) throw new Error(`assertion: no simulated client asks for a ${response.kind}`);
    const versions = missing((each) => versionsShown(response, each));
    const ready = (valueOf: ValueOf): SystemEffect => ({
      kind: 'answer',
      id,
      answer: { kind: 'ok', header, response: plainResponseOf(response, valueOf) },
    });
    if (versions.length === 0) {
      out.push(ready(inMemory));
      return;
    }
    // The core may drop a value from memory at any later step: what is at hand is taken now.
    const known = atHand((each) => versionsShown(response, each));
    read(versions, false, out, (values, more) => {
      if (values === undefined) more.push({ kind: 'answer', id, answer: refusalOf(clientErrors.timeout) });
      else more.push(ready(lookup(known, values)));
    });
  }

  function enqueue(
    stream: number,
    shown: (show: (version: Version) => void) => void,
    ready: (valueOf: ValueOf) => SystemEffect,
    out: SystemEffect[],
  ): void {
    const versions = missing(shown);
    const queue = streams.get(stream);
    if (queue === undefined && versions.length === 0) {
      out.push(ready(inMemory));
      return;
    }
    const waiting = queue ?? { messages: [] };
    streams.set(stream, waiting);
    const message: StreamQueue['messages'][number] = { ready: undefined };
    waiting.messages.push(message);
    if (versions.length === 0) {
      message.ready = ready(inMemory);
      return;
    }
    const known = atHand(shown);
    read(versions, true, out, (values, more) => {
      message.ready =
        values === undefined
          ? { kind: 'watch-end', stream, reason: clientErrors.leaderChanged.message }
          : ready(lookup(known, values));
      flush(stream, waiting, more);
    });
  }

  function flush(stream: number, { messages }: StreamQueue, out: SystemEffect[]): void {
    while (messages[0]?.ready !== undefined) {
      const { ready } = messages.shift()!;
      out.push(ready!);
      if (ready!.kind === 'watch-end') messages.length = 0;
    }
    if (messages.length === 0) streams.delete(stream);
  }

  function read(
    versions: readonly Version[],
    isPatient: boolean,
    out: SystemEffect[],
    done: (values: Values | undefined, more: SystemEffect[]) => void,
  ): void {
    const call = nextCall--;
    out.push({
      kind: 'call',
      call,
      operation: { kind: 'local-get', keys: versions.map((version) => valueKeyOf(version)) },
    });
    reads.set(call, (result, at, more) => {
      const values = new Map<Version, Uint8Array>();
      const absent: Version[] = [];
      const problem = result.kind === 'local-get' ? taken(versions, result.values, values, absent) : problemOf(result);
      if (problem === undefined && absent.length === 0) {
        done(values, more);
        return;
      }
      if (problem === undefined) {
        fetch(absent, isPatient, at, more, (fetched, then) => done(fetched && new Map([...values, ...fetched]), then));
        return;
      }
      done(undefined, more);
      translate(machine.step({ at, kind: 'local-damaged', reason: problem }), more);
    });
  }

  /** From the core: their chunks may still be to come. */
  function fetch(
    versions: readonly Version[],
    isPatient: boolean,
    at: Instant,
    out: SystemEffect[],
    done: (values: Values | undefined, more: SystemEffect[]) => void,
  ): void {
    const id = nextWanted++;
    wanted.set(id, done);
    translate(machine.step({ at, kind: 'values-wanted', id, versions, isPatient }), out);
  }

  function taken(
    versions: readonly Version[],
    stored: readonly (Uint8Array | undefined)[],
    values: Map<Version, Uint8Array>,
    absent: Version[],
  ): string | undefined {
    for (const [index, version] of versions.entries()) {
      if (stored[index] === undefined) {
        absent.push(version);
        continue;
      }
      const decoded = decodeLocalValue(version, stored[index], digest);
      if (decoded.kind === 'damaged') return `the local store is damaged: ${describeDamage(decoded.damage)}`;
      values.set(version, decoded.value);
    }
    return undefined;
  }

  return {
    step(event) {
      const out: SystemEffect[] = [];
      if (event.kind === 'result' && event.call < 0) {
        const done = reads.get(event.call);
        reads.delete(event.call);
        done?.(event.result, event.at, out);
        return out;
      }
      translate(machine.step(eventOf(event)), out);
      return out;
    },
  };
}

function eventOf(event: SystemEvent): Event {
  switch (event.kind) {
    case 'request':
      return {
        at: event.at,
        kind: 'request',
        id: event.id,
        request: requestOf(event.request),
        caller: event.request.caller,
      };
    case 'watch-create':
      return {
        at: event.at,
        kind: 'watch-create',
        stream: event.stream,
        request: watchRequestOf(event.request),
        caller: event.request.caller,
      };
    case 'move-lead':
      return {
        at: event.at,
        kind: 'request',
        id: operatorRequest,
        request: { kind: 'move-leader', target: BigInt(event.target) },
      };
    case 'message':
      throw new Error('assertion: nodes of this system do not talk to each other');
    default:
      return event;
  }
}

function refusalOf({ status, message }: ClientError): SystemAnswer {
  return { kind: 'error', status, message, effectless: !uncertain.has(message), retry: elsewhere.has(message) };
}

function problemOf(result: CallResult): string {
  return `the local store cannot be read: ${result.kind === 'local-failed' ? result.message : result.kind}`;
}

function missing(each: (show: (version: Version) => void) => void): readonly Version[] {
  const versions: Version[] = [];
  each((version) => {
    if (version.value === undefined) versions.push(version);
  });
  return versions;
}

function atHand(each: (show: (version: Version) => void) => void): Values {
  const values = new Map<Version, Uint8Array>();
  each((version) => {
    if (version.value !== undefined) values.set(version, version.value);
  });
  return values;
}

function lookup(known: Values, read: Values): ValueOf {
  return (version) => {
    const value = known.get(version) ?? read.get(version) ?? version.value;
    if (value === undefined) throw new Error('assertion: every value shown was read');
    return value;
  };
}

function inMemory(): never {
  throw new Error('assertion: every value is in memory');
}
