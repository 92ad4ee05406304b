/** `t4 cost`: what a month costs at an object store's prices, from a node's counters and from what is stored. */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { countedBetween, type RequestsCounted } from '../cost/month.ts';
import { parsePrices, pricesDefault, type Prices } from '../cost/prices.ts';
import { listStored, type Stored } from '../cost/stored.ts';
import type { UsageResponse } from '../server/generated/t4/v1/admin.ts';
import { CliError, exitCodes, usageError, type ExitCode } from './cli-error.ts';
import type { CommandContext } from './command-context.ts';
import { costOf, costText, type Sample } from './cost-text.ts';
import { askUsage } from './status-client.ts';
import { storeTargetOf } from './store-settings.ts';
import { withToolSession } from './tool-session.ts';
import { formatDuration, parseDuration } from './units.ts';
import { retentionOfUsage } from './usage-text.ts';

/** Below it a start, a checkpoint or a lull is most of what was counted. */
const sampleMsMin = 60_000;

export async function cost(context: CommandContext): Promise<ExitCode> {
  const { settings } = context;
  const prices = await pricesOf(context);
  const sampleMs = sampleOf(context);
  const target = storeTargetOf(settings);
  const isNodeMeant = target === undefined || settings.sources.get('endpoint') !== 'default';
  const sample = isNodeMeant ? await sampleNode(context, sampleMs) : undefined;
  const finish = async (stored: readonly Stored[] | undefined): Promise<ExitCode> => {
    const facts = costOf(sample, stored, prices);
    context.out(context.json ? `${JSON.stringify(facts, undefined, 2)}\n` : costText(facts));
    return exitCodes.ok;
  };
  if (target === undefined) return finish(undefined);
  return withToolSession(context, { damageExitCode: exitCodes.failed }, async (session) => {
    const stored = await session.runAsNamed(listStored);
    if (stored.length > 0) return finish(stored);
    throw new CliError(exitCodes.failed, `there is no database here: ${session.description} is empty`);
  });
}

async function pricesOf({ options }: CommandContext): Promise<Prices> {
  const path = options['prices'];
  if (typeof path !== 'string') return pricesDefault;
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw usageError(`--prices ${path}: ${error instanceof Error ? error.message : String(error)}`);
  });
  const prices = parsePrices(text);
  if (typeof prices === 'string') throw usageError(`--prices ${path}: ${prices}`, 'docs/cost.md has an example');
  return prices;
}

/** Undefined: all that the node has counted. */
function sampleOf({ options }: CommandContext): number | undefined {
  const given = options['sample'];
  if (typeof given !== 'string') return undefined;
  const milliseconds = parseDuration(given);
  if (milliseconds === undefined) throw usageError(`--sample ${given}: no duration`, 'give one such as 10m or 1h');
  if (milliseconds >= sampleMsMin) return milliseconds;
  throw usageError(`--sample ${given}: a month cannot be told from less than ${formatDuration(sampleMsMin)}`);
}

async function sampleNode(context: CommandContext, sampleMs: number | undefined): Promise<Sample> {
  const first = await askUsage(context);
  if (sampleMs === undefined) {
    const countedMs = Number(first.countedMilliseconds);
    if (countedMs >= sampleMsMin) return sampleFrom(first, countedOf(first), countedMs, true);
    throw new CliError(
      exitCodes.failed,
      `the node has counted for ${Math.round(countedMs / 1_000)} s: a month cannot be told from that`,
      `ask when it has run for ${formatDuration(sampleMsMin)}, better a day; or count from now on: --sample 10m`,
    );
  }
  context.tell(`counting for ${formatDuration(sampleMs)}\n`);
  await sleep(sampleMs);
  const second = await askUsage(context);
  if (first.countedSinceUnixMilliseconds !== second.countedSinceUnixMilliseconds) {
    throw new CliError(exitCodes.failed, 'the node was started anew while it was counted', 'try again');
  }
  const countedMs = Number(second.countedMilliseconds - first.countedMilliseconds);
  return sampleFrom(second, countedBetween(countedOf(first), countedOf(second)), countedMs, false);
}

function countedOf({ counts }: UsageResponse): readonly RequestsCounted[] {
  const sums = new Map<string, { subject: string; operation: string; requests: number }>();
  for (const { subject, operation, requests } of counts) {
    const name = `${subject} ${operation}`;
    const sum = sums.get(name) ?? { subject, operation, requests: 0 };
    sums.set(name, sum);
    sum.requests += Number(requests);
  }
  return [...sums.values()];
}

function sampleFrom(
  { settings, keeping, role, store }: UsageResponse,
  counted: readonly RequestsCounted[],
  countedMs: number,
  sinceStart: boolean,
): Sample {
  const newest = keeping?.newest;
  const oldest = keeping?.oldest;
  return {
    store,
    role,
    sinceStart,
    treeBytes: newest === undefined ? undefined : Number(newest.treeBytes),
    load: {
      counted,
      countedMs,
      settings: {
        durability: settings?.durability ?? 'object',
        leaseMs: Number(settings?.leaseMilliseconds ?? 0),
        memberIntervalMs: Number(settings?.memberIntervalMilliseconds ?? 0),
        uploadIntervalMs: Number(settings?.uploadIntervalMilliseconds ?? 0),
        checkpointIntervalMs: Number(settings?.checkpointIntervalMilliseconds ?? 0),
        collectIntervalMs: Number(settings?.collectIntervalMilliseconds ?? 0),
      },
      keeping: keeping && {
        retention: retentionOfUsage(keeping),
        checkpoints: Number(keeping.checkpoints),
        historyBytes:
          newest === undefined || oldest === undefined ? 0 : Number(newest.historyBytes - oldest.historyBytes),
        historyMs:
          newest === undefined || oldest === undefined ? 0 : Number(newest.unixMilliseconds - oldest.unixMilliseconds),
      },
    },
  };
}
