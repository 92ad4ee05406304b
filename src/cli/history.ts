/** `t4 history`: every version of one key that the object store keeps. */
import { keyHistory, type HistoricVersion } from '../core/tool/key-history.ts';
import { CliError, exitCodes, usageError, type ExitCode } from './cli-error.ts';
import type { CommandContext } from './command-context.ts';
import { parseKey } from './key-option.ts';
import { withToolSession } from './tool-session.ts';
import { jsonText, keyFields, keyText, valueText, versionFields } from './version-fields.ts';

const limitDigitsMax = 9;

export async function history(context: CommandContext): Promise<ExitCode> {
  const { limit, values, hex } = context.options;
  const key = parseKey('KEY', context.target, hex === true);
  const count = parseLimit(limit);
  return withToolSession(context, { damageExitCode: exitCodes.failed }, async (session) => {
    const found = await session.run((core) => keyHistory(core, key, values === true));
    const versions = count === undefined ? found.versions : found.versions.slice(-count);
    if (context.json) {
      context.out(
        jsonText({
          ...keyFields(key),
          databaseRevision: found.revision,
          logBeginsWithRevision: found.firstLogRevision,
          versions: versions.map(fieldsOf),
        }),
      );
      return found.versions.length === 0 ? exitCodes.failed : exitCodes.ok;
    }
    if (versions.length === 0) {
      throw new CliError(
        exitCodes.failed,
        `nothing is kept of a key ${keyText(key)}`,
        `the log that is kept begins with revision ${found.firstLogRevision}`,
      );
    }
    context.out(`${versions.map(lineOf).join('\n')}\n`);
    return exitCodes.ok;
  });
}

function parseLimit(given: string | boolean | undefined): number | undefined {
  if (typeof given !== 'string') return undefined;
  if (/^\d+$/.test(given) && given.length <= limitDigitsMax && Number(given) > 0) return Number(given);
  throw usageError(`--limit: ${JSON.stringify(given)} is no number from 1 on`);
}

function fieldsOf({ version, wallMs }: HistoricVersion): Readonly<Record<string, unknown>> {
  return { ...versionFields(version), ...(wallMs === undefined ? {} : { time: new Date(wallMs).toISOString() }) };
}

function lineOf({ version, wallMs }: HistoricVersion): string {
  const time = wallMs === undefined ? 'before the log     ' : new Date(wallMs).toISOString();
  const place = `revision ${version.modRevision}  ${time}`;
  if (version.version === 0) return `${place}  deleted`;
  const lease = version.lease === 0n ? '' : `  lease ${version.lease.toString(16)}`;
  return `${place}  version ${version.version}${lease}  ${valueText(version)}`;
}
