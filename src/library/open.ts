import type { DataFolder } from '../adapters/data-folder.ts';
import { createNodeCompression } from '../adapters/node-compression.ts';
import { createNodeDigest } from '../adapters/node-digest.ts';
import { StoreUrlError } from '../adapters/open-store.ts';
import { parseStoreUrl } from '../adapters/store-url.ts';
import type { S3Credentials } from '../adapters/s3/client.ts';
import { probeObjectStore } from '../adapters/store-probe.ts';
import { createSystemClock } from '../adapters/system-clock.ts';
import { createSystemRandom } from '../adapters/system-random.ts';
import { startNode, type Node } from '../host/node.ts';
import { ToolError } from '../host/run-tool.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { T4Error } from './error.ts';
import { keepingOf, type Keeping, type KeepingOptions } from './keeping.ts';
import { NoSuchBranchError, openFamilyStore, type FamilyStore } from './open-family-store.ts';
import { openLocal } from './open-local.ts';
import { T4 } from './t4.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogFields = Readonly<Record<string, string | number | bigint | boolean>>;

export interface OpenOptions extends KeepingOptions {
  /**
   * Where the database lives: `s3://bucket/prefix?endpoint=…&region=…&path-style=true&profile=…`, `file:./folder`, or `memory:`,
   * which is gone when it is closed. A branch: the store of its family followed by `/branches/<name>`.
   */
  readonly store: string;
  /** Keys for an S3 store. Default: its profile, else the AWS SDK's order (environment, files, role). */
  readonly credentials?: S3Credentials;
  /**
   * Folder of this node alone: identity, log, cache. Made when missing; one process at a time.
   * Default: memory, which durability `object` allows at the price of reading the whole database at every start.
   */
  readonly dataDir?: string;
  /**
   * What a resolved write survives. `object` (default): it is in the object store. `local`: it is on the disk of `dataDir`, and in
   * the store `uploadIntervalMs` later at most.
   */
  readonly durability?: 'object' | 'local';
  /** Name of this node for people. Default: `embedded`. */
  readonly name?: string;
  /** How long the lead lasts without being renewed, in milliseconds. Default 3,000. */
  readonly leaseMs?: number;
  /** Durability `local`: a write is in the store at most this many milliseconds later. Default 1,000. */
  readonly uploadIntervalMs?: number;
  /**
   * A call without an answer after this many milliseconds rejects with reason `timeout`: whether a write happened is then unknown.
   * Default 7,000.
   */
  readonly requestTimeoutMs?: number;
  /** Memory for values, in bytes. Default 256 MiB. */
  readonly valueCacheBytes?: number;
  /** Gives up waiting for the lead. Default: waits for as long as another process leads. */
  readonly signal?: AbortSignal;
  /** What the node does, for an operator. Default: nothing is written anywhere. */
  readonly log?: (level: LogLevel, message: string, fields: LogFields) => void;
}

/**
 * Opens a database in this process and resolves when it can be read and written: when this process leads. Only one
 * process leads at a time; a second one waits here until the first is gone.
 *
 * Rejects with `T4Error` when the store cannot be used, with `TypeError` when the options contradict each other.
 *
 * ```ts
 * const db = await open({ store: 'file:./data' });
 * await db.put('greeting', 'hello');
 * console.log((await db.get('greeting'))?.text());
 * await db.close();
 * ```
 */
export async function open(options: OpenOptions): Promise<T4> {
  const durability = options.durability ?? 'object';
  if (durability === 'local' && options.dataDir === undefined) {
    throw new TypeError('durability `local` needs a `dataDir`: it is the disk that makes a write durable');
  }
  const keeping = keepingOf(options);
  checkTimeout(options.requestTimeoutMs);
  const opened: (() => Promise<void>)[] = [];
  const release = async (): Promise<void> => {
    for (const close of opened.splice(0).reverse()) await close();
  };
  try {
    const { store, home } = await openStore(options);
    opened.push(() => store.close());
    await probe(store);
    const local = await openLocal(options.dataDir);
    opened.push(local.close);
    const node = start(store, home, local, options, keeping);
    opened.push(() => node.close());
    await ready(node, options.signal);
    opened.pop();
    return new T4(node, release);
  } catch (error) {
    await release().catch(() => undefined);
    throw error;
  }
}

function checkTimeout(milliseconds: number | undefined): void {
  if (milliseconds === undefined || (Number.isSafeInteger(milliseconds) && milliseconds > 0)) return;
  throw new TypeError(
    `\`requestTimeoutMs\` is a whole number of milliseconds, at least 1; it was ${String(milliseconds)}`,
  );
}

async function openStore({ store, credentials }: OpenOptions): Promise<FamilyStore> {
  const parsed = parseStoreUrl(store);
  if (parsed.kind === 'invalid') throw new TypeError(`\`store\`: ${parsed.message}`);
  try {
    return await openFamilyStore(parsed.location, credentials === undefined ? {} : { credentials });
  } catch (error) {
    if (error instanceof StoreUrlError) throw new TypeError(`\`store\`: ${error.message}`, { cause: error });
    if (error instanceof NoSuchBranchError) throw new T4Error('noSuchBranch', 'NotFound', error.message, error);
    if (error instanceof ToolError) throw new T4Error('store', 'Unavailable', error.message, error);
    throw error;
  }
}

async function probe(store: ObjectStore): Promise<void> {
  const verdict = await probeObjectStore(store, (length) => createSystemRandom().bytes(length));
  if (verdict.kind === 'ok') return;
  const status = verdict.kind === 'unavailable' && !verdict.problem.permanent ? 'Unavailable' : 'FailedPrecondition';
  throw new T4Error('store', status, `${verdict.message} (${verdict.hint})`);
}

function start(store: ObjectStore, home: string, local: DataFolder, options: OpenOptions, keeping: Keeping): Node {
  const { log } = options;
  for (const report of local.reports) log?.('warn', report, {});
  return startNode({
    store,
    home,
    localStore: local.localStore,
    disk: local.disk,
    memberId: local.memberId,
    clock: createSystemClock(),
    random: createSystemRandom(),
    digest: createNodeDigest(),
    compression: createNodeCompression(),
    name: options.name ?? 'embedded',
    clientUrls: [],
    durability: options.durability ?? 'object',
    ...(options.leaseMs === undefined ? {} : { leaseMs: options.leaseMs }),
    ...(options.uploadIntervalMs === undefined ? {} : { uploadIntervalMs: options.uploadIntervalMs }),
    ...(options.requestTimeoutMs === undefined ? {} : { requestTimeoutMs: options.requestTimeoutMs }),
    ...(options.valueCacheBytes === undefined ? {} : { valueCacheBytes: options.valueCacheBytes }),
    ...keeping,
    log: (level, message, fields) => log?.(level, message, fields),
  });
}

async function ready(node: Node, signal: AbortSignal | undefined): Promise<void> {
  try {
    await node.whenReady(signal);
  } catch (error) {
    if (signal?.aborted === true) throw new T4Error('aborted', 'Canceled', 'gave up waiting for the lead', error);
    throw new T4Error('stopped', 'Unavailable', error instanceof Error ? error.message : String(error), error);
  }
}
