/** `t4 diff`: which keys differ between two revisions or moments. */
import { difference, type Difference, type KeyDifference } from '../core/tool/difference.ts';
import type { Cut } from '../core/types/log.ts';
import type { Version } from '../core/types/version.ts';
import { exitCodes, usageError, type ExitCode } from './cli-error.ts';
import type { CommandContext } from './command-context.ts';
import { parseCut } from './cut-option.ts';
import { parseKey } from './key-option.ts';
import { withToolSession } from './tool-session.ts';
import { unreadableCut } from './unreadable-cut.ts';
import { jsonText, keyFields, keyText, valueText, versionFields } from './version-fields.ts';

export async function diff(context: CommandContext): Promise<ExitCode> {
  const { from, to, prefix, values, hex } = context.options;
  const nowMs = Date.now();
  if (typeof from !== 'string')
    throw usageError('--from: from which revision or moment?', 'as in --from 1042 or --from -24h');
  const fromCut = parseCut('--from', from, nowMs);
  const toCut: Cut = typeof to === 'string' ? parseCut('--to', to, nowMs) : { kind: 'end' };
  const options = {
    prefix: typeof prefix === 'string' && prefix !== '' ? parseKey('--prefix', prefix, hex === true) : '',
    values: values === true,
  };
  return withToolSession(context, { damageExitCode: exitCodes.unreachable }, async (session) => {
    const answer = await session.run((core) => difference(core, fromCut, toCut, options));
    if (answer.kind !== 'difference') throw unreadableCut(answer.cut, answer, exitCodes.unreachable);
    context.out(context.json ? jsonText(fieldsOf(answer)) : textOf(answer));
    return answer.keys.length === 0 ? exitCodes.ok : exitCodes.failed;
  });
}

function fieldsOf({ fromRevision, toRevision, keys, rewritten }: Difference): unknown {
  return {
    fromRevision,
    toRevision,
    rewritten,
    keys: keys.map((found) => ({
      difference: found.kind,
      ...keyFields(found.key),
      ...(found.kind === 'added' ? {} : { from: versionFields(found.from) }),
      ...(found.kind === 'deleted' ? {} : { to: versionFields(found.to) }),
    })),
  };
}

function textOf({ fromRevision, toRevision, keys }: Difference): string {
  const count = (kind: KeyDifference['kind']): number => keys.filter((found) => found.kind === kind).length;
  const lines = keys.flatMap(linesOf);
  lines.push(
    `revision ${fromRevision} to ${toRevision}: ${count('added')} added, ${count('changed')} changed, ${count('deleted')} deleted`,
  );
  return `${lines.join('\n')}\n`;
}

const signs = { added: '+', changed: '~', deleted: '-' } as const;

function linesOf(found: KeyDifference): readonly string[] {
  const head = `${signs[found.kind]} ${keyText(found.key)}`;
  const side = (sign: string, version: Version): string =>
    `    ${sign} revision ${version.modRevision}  ${valueText(version)}`;
  const lines = [head];
  if (found.kind !== 'added') lines.push(side('-', found.from));
  if (found.kind !== 'deleted') lines.push(side('+', found.to));
  return lines;
}
