/** `t4 gc`: one collection from outside, beside whatever nodes are at work. */
import { collectLines } from '../core/collect/collect-lines.ts';
import type { Collection } from '../core/collect/collect-once.ts';
import { configurationDefaults } from '../core/configuration.ts';
import type { Retention } from '../core/types/retention.ts';
import { exitCodes, usageError, type ExitCode } from './cli-error.ts';
import type { CommandContext } from './command-context.ts';
import { withToolSession } from './tool-session.ts';
import { parseRetention } from './retention-text.ts';
import { formatSize, parseDuration } from './units.ts';
import { jsonText } from './version-fields.ts';

export async function gc(context: CommandContext): Promise<ExitCode> {
  const retention = retentionOf(context);
  const graceMs = durationOf(context, 'grace') ?? configurationDefaults.collectGraceMs;
  const dryRun = context.options['dryRun'] === true;
  const leaves = 'what was condemned stays so, and the same command goes on from there';
  return withToolSession(context, { leaves, damageExitCode: exitCodes.failed }, async (session) => {
    const collection = await session.run((core) =>
      collectLines(core, { retention, graceMs, youngMs: graceMs, dryRun }),
    );
    context.out(context.json ? jsonText({ dryRun, ...collection }) : textOf(collection, dryRun));
    return exitCodes.ok;
  });
}

/** Undefined: what the database itself says. */
function retentionOf({ options }: CommandContext): Retention | undefined {
  const given = options['retention'];
  if (typeof given !== 'string') return undefined;
  const parsed = parseRetention(given);
  if (parsed === undefined) throw usageError(`--retention ${given}: no retention`, 'give 24h, 10GiB or forever');
  return parsed;
}

function durationOf({ options }: CommandContext, name: string): number | undefined {
  const given = options[name];
  if (typeof given !== 'string') return undefined;
  const parsed = parseDuration(given);
  if (parsed === undefined) throw usageError(`--${name} ${given}: no duration`, 'give one such as 30m or 24h');
  return parsed;
}

function textOf(
  { condemned, checkpointsForgotten, slotsGivenUp, slotsArchived, deleted, waiting }: Collection,
  dryRun: boolean,
): string {
  const would = dryRun ? 'would be ' : '';
  return [
    `${would}deleted: ${deleted.objects} objects and ${deleted.slots} slots of the log`,
    `${would}condemned: ${condemned.objects} objects (${formatSize(condemned.bytes)})`,
    `${would}given up: ${checkpointsForgotten} checkpoints and ${slotsGivenUp} slots of the log`,
    `${would}archived: ${slotsArchived} slots of the log`,
    `waiting for the end of the grace period: ${waiting.objects} objects`,
    '',
  ].join('\n');
}
