/** `t4 cat`: the value of one key, now or as it was, straight from the object store. */
import { keyAt, type KeyAt } from '../core/tool/key-at.ts';
import type { ByteString } from '../core/types/bytes.ts';
import type { Cut } from '../core/types/log.ts';
import { isTombstone } from '../core/types/version.ts';
import { CliError, exitCodes, type ExitCode } from './cli-error.ts';
import type { CommandContext } from './command-context.ts';
import { cutWords, parseCut } from './cut-option.ts';
import { parseKey } from './key-option.ts';
import { withToolSession } from './tool-session.ts';
import { unreadableCut } from './unreadable-cut.ts';
import { jsonText, keyFields, keyText, versionFields } from './version-fields.ts';

export async function cat(context: CommandContext): Promise<ExitCode> {
  const { at, hex } = context.options;
  const key = parseKey('KEY', context.target, hex === true);
  const cut: Cut = typeof at === 'string' ? parseCut('--at', at, Date.now()) : { kind: 'end' };
  return withToolSession(context, { damageExitCode: exitCodes.failed }, async (session) => {
    const answer = await session.run((core) => keyAt(core, key, cut));
    if (answer.kind !== 'found') throw unreadableCut(cut, answer, exitCodes.failed);
    return show(key, cut, answer, context);
  });
}

function show(
  key: ByteString,
  cut: Cut,
  { revision, wallMs, version }: Extract<KeyAt, { readonly kind: 'found' }>,
  context: CommandContext,
): ExitCode {
  if (version === undefined || isTombstone(version)) {
    const deleted = version === undefined ? undefined : `it was deleted at revision ${version.modRevision}`;
    throw new CliError(exitCodes.failed, `there is no key ${keyText(key)} at ${cutWords(cut)}`, deleted);
  }
  if (!context.json) {
    context.out(version.value!);
    return exitCodes.ok;
  }
  const { revision: modRevision, ...fields } = versionFields(version);
  context.out(
    jsonText({
      databaseRevision: revision,
      ...(wallMs === 0 ? {} : { databaseTime: new Date(wallMs).toISOString() }),
      ...keyFields(key),
      modRevision,
      ...fields,
    }),
  );
  return exitCodes.ok;
}
