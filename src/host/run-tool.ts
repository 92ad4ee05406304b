import { configurationDefaults, type MachineConfiguration } from '../core/configuration.ts';
import type { Core } from '../core/core.ts';
import type { Task } from '../core/task.ts';
import { createTool, type ToolEffect, type ToolEventBody } from '../core/tool/run-tool.ts';
import type { Clock } from '../ports/clock.ts';
import type { Compression } from '../ports/compression.ts';
import type { Digest } from '../ports/digest.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { RandomSource } from '../ports/random.ts';
import { createObjectCalls } from './object-calls.ts';
import type { NodeLog } from './node.ts';
import { createPump } from './pump.ts';
import { createTimers } from './timers.ts';

/** A task of the core on an object store: no node, no lease, no disk. */

export interface ToolOptions {
  readonly store: ObjectStore;
  /** Where in the store the database is: `''`, or `branches/<name>/<id>/`. */
  readonly home: string;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly digest: Digest;
  readonly compression: Compression;
  readonly log: NodeLog;
  /** How long the store may fail, without a call that succeeds in between. Default 30 s. */
  readonly storePatienceMs?: number;
  /** Ends the tool: nothing is begun any more. What was sent may still happen. */
  readonly signal?: AbortSignal;
}

export const storePatienceMsDefault = 30_000;

/** Why a tool has no result. `aborted`: the signal. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
  readonly reason: 'store' | 'damage' | 'contention' | 'bug' | 'aborted';

  constructor(reason: ToolError['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

const seedBytes = 32;

export async function runTool<Result>(options: ToolOptions, task: (core: Core) => Task<Result>): Promise<Result> {
  const { store, clock, random, log, signal } = options;
  if (signal?.aborted === true) throw aborted();
  const tool = createTool<Result>(configurationOf(options), task);
  const done = Promise.withResolvers<Result>();
  let ended = false;
  const post = createPump((body: ToolEventBody) => (ended ? [] : tool.step({ ...body, at: clock.now() })), perform);
  const calls = createObjectCalls(store, (call, result) => post({ kind: 'result', call, result }));
  const timers = createTimers(clock, (timer) => post({ kind: 'timer', timer }));

  function perform(effect: ToolEffect<Result>): void {
    if (ended) return;
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
      case 'log':
        log(effect.level, effect.message, effect.fields);
        return;
      case 'finished':
        end(() => done.resolve(effect.result));
        return;
      case 'failed':
        end(() => done.reject(new ToolError(effect.reason, effect.message)));
        return;
    }
  }

  function end(settle: () => void): void {
    if (ended) return;
    ended = true;
    timers.clearAll();
    settle();
  }

  const abort = (): void => end(() => done.reject(aborted()));
  signal?.addEventListener('abort', abort, { once: true });
  try {
    post({ kind: 'start', seed: random.bytes(seedBytes) });
    return await done.promise;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

function aborted(): ToolError {
  return new ToolError('aborted', 'interrupted');
}

/** What only a node has is left empty: no task of a tool looks at it. */
function configurationOf(options: ToolOptions): MachineConfiguration & { readonly storePatienceMs: number } {
  return {
    ...configurationDefaults,
    digest: options.digest,
    compression: options.compression,
    home: options.home,
    memberId: 0n,
    name: 'tool',
    clientUrls: [],
    storePatienceMs: options.storePatienceMs ?? storePatienceMsDefault,
  };
}
