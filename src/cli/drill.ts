/** `t4 drill`: a recovery, rehearsed, with a report for people, scripts and CI. */
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { drill as rehearse } from '../drill/drill.ts';
import { junitOf } from '../drill/junit.ts';
import type { DrillOutcome, DrillReport } from '../drill/report.ts';
import { exitCodes, usageError, type ExitCode } from './cli-error.ts';
import type { CommandContext } from './command-context.ts';
import { drillText } from './drill-text.ts';
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
  const endpoint = endpointOf(context);
  const revision = revisionOf(context);
  const limits = { readyMs: durationOf(context, 'maxTimeToReady'), fullMs: durationOf(context, 'maxTimeToFull') };
  const timeoutMs = durationOf(context, 'timeout') ?? timeoutMsDefault;
  const leaves = 'the next drill tells what this one left in the store';
  const session = { url: context.target, leaves, damageExitCode: exitCodes.failed };
  return withToolSession(context, session, async (session) => {
    const server = endpoint === undefined ? undefined : serverReference(endpoint, timeoutMs, session);
    try {
      const report = await rehearse({
        ...session.parts,
        store: session.store,
        home: session.home,
        server,
        endpoint,
        revision,
        folder: resolve(textOf(context, 'folder') ?? tmpdir()),
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
  const file = textOf(context, 'report');
  if (file !== undefined) await writeFile(file, json);
  const junit = textOf(context, 'junit');
  if (junit !== undefined) await writeFile(junit, junitOf(report));
  context.out(context.json ? json : drillText(report));
}

function textOf({ options }: CommandContext, name: string): string | undefined {
  const given = options[name];
  return typeof given === 'string' ? given : undefined;
}

function endpointOf(context: CommandContext): string | undefined {
  const given = textOf(context, 'endpoint');
  if (given === undefined) return undefined;
  const parsed = parseAddress(given);
  if (parsed !== undefined) return formatAddress(parsed);
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
