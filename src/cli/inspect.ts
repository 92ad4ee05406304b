/** `t4 inspect`: what a store, or one object of it, holds. It only reads. */
import { readFile, stat } from 'node:fs/promises';
import { createNodeDigest } from '../adapters/node-digest.ts';
import { openStoreAt } from '../adapters/open-store.ts';
import { kindOfBytes } from '../core/format/envelope.ts';
import { kindOfKey } from '../core/format/keys.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { CliError, exitCodes, usageError, type ExitCode } from './cli-error.ts';
import type { CommandContext } from './command-context.ts';
import { describeObject, type ObjectDescription } from './inspect-object.ts';
import { formatObject } from './inspect-text.ts';
import { storeTargetOf, type StoreTarget } from './store-settings.ts';
import { summaryFields, summaryText } from './store-summary-text.ts';
import { summarizeStore, type StoreSummary } from './store-summary.ts';

const digest = createNodeDigest();

export async function inspect(context: CommandContext): Promise<ExitCode> {
  const { settings, target } = context;
  const store = storeTargetOf(settings);
  const storeIsMeant =
    target === undefined || settings.sources.get('store') === 'flag' || settings.sources.get('s3-bucket') === 'flag';
  if (!storeIsMeant) return inspectFile(target, context);
  if (store === undefined) {
    throw usageError('what is to be inspected?', 'give --store URL, --store URL KEY, or a FILE; see t4 inspect --help');
  }
  return withStore(store, (opened) => inspectStore(opened, context));
}

async function withStore(target: StoreTarget, use: (store: ObjectStore) => Promise<ExitCode>): Promise<ExitCode> {
  const { location, credentials } = target;
  // Opening a folder as a store would make it.
  if (location.kind === 'file' && !(await isFolder(location.path))) {
    throw new CliError(exitCodes.failed, `there is no folder ${location.path}`);
  }
  const store = await openStoreAt(location, credentials === undefined ? {} : { credentials });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

async function inspectStore(store: ObjectStore, context: CommandContext): Promise<ExitCode> {
  const key = context.target;
  if (key === undefined) return showSummary(await summarizeStore(store, digest), context);
  // References are shown with a slash in front, for the root of their store.
  const found = await store.get(key.replace(/^\//, ''));
  if (found.kind === 'ok') return showObject(describeObject(key, found.body, digest), context);
  if (found.kind === 'not-found') throw new CliError(exitCodes.failed, `${store.description} has no object ${key}`);
  throw new CliError(exitCodes.failed, `cannot read ${key} of ${store.description}: ${found.problem.message}`);
}

async function inspectFile(path: string, context: CommandContext): Promise<ExitCode> {
  const bytes = await readFile(path).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    const hint = kindOfKey(path) === undefined ? undefined : 'for an object of a store name the store with --store URL';
    throw new CliError(exitCodes.failed, `cannot read the file ${path}: ${reason}`, hint);
  });
  return showObject({ ...describeObject(keyOfFile(path, bytes), bytes, digest), key: path }, context);
}

function showObject(object: ObjectDescription, context: CommandContext): ExitCode {
  context.out(context.json ? json(object) : formatObject(object));
  return object.damage === undefined ? exitCodes.ok : exitCodes.failed;
}

function showSummary(summary: StoreSummary, context: CommandContext): ExitCode {
  context.out(context.json ? json(summaryFields(summary)) : summaryText(summary));
  return summary.problems.length === 0 ? exitCodes.ok : exitCodes.failed;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/**
 * The key that a file's path ends in, so that its content is held against its name: in a copy of a bucket, and in a
 * store's folder, where the file lies below the key. A node's own log may have names of the same form: its bytes tell.
 */
function keyOfFile(path: string, bytes: Uint8Array): string {
  const segments = path.replace(/~(object|bodies)\/[^/]*$/, '').split('/');
  for (const count of [4, 2, 1]) {
    const key = segments.slice(-count).join('/');
    if (kindOfKey(key) !== undefined && kindOfBytes(bytes) !== 'frame') return key;
  }
  return path;
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
