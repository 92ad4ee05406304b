/** `t4 inspect`: what a store, or one object of it, holds. It only reads. */
import { readFile, stat } from 'node:fs/promises';
import { stringify } from 'yaml';
import { createNodeDigest } from '../adapters/node-digest.ts';
import { openStoreAt } from '../adapters/open-store.ts';
import { describeDamage } from '../core/format/damage.ts';
import { kindOfBytes } from '../core/format/envelope.ts';
import { kindOfKey } from '../core/format/keys.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { CliError, exitCodes, usageError, type ExitCode } from './cli-error.ts';
import type { CommandContext } from './command-context.ts';
import { inspectObject, type InspectedObject } from './inspect-decode.ts';
import { toPlain } from './inspect-plain.ts';
import { storeTargetOf, type StoreTarget } from './store-settings.ts';
import { summarizeStore, type StoreSummary } from './store-summary.ts';
import { formatSize } from './units.ts';

const contentCharsMax = 200;
const lineCharsMax = 120;
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
  const found = await store.get(key);
  if (found.kind === 'ok') return showObject(inspectObject(key, found.body, digest), context);
  if (found.kind === 'not-found') throw new CliError(exitCodes.failed, `${store.description} has no object ${key}`);
  throw new CliError(exitCodes.failed, `cannot read ${key} of ${store.description}: ${found.problem.message}`);
}

async function inspectFile(path: string, context: CommandContext): Promise<ExitCode> {
  const bytes = await readFile(path).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    const hint = kindOfKey(path) === undefined ? undefined : 'for an object of a store name the store with --store URL';
    throw new CliError(exitCodes.failed, `cannot read the file ${path}: ${reason}`, hint);
  });
  return showObject({ ...inspectObject(keyOfFile(path, bytes), bytes, digest), key: path }, context);
}

function showObject(object: InspectedObject, context: CommandContext): ExitCode {
  const { key, kind, bytes, content, damage, note } = object;
  const exitCode = damage === undefined ? exitCodes.ok : exitCodes.failed;
  if (context.json) {
    const plain = toPlain(content, { contentCharsMax: undefined });
    const { key: _key, ...rest } = damage ?? { key };
    const problem = damage === undefined ? {} : { damage: { ...rest, description: describeDamage(damage) } };
    context.out(
      `${JSON.stringify({ object: key, kind, bytes, ...(note === undefined ? {} : { note }), ...problem, content: plain }, undefined, 2)}\n`,
    );
    return exitCode;
  }
  context.out(`${key}: ${kind}, ${formatSize(bytes)}\n`);
  if (note !== undefined) context.out(`note: ${note}\n`);
  if (damage !== undefined) context.out(`DAMAGED: ${describeDamage(damage)}\n`);
  if (content !== undefined) context.out(toYaml(content));
  return exitCode;
}

function showSummary(summary: StoreSummary, context: CommandContext): ExitCode {
  const { description, control, manifest, log, kinds, problems } = summary;
  if (context.json) {
    const objects = Object.fromEntries([...kinds].map(([kind, { count, bytes }]) => [kind, { count, bytes }]));
    const plain = toPlain(
      { store: description, control, manifest, log, objects, problems },
      { contentCharsMax: undefined },
    );
    context.out(`${JSON.stringify(plain, undefined, 2)}\n`);
  } else {
    context.out(summaryText(summary));
  }
  return problems.length === 0 ? exitCodes.ok : exitCodes.failed;
}

function summaryText({ description, control, manifest, log, kinds, problems }: StoreSummary): string {
  const objects = Object.fromEntries(
    [...kinds].map(([kind, { count, bytes }]) => [kind, `${count} (${formatSize(bytes)})`]),
  );
  const unknown = kinds.get('unknown')?.examples;
  const missing = log === undefined || log.missing.length === 0 ? undefined : log.missing.join(' ');
  return toYaml({
    store: description,
    control: control ?? 'none',
    manifest: manifest ?? 'none',
    log: log === undefined ? 'empty' : { first: log.first, last: log.last, missing },
    objects,
    'not of this database': unknown,
    problems: problems.length === 0 ? 'none' : problems,
  });
}

function toYaml(content: unknown): string {
  return stringify(toPlain(content, { contentCharsMax }), { lineWidth: lineCharsMax });
}

/**
 * The key that a file's path ends in, so that its content is held against its name: in a copy of a bucket, and in a
 * store's folder, where the file lies below the key. A node's own log has names of the same form: what it is tells apart.
 */
function keyOfFile(path: string, bytes: Uint8Array): string {
  const segments = path.replace(/~(object|bodies)\/[^/]*$/, '').split('/');
  for (const count of [2, 1]) {
    const key = segments.slice(-count).join('/');
    const kind = kindOfKey(key);
    if (kind !== undefined && (kindOfBytes(bytes) ?? kind) === kind) return key;
  }
  return path;
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
