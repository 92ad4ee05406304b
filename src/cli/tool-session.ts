/** What commands that read a store without a node share: opening it, progress, interruption, and the words for what went wrong. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { locationOfBranch } from '../library/family-root.ts';
import { NoSuchBranchError, openFamilyStore } from '../library/open-family-store.ts';
import { createNodeCompression } from '../adapters/node-compression.ts';
import { createNodeDigest } from '../adapters/node-digest.ts';
import { openStoreAt } from '../adapters/open-store.ts';
import { parseStoreUrl, urlOfStore, type StoreLocation } from '../adapters/store-url.ts';
import { createSystemClock } from '../adapters/system-clock.ts';
import { createSystemRandom } from '../adapters/system-random.ts';
import type { Core } from '../core/core.ts';
import { followSuccessors } from '../core/restore/follow-successors.ts';
import type { Task } from '../core/task.ts';
import type { NodeLog } from '../host/node.ts';
import { runTool, ToolError } from '../host/run-tool.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { CliError, exitCodes, usageError, type ExitCode } from './cli-error.ts';
import type { CommandContext } from './command-context.ts';
import { stopOnSignals, type StopSignal } from './stop-on-signals.ts';
import { storeTargetOf, type StoreTarget } from './store-settings.ts';
import { createProgress } from './tool-progress.ts';

export interface ToolSession {
  /** Of the family's store, for people. */
  readonly description: string;
  /** In the store of its family, of what goes on for the database that was named. */
  readonly home: string;
  /** By which a branch of the family is opened. */
  branchUrl(name: string): string;
  run<Result>(task: (core: Core) => Task<Result>): Promise<Result>;
  /** For the family as a whole. */
  runAtRoot<Result>(task: (core: Core) => Task<Result>): Promise<Result>;
  /** What the tasks run on, for a command that does more than to run them. `signal`: somebody interrupts. */
  readonly store: ObjectStore;
  readonly parts: ReturnType<typeof realParts>;
  readonly signal: AbortSignal;
  readonly log: NodeLog;
}

export interface ToolSessionOptions {
  /** A store that the command line names without an option. */
  readonly url?: string | undefined;
  /** The command writes: what an interruption leaves. Undefined: it writes nothing. */
  readonly leaves?: string;
  /** For damage that ends the command. */
  readonly damageExitCode: ExitCode;
}

export async function withToolSession(
  context: CommandContext,
  options: ToolSessionOptions,
  use: (session: ToolSession) => Promise<ExitCode>,
): Promise<ExitCode> {
  const target = targetOf(context, options.url);
  const signals = createSignalSource();
  const signal = stopOnSignals(signals, (_, code) => process.exit(code));
  const progress = createProgress(context.tell, createSystemClock());
  const opened: ObjectStore[] = [];
  const open = async (location: StoreLocation): Promise<ObjectStore> => {
    const store = await openExisting(location, target.credentials);
    opened.push(store);
    return store;
  };
  const runOn =
    (store: ObjectStore, home: string) =>
    <Result>(task: (core: Core) => Task<Result>): Promise<Result> =>
      runTool({ ...realParts(), store, home, signal, log: progress.log }, task);
  try {
    const opening = await openFamilyStore(target.location, {}, open, (at, task) => runOn(at, '')(task));
    const { store, root } = opening;
    const home = await homeInUse(opening.home, runOn(store, opening.home));
    return await use({
      description: store.description,
      home,
      branchUrl: (name) => urlOfStore(locationOfBranch(anywhere(root), name)),
      run: runOn(store, home),
      runAtRoot: runOn(store, ''),
      store,
      parts: realParts(),
      signal,
      log: progress.log,
    });
  } catch (error) {
    if (error instanceof NoSuchBranchError) {
      throw new CliError(options.damageExitCode, error.message, 't4 branch list tells which there are', error);
    }
    throw error instanceof ToolError ? wordsFor(error, options) : error;
  } finally {
    progress.end();
    signals.close();
    for (const store of opened) await store.close();
  }
}

/** What goes on for a database that was rolled back. Where that cannot be told, the command meets the damage itself, and says it. */
async function homeInUse(
  home: string,
  run: <Result>(task: (core: Core) => Task<Result>) => Promise<Result>,
): Promise<string> {
  try {
    return await run(followSuccessors);
  } catch (error) {
    if (error instanceof ToolError && error.reason === 'damage') return home;
    throw error;
  }
}

/** The process's signals for as long as a command runs. */
function createSignalSource() {
  const listening: (readonly [StopSignal, () => void])[] = [];
  return {
    on(signal: StopSignal, listener: () => void): void {
      process.on(signal, listener);
      listening.push([signal, listener]);
    },
    close(): void {
      for (const [signal, listener] of listening) process.off(signal, listener);
    },
  };
}

function targetOf({ settings }: CommandContext, url: string | undefined): StoreTarget {
  const named = storeTargetOf(settings);
  if (url === undefined) {
    if (named !== undefined) return named;
    throw usageError('which store?', 'give --store URL, or set T4_STORE');
  }
  if (settings.sources.get('store') === 'flag' || settings.sources.get('s3-bucket') === 'flag') {
    throw usageError('two stores are named', 'give it once');
  }
  const parsed = parseStoreUrl(url);
  if (parsed.kind === 'invalid') throw usageError(`${url}: ${parsed.message}`);
  const values = { ...settings.values, store: url, 's3-bucket': undefined };
  const sources = new Map([...settings.sources, ['store', 'flag']] as const);
  const target = storeTargetOf({ ...settings, values, sources });
  return target!;
}

async function openExisting(location: StoreLocation, credentials: StoreTarget['credentials']): Promise<ObjectStore> {
  // Opening a folder as a store would make it.
  if (location.kind === 'file' && !(await isFolder(location.path))) {
    throw new CliError(exitCodes.failed, `there is no folder ${location.path}`);
  }
  return openStoreAt(location, credentials === undefined ? {} : { credentials });
}

/** The same from every working folder. */
function anywhere(location: StoreLocation): StoreLocation {
  return location.kind === 'file' ? { ...location, path: resolve(location.path) } : location;
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function realParts() {
  return {
    clock: createSystemClock(),
    random: createSystemRandom(),
    digest: createNodeDigest(),
    compression: createNodeCompression(),
  };
}

function wordsFor(error: ToolError, { damageExitCode, leaves }: ToolSessionOptions): CliError {
  const written = leaves ?? 'nothing was written';
  switch (error.reason) {
    case 'store':
      return new CliError(exitCodes.unreachable, error.message, `${written}; try again when it answers`, error);
    case 'damage':
      return new CliError(
        damageExitCode,
        error.message,
        't4 verify tells what else is damaged, and what it costs',
        error,
      );
    case 'aborted':
      return new CliError(exitCodes.failed, `interrupted; ${written}`, undefined, error);
    case 'bug':
      return new CliError(exitCodes.failed, error.message, 'this is a bug in T4: please report it', error);
  }
}
