/**
 * Clients that write as fast as they are answered: plain puts, transactions over several keys, deletions, compare-and-set on a few
 * contested registers, and linearizable reads. Every value is written once.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordingClient } from '../support/etcd/client.ts';
import type { EtcdConnection } from '../support/etcd/connection.ts';
import type { KeyWrite } from '../support/history/types.ts';
import type { Seeded } from '../support/seeded.ts';

export interface LoadOptions {
  readonly client: RecordingClient;
  readonly random: Seeded;
  /** Where this writer is to go now; undefined while there is nowhere. `failures`: how often it failed in a row. */
  readonly connection: (writer: number, failures: number) => EtcdConnection | undefined;
  readonly writers?: number;
}

export interface Load {
  /** Operations that were answered with success. */
  done(): number;
  /** What clients were told instead, each wording with its count. */
  readonly errors: ReadonlyMap<string, number>;
  /** Resolves when every writer has its last answer. */
  stop(): Promise<void>;
}

const writersCount = 20;
const sharedKeys = 24;
const registers = 3;
const pauseAfterFailureMs = 20;
const valueCharsLarge = 30_000;

export function startLoad({ client, random, connection, writers = writersCount }: LoadOptions): Load {
  const errors = new Map<string, number>();
  let done = 0;
  let stopped = false;

  async function write(writer: number): Promise<void> {
    const name = `w${writer}`;
    const draw = random.fork();
    const known = new Map<string, number>();
    let failures = 0;
    while (!stopped) {
      const server = connection(writer, failures);
      const outcome = server === undefined ? undefined : await act(server, name, draw, known);
      if (outcome === undefined) {
        await sleep(pauseAfterFailureMs);
        continue;
      }
      if ('error' in outcome) {
        errors.set(outcome.error, (errors.get(outcome.error) ?? 0) + 1);
        failures += 1;
        await sleep(pauseAfterFailureMs);
        continue;
      }
      done += 1;
      failures = 0;
    }
  }

  function act(server: EtcdConnection, name: string, draw: Seeded, known: Map<string, number>) {
    const id = client.recorder.nextId(name);
    const put = (key: string): KeyWrite => ({ key, value: `${id}:${padding(draw)}`, lease: 0n });
    const remove = (key: string): KeyWrite => ({ key, value: undefined, lease: 0n });
    const mark = put(`mark/${name}`);
    const chance = draw.next();
    if (chance < 0.5) return client.write(server, id, [put(sharedKey(draw))]);
    if (chance < 0.65) return client.write(server, id, [mark, ...distinctKeys(draw).map(put)]);
    if (chance < 0.75) return client.write(server, id, [remove(sharedKey(draw)), mark]);
    if (chance < 0.9) return compareAndSet(server, id, `register/${draw.integer(0, registers - 1)}`, put, known);
    return client.read(server, id, { from: 'shared/', to: 'shared0' }, 0);
  }

  async function compareAndSet(
    server: EtcdConnection,
    id: string,
    key: string,
    put: (key: string) => KeyWrite,
    known: Map<string, number>,
  ) {
    const outcome = await client.write(server, id, [put(key)], { key, modRevision: known.get(key) ?? 0 });
    if (outcome.kind === 'applied') known.set(key, outcome.revision);
    if (outcome.kind === 'compare-failed') known.set(key, outcome.found?.modRevision ?? 0);
    return outcome;
  }

  const running = Array.from({ length: writers }, (_, writer) => write(writer));
  const all = Promise.all(running);
  all.catch(() => undefined);
  return {
    done: () => done,
    errors,
    async stop() {
      stopped = true;
      await all;
    },
  };
}

function sharedKey(draw: Seeded): string {
  return `shared/${String(draw.integer(0, sharedKeys - 1)).padStart(2, '0')}`;
}

function distinctKeys(draw: Seeded): readonly string[] {
  return [...new Set([sharedKey(draw), sharedKey(draw)])];
}

/** Mostly small; now and then so large that it fills packets. */
function padding(draw: Seeded): string {
  return 'x'.repeat(draw.next() < 0.01 ? valueCharsLarge : draw.integer(0, 100));
}
