import { createMachine } from '../core/machine.ts';
import { configurationDefaults, type MachineConfiguration } from '../core/configuration.ts';
import { createNumbered } from '../core/numbered.ts';
import type { Caller } from '../core/types/auth.ts';
import type { ClientError } from '../core/types/error.ts';
import { clientErrors } from '../core/types/error.ts';
import type { Answer, Effect, LogFields } from '../core/types/effect.ts';
import type { EventBody } from '../core/types/event.ts';
import type { Request } from '../core/types/request.ts';
import type { Role } from '../core/types/response.ts';
import type { Version } from '../core/types/version.ts';
import type { Clock } from '../ports/clock.ts';
import type { Compression } from '../ports/compression.ts';
import type { Digest } from '../ports/digest.ts';
import type { Disk } from '../ports/disk.ts';
import type { LocalStore } from '../ports/local-store.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { RandomSource } from '../ports/random.ts';
import { createCalls } from './calls.ts';
import {
  DatabaseError,
  type Database,
  type DatabaseAnswer,
  type DatabaseSnapshot,
  type WatchConsumer,
  type WatchStream,
} from './database.ts';
import { openSnapshotOf } from './open-snapshot.ts';
import { createPump } from './pump.ts';
import { createTimers } from './timers.ts';
import { createValueReader, type ValueReader } from './value-reader.ts';

/** The core behind its edges: turns effects into calls on the ports, and what comes back into events. */

export interface NodeOptions extends Partial<
  Omit<MachineConfiguration, 'digest' | 'compression' | 'memberId' | 'name' | 'clientUrls'>
> {
  readonly store: ObjectStore;
  readonly localStore: LocalStore;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly digest: Digest;
  readonly compression: Compression;
  readonly memberId: bigint;
  readonly name: string;
  readonly clientUrls: readonly string[];
  readonly log: NodeLog;
}

export type NodeLog = (level: 'debug' | 'info' | 'warn' | 'error', message: string, fields: LogFields) => void;

export interface Node extends Database {
  /** Settles when the node has ended; `failure` says what an operator has to know, or is undefined after an orderly stop. */
  readonly stopped: Promise<{ readonly failure: string | undefined }>;
  role(): Role;
  /** Calls the listener with each role from now on. */
  onRole(listener: (role: Role) => void): void;
  /** Resolves when the node leads; rejects when it ends before, or `signal` is aborted. */
  whenReady(signal?: AbortSignal): Promise<void>;
}

const seedBytes = 32;

type ValuesOfVersions = ReadonlyMap<Version, Uint8Array>;

