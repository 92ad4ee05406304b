/** `t4 run`: the process around `serve`: its log, its signals, its real parts. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createNodeCompression } from '../adapters/node-compression.ts';
import { createNodeDigest } from '../adapters/node-digest.ts';
import { openStoreAt } from '../adapters/open-store.ts';
import { probeObjectStore } from '../adapters/store-probe.ts';
import { createSystemClock } from '../adapters/system-clock.ts';
import { createSystemRandom } from '../adapters/system-random.ts';
import { startNode } from '../host/node.ts';
import { countedStore } from '../host/store-usage/counted-store.ts';
import { NoSuchBranchError, openFamilyStore } from '../library/open-family-store.ts';
import { openLocal } from '../library/open-local.ts';
import { startServer } from '../server/server.ts';
import { startHttpServer } from '../server/http/http-server.ts';
import { CliError, exitCodes, type ExitCode } from './cli-error.ts';
import type { CommandContext } from './command-context.ts';
import { openLog, type Log, type LogHandle } from './log.ts';
import { reservePort } from './reserve-port.ts';
import type { Environment } from './resolve-settings.ts';
import { serve, type ServeOptions } from './serve.ts';
import type { ServeParts } from './serve/parts.ts';
import { openServiceManager } from './service-manager/service-manager.ts';
import { stopOnSignals } from './stop-on-signals.ts';

export async function run(context: CommandContext): Promise<ExitCode> {
  const { 'log-level': level, 'log-format': format } = context.settings.values;
  const terminal = process.stderr.isTTY;
  const handle = openLog({ level, format: format ?? (terminal ? 'text' : 'json'), colors: terminal });
  const { settings, version, environment } = context;
  return runNode({ settings, version, handle, environment });
}

export interface RunNode extends Pick<ServeOptions, 'settings' | 'version'> {
  /** Flushed in the end. */
  readonly handle: LogHandle;
  readonly environment: Environment;
  ready?(addresses: readonly string[], log: Log): void;
}

/** Until it has stopped, or somebody stops it. */
export async function runNode({ settings, version, handle, environment, ready }: RunNode): Promise<ExitCode> {
  const { log } = handle;
  const stop = stopOnSignals(process, (signal, code) => {
    handle.log.warn({ signal }, 'asked a second time: ending at once');
    handle.flush();
    process.exit(code);
  });
  endOnBugs(handle);
  const manager = openServiceManager({ environment, log });
  stop.addEventListener('abort', () => manager?.tell('stopping'));
  try {
    const options = {
      settings,
      version,
      log,
      stop,
      manager,
      ready: (addresses: readonly string[]) => ready?.(addresses, log),
    };
    const exitCode = await serve(options, realParts());
    handle.log.info('stopped');
    return exitCode;
  } catch (error) {
    // What was wrong with the settings is for the person at the command line; from then on the log is the one voice.
    if (error instanceof CliError && error.exitCode === exitCodes.usage) throw error;
    const hint = error instanceof CliError && error.hint !== undefined ? { hint: error.hint } : {};
    const stack = environment['T4_DEBUG'] && error instanceof Error ? { stack: error.stack } : {};
    handle.log.error({ ...hint, ...stack }, error instanceof Error ? error.message : String(error));
    return exitCodes.failed;
  } finally {
    await manager?.settled();
    handle.flush();
  }
}

/** A bug must not leave a process that looks alive; the store and the next start are built for such an end. */
function endOnBugs(handle: LogHandle): void {
  const end = (error: unknown): void => {
    const stack = error instanceof Error ? error.stack : undefined;
    handle.log.fatal({ error, stack }, 'a bug in T4 ended this process; what was acknowledged is safe');
    handle.flush();
    process.exit(exitCodes.failed);
  };
  process.on('uncaughtException', end);
  process.on('unhandledRejection', end);
}

function realParts(): ServeParts {
  const random = createSystemRandom();
  const clock = createSystemClock();
  return {
    clock,
    openStore: async ({ location, credentials }, usage) => {
      try {
        const options = { onFurtherRequest: usage.further, ...(credentials === undefined ? {} : { credentials }) };
        return await openFamilyStore(location, options, async (at) =>
          countedStore(await openStoreAt(at, options), usage, clock),
        );
      } catch (error) {
        if (!(error instanceof NoSuchBranchError)) throw error;
        throw new CliError(exitCodes.failed, error.message, 't4 branch list tells which there are', error);
      }
    },
    probe: (store) => probeObjectStore(store, (length) => random.bytes(length)),
    openLocal,
    reservePort,
    startNode: (options) =>
      startNode({
        ...options,
        clock,
        random,
        digest: createNodeDigest(),
        compression: createNodeCompression(),
      }),
    startServer,
    startHttp: startHttpServer,
    sleep: async (milliseconds, signal) => void (await sleep(milliseconds, undefined, { signal })),
  };
}
