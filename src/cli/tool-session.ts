/** What commands that read a store without a node share: opening it, progress, interruption, and the words for what went wrong. */
import { NoSuchFolderError, openFamilySession, realParts, type FamilySession } from '../library/family-session.ts';
import { NoSuchBranchError } from '../library/open-family-store.ts';
import { parseStoreUrl } from '../adapters/store-url.ts';
import { createSystemClock } from '../adapters/system-clock.ts';
import type { Core } from '../core/core.ts';
import type { Task } from '../core/task.ts';
import type { NodeLog } from '../host/node.ts';
import { ToolError } from '../host/run-tool.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { CliError, exitCodes, usageError, type ExitCode } from './cli-error.ts';
import type { CommandContext } from './command-context.ts';
import { createSignalSource } from './interruption.ts';
import { stopOnSignals } from './stop-on-signals.ts';
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
  /** On the database that was named, whatever goes on for it. */
  runAsNamed<Result>(task: (core: Core) => Task<Result>): Promise<Result>;
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
  /** How the command line names one. Default: `--store URL`. */
  readonly namedBy?: string;
  /** The command writes: what an interruption leaves. Undefined: it writes nothing. */
  readonly leaves?: string;
  /** A store that is not there is made. */
  readonly makes?: boolean;
  /** For damage that ends the command. */
  readonly damageExitCode: ExitCode;
}

export async function withToolSession(
  context: CommandContext,
  options: ToolSessionOptions,
  use: (session: ToolSession) => Promise<ExitCode>,
): Promise<ExitCode> {
  const target = targetOf(context, options);
  const signals = createSignalSource();
  const signal = stopOnSignals(signals, (_, code) => process.exit(code));
  const progress = createProgress(context.tell, createSystemClock());
  const { credentials } = target;
  let opened: FamilySession | undefined;
  try {
    const session = await openFamilySession(target.location, {
      ...(credentials === undefined ? {} : { credentials }),
      signal,
      makes: options.makes === true,
      log: progress.log,
    });
    opened = session;
    const { store, home, branchUrl, run, runAsNamed, runAtRoot } = session;
    const { description } = store;
    return await use({
      description,
      home,
      branchUrl,
      run,
      runAsNamed,
      runAtRoot,
      store,
      parts: realParts(),
      signal,
      log: progress.log,
    });
  } catch (error) {
    if (error instanceof NoSuchFolderError) throw new CliError(exitCodes.failed, error.message, undefined, error);
    if (error instanceof NoSuchBranchError) {
      throw new CliError(options.damageExitCode, error.message, 't4 branch list tells which there are', error);
    }
    if (error instanceof ToolError) throw wordsFor(error, options);
    if (!signal.aborted || error instanceof CliError) throw error;
    throw wordsFor(new ToolError('aborted', 'interrupted'), options);
  } finally {
    progress.end();
    signals.close();
    await opened?.close();
  }
}

function targetOf({ settings }: CommandContext, { url, namedBy }: ToolSessionOptions): StoreTarget {
  const named = storeTargetOf(settings);
  if (url === undefined) {
    if (named !== undefined) return named;
    throw usageError('which store?', `give ${namedBy ?? '--store URL'}, or set T4_STORE`);
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
    case 'contention':
      return new CliError(exitCodes.failed, error.message, undefined, error);
    case 'aborted':
      return new CliError(exitCodes.unreachable, `interrupted; ${written}`, undefined, error);
    case 'bug':
      return new CliError(exitCodes.failed, error.message, 'this is a bug in T4: please report it', error);
  }
}