export function startNode(options: NodeOptions): Node {
  const { store, localStore, disk, clock, random, digest, log, ...rest } = options;
  const machine = createMachine({ ...configurationDefaults, ...rest, digest });
  const requests = createNumbered<WaitingRequest>();
  const streams = new Map<number, OpenStream>();
  const roleWatchers = new Set<() => void>();
  const stopped = Promise.withResolvers<{ readonly failure: string | undefined }>();
  let ended = false;
  let role: Role = 'starting';
  let epoch = 0;
  let nextRequest = 1;
  let nextStream = 1;
  let nextWanted = 1;

  const post = createPump((body: EventBody) => machine.step({ ...body, at: clock.now() }), perform);
  const calls = createCalls(store, localStore, disk, (call, result) => post({ kind: 'result', call, result }));
  const timers = createTimers(clock, (timer) => post({ kind: 'timer', timer }));
  const wantedValues = createNumbered<(values: ValuesOfVersions | undefined) => void>();
  const values: ValueReader = createValueReader(calls, digest, {
    wanted: (versions, isPatient) =>
      new Promise((resolve) => {
        const id = nextWanted++;
        wantedValues.set(id, resolve);
        post({ kind: 'values-wanted', id, versions, isPatient });
      }),
    damaged: (reason) => post({ kind: 'local-damaged', reason }),
  });

  function perform(effect: Effect): void {
    switch (effect.kind) {
      case 'call':
        calls.start(effect.call, effect.operation);
        return;
      case 'timer-set':
        timers.set(effect.timer, effect.atMonotonicMs);
        return;
      case 'timer-clear':
        timers.clear(effect.timer);
        return;
      case 'answer':
        answer(effect.id, effect.answer);
        return;
      case 'watch-response':
        streams.get(effect.stream)?.response(effect.response);
        return;
      case 'values':
        wantedValues.take(effect.id)?.(effect.values);
        return;
      case 'watch-end':
        streams.get(effect.stream)?.end(effect.error);
        return;
      case 'role':
        role = effect.role;
        epoch = effect.epoch;
        log('info', 'role', { role: effect.role, epoch: effect.epoch });
        for (const look of [...roleWatchers]) look();
        return;
      case 'log':
        log(effect.level, effect.message, effect.fields);
        return;
      case 'stopped':
        void end(effect.failure);
        return;
    }
  }

  async function end(failure: string | undefined): Promise<void> {
    if (ended) return;
    ended = true;
    timers.clearAll();
    await calls.settled();
    stopped.resolve({ failure });
    for (const look of [...roleWatchers]) look();
  }

  function answer(id: number, given: Answer): void {
    const waiting = requests.get(id);
    if (waiting === undefined) return;
    const rejectWith = (error: ClientError) => {
      requests.take(id);
      waiting.reject(new DatabaseError(error));
    };
    if (given.kind === 'error') {
      rejectWith(given.error);
      return;
    }
    const resolved = values.resolve(given.response);
    const answerWith = (response: typeof resolved) => {
      requests.take(id);
      waiting.resolve({ header: given.header, response } as DatabaseAnswer);
    };
    if (!(resolved instanceof Promise)) {
      answerWith(resolved);
      return;
    }
    // It may be abandoned until its values are there.
    resolved.then(answerWith, () => rejectWith(clientErrors.timeout));
  }

  function request<Kind extends Request['kind']>(
    asked: Extract<Request, { readonly kind: Kind }>,
    signal?: AbortSignal,
    caller?: Caller,
  ): Promise<DatabaseAnswer<Kind>> {
    if (signal?.aborted === true) return Promise.reject(new DatabaseError(canceled));
    const id = nextRequest++;
    return new Promise<DatabaseAnswer>((resolve, reject) => {
      let forget = () => {};
      requests.set(id, {
        resolve(given) {
          forget();
          resolve(given);
        },
        reject(error) {
          forget();
          reject(error);
        },
      });
      post({ kind: 'request', id, request: asked, caller });
      // Most reads are answered by now.
      if (signal === undefined || requests.get(id) === undefined) return;
      const abandon = () => {
        if (requests.take(id) === undefined) return;
        post({ kind: 'abandon', id });
        reject(new DatabaseError(canceled));
      };
      signal.addEventListener('abort', abandon, { once: true });
      forget = () => signal.removeEventListener('abort', abandon);
    }) as Promise<DatabaseAnswer<Kind>>;
  }

  async function openSnapshot(signal?: AbortSignal, caller?: Caller): Promise<DatabaseSnapshot> {
    const id = nextRequest;
    const { header, response } = await request<'snapshot'>({ kind: 'snapshot' }, signal, caller);
    const snapshot = openSnapshotOf(response, header.term, {
      readAll: (versions) => values.readAll(versions),
      leads: () => role === 'leader' && epoch === header.term,
      closed: () => post({ kind: 'snapshot-close', id }),
    });
    if (signal?.aborted !== true) return snapshot;
    snapshot.close();
    throw new DatabaseError(canceled);
  }

  function openWatch(consumer: WatchConsumer): WatchStream {
    const stream = nextStream++;
    const open = openStream(consumer, values, () => streams.delete(stream));
    streams.set(stream, open);
    post({ kind: 'watch-open', stream });
    return {
      create: (watch, caller) => post({ kind: 'watch-create', stream, request: watch, caller }),
      cancel: (watchId) => post({ kind: 'watch-cancel', stream, watchId }),
      progress: () => post({ kind: 'watch-progress', stream }),
      consumed: (messages) => post({ kind: 'watch-consumed', stream, messages }),
      close() {
        if (!streams.delete(stream)) return;
        open.discard();
        post({ kind: 'watch-close', stream });
      },
    };
  }

  function whenReady(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        roleWatchers.delete(look);
        signal?.removeEventListener('abort', look);
        act();
      };
      const look = () => {
        if (signal?.aborted === true) settle(() => reject(new DatabaseError(canceled)));
        else if (role === 'leader') settle(resolve);
        else if (ended)
          void stopped.promise.then(({ failure }) =>
            settle(() => reject(new Error(failure ?? 'the node has stopped'))),
          );
      };
      roleWatchers.add(look);
      signal?.addEventListener('abort', look);
      look();
    });
  }

  post({ kind: 'start', seed: random.bytes(seedBytes) });

  return {
    request,
    openWatch,
    openSnapshot,
    stopped: stopped.promise,
    role: () => role,
    onRole: (listener) => void roleWatchers.add(() => listener(role)),
    whenReady,
    async close() {
      post({ kind: 'stop' });
      await stopped.promise;
    },
  };
}

const canceled: ClientError = { status: 'Canceled', message: 'context canceled' };

interface WaitingRequest {
  resolve(answer: DatabaseAnswer): void;
  reject(error: DatabaseError): void;
}

interface OpenStream {
  response(response: Parameters<ValueReader['resolveWatch']>[0]): void;
  end(error: ClientError): void;
  discard(): void;
}

/** Hands a stream's messages over in order, although the values of one may have to be read from disk and of the next may not. */
function openStream(consumer: WatchConsumer, values: ValueReader, forget: () => void): OpenStream {
  let tail: Promise<void> | undefined;
  let over = false;

  function inOrder(act: () => void | Promise<void>): void {
    const run = tail === undefined ? Promise.resolve() : tail;
    const mine: Promise<void> = run.then(act).finally(() => {
      if (tail === mine) tail = undefined;
    });
    tail = mine;
  }

  return {
    response(response) {
      if (tail === undefined && values.atHand(response)) {
        if (!over) consumer.response(values.copyWatch(response));
        return;
      }
      const reading = values.resolveWatch(response);
      reading.catch(() => undefined);
      inOrder(async () => {
        try {
          const resolved = await reading;
          if (!over) consumer.response(resolved);
        } catch {
          if (over) return;
          over = true;
          forget();
          consumer.end(clientErrors.leaderChanged);
        }
      });
    },
    end(error) {
      inOrder(() => {
        forget();
        if (over) return;
        over = true;
        consumer.end(error);
      });
    },
    discard() {
      over = true;
    },
  };
}
