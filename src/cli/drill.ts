/** `t4 drill`: a recovery, rehearsed, with a report for people, scripts and CI. */
import { access, constants, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, resolve } from 'node:path';
import { drill as rehearse } from '../drill/drill.ts';
import { junitOf } from '../drill/junit.ts';
import type { DrillOutcome, DrillReport } from '../drill/report.ts';
import { CliError, exitCodes, usageError, type ExitCode } from './cli-error.ts';
import type { CommandContext } from './command-context.ts';
import { drillText } from './drill-text.ts';
import { endpointGiven } from './etcd-endpoint.ts';
import { formatAddress, parseAddress } from './listen-address.ts';
import { serverReference } from './server-reference.ts';
import { withToolSession } from './tool-session.ts';
import { parseDuration } from './units.ts';
import { jsonText } from './version-fields.ts';

const exitCodeOf: Readonly<Record<DrillOutcome, ExitCode>> = {
  ok: exitCodes.ok,
  'not-recovered': exitCodes.failed,
  unknown: exitCodes.unreachable,
  mismatch: exitCodes.mismatch,
  'too-slow': exitCodes.tooSlow,
};

const timeoutMsDefault = 30 * 60_000;

export async function drill(context: CommandContext): Promise<ExitCode> {
  const url = endpointOf(context);
  const asked = url === undefined ? undefined : await endpointGiven('--endpoint', url, context);
  const endpoint = asked?.address;
  const revision = revisionOf(context);
  const limits = { readyMs: durationOf(context, 'maxTimeToReady'), fullMs: durationOf(context, 'maxTimeToFull') };
  const timeoutMs = durationOf(context, 'timeout') ?? timeoutMsDefault;
  const leaves = 'the next drill tells what this one left in the store';
  const folder = await folderOf(context, 'folder', textOf(context, 'folder') ?? tmpdir());
  for (const name of ['report', 'junit'] as const) {
    const file = textOf(context, name);
    if (file !== undefined) await folderOf(context, name, dirname(resolve(file)));
  }
  const session = { url: context.target, namedBy: 'its URL', leaves, damageExitCode: exitCodes.failed };
  return withToolSession(context, session, async (session) => {
    const server = asked === undefined ? undefined : serverReference(asked, timeoutMs, session);
    try {
      const report = await rehearse({
        ...session.parts,
        store: session.store,
        home: session.home,
        server,
        endpoint,
        revision,
        folder,
        limits,
        timeoutMs,
        signal: session.signal,
        log: session.log,
        tell: (text) => context.tell(`t4: ${text}\n`),
      });
      await write(context, report);
      return exitCodeOf[report.outcome];
    } finally {
      server?.close();
    }
  });
}

async function write(context: CommandContext, report: DrillReport): Promise<void> {
  const json = jsonText(report);
  // First of all: what is known must not go with a file that cannot be written.
  context.out(context.json ? json : drillText(report));
  const files = [
    [textOf(context, 'report'), json],
    [textOf(context, 'junit'), junitOf(report)],
  ] as const;
  for (const [file, text] of files) {
    if (file === undefined) continue;
    await writeFile(file, text).catch((error: unknown) => {
      const message = `the drill ended, and ${file} could not be written: ${messageOf(error)}`;
      throw new CliError(exitCodes.unreachable, message, 'its report is on standard output', error);
    });
  }
}

/** Asked before anything is begun: a drill of an hour whose report has no place is worth nothing. */
async function folderOf(context: CommandContext, option: string, path: string): Promise<string> {
  const folder = resolve(path);
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const given = textOf(context, option);
  if (!isFolder) throw usageError(`--${option} ${given ?? folder}: there is no folder ${folder}`, 'nothing was begun');
  await access(folder, constants.W_OK).catch(() => {
    throw usageError(`--${option} ${given ?? folder}: ${folder} cannot be written`, 'nothing was begun');
  });
  return folder;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function textOf({ options }: CommandContext, name: string): string | undefined {
  const given = options[name];
  return typeof given === 'string' ? given : undefined;
}

function endpointOf(context: CommandContext): string | undefined {
  const given = textOf(context, 'endpoint');
  if (given === undefined) return undefined;
  const parsed = parseAddress(given.replace(/^https:/, 'http:'));
  if (parsed !== undefined) return `${given.startsWith('https:') ? 'https' : 'http'}://${formatAddress(parsed)}`;
  throw usageError(`--endpoint: ${JSON.stringify(given)} is not HOST:PORT, as in 127.0.0.1:2379 or [::1]:2379`);
}

function revisionOf(context: CommandContext): number | undefined {
  const given = textOf(context, 'atRevision');
  if (given === undefined) return undefined;
  if (/^[1-9]\d{0,14}$/.test(given)) return Number(given);
  throw usageError(`--at-revision: ${given} is no revision`, 'revisions begin with 1');
}

const optionNames = {
  maxTimeToReady: '--max-time-to-ready',
  maxTimeToFull: '--max-time-to-full',
  timeout: '--timeout',
};

function durationOf(context: CommandContext, name: keyof typeof optionNames): number | undefined {
  const given = textOf(context, name);
  if (given === undefined) return undefined;
  const parsed = parseDuration(given);
  if (parsed !== undefined && parsed > 0) return parsed;
  throw usageError(`${optionNames[name]} ${given}: no duration`, 'give one such as 500ms, 30s or 10m');
}
