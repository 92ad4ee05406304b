/** `t4 verify`: whether everything that a database needs is in its store, and what it costs where it is not. */
import { verifyDatabase } from '../core/tool/verify/verify.ts';
import { objectKinds, type Verification, type VerifiedKind } from '../core/tool/verify/verification.ts';
import { branchNameOf } from '../core/format/keys.ts';
import { hexOf } from '../core/types/bytes.ts';
import { exitCodes, type ExitCode } from './cli-error.ts';
import type { CommandContext } from './command-context.ts';
import { endpointGiven } from './etcd-endpoint.ts';
import { raiseCorrupt } from './raise-corrupt.ts';
import { withToolSession } from './tool-session.ts';
import { formatSize } from './units.ts';
import { jsonText } from './version-fields.ts';

export async function verify(context: CommandContext): Promise<ExitCode> {
  const { alarm } = context.options;
  const endpoint = typeof alarm === 'string' ? await endpointGiven('--alarm', alarm, context) : undefined;
  const options = { url: context.target, damageExitCode: exitCodes.failed };
  return withToolSession(context, options, async (session) => {
    const verification = await session.run(verifyDatabase);
    context.out(context.json ? jsonText(fieldsOf(verification)) : textOf(verification));
    if (verification.findings.length === 0) return exitCodes.ok;
    if (endpoint !== undefined) {
      await raiseCorrupt(endpoint, verification.databaseId, session.signal);
      context.tell(`the alarm CORRUPT is raised at ${endpoint.url}\n`);
    }
    return exitCodes.failed;
  });
}

function fieldsOf(verification: Verification): unknown {
  const { databaseId, home, predecessor, counts, checkpoints, firstSlot, lastSlot, deadSegments, revision, findings } =
    verification;
  return {
    ok: findings.length === 0,
    databaseId: databaseId === undefined ? undefined : hexOf(databaseId),
    home,
    predecessor: predecessor ?? null,
    revision,
    firstSlot,
    lastSlot,
    deadSegments,
    objects: counts,
    checkpoints: checkpoints.map(({ reference, usable, compared }) => ({
      key: reference.key,
      slot: reference.slot,
      revision: reference.revision,
      usable,
      compared,
    })),
    findings,
  };
}

const words: Readonly<Record<VerifiedKind, string>> = {
  control: 'control',
  manifest: 'manifest',
  segment: 'segments of the log',
  archive: 'archives of segments',
  checkpoint: 'checkpoints',
  page: 'pages',
  chunk: 'chunks',
  condemned: 'condemned lists',
};

function textOf(verification: Verification): string {
  const { databaseId, predecessor, counts, checkpoints, firstSlot, lastSlot, revision, findings, deadSegments } =
    verification;
  const lines = [`database ${databaseId === undefined ? 'unknown' : hexOf(databaseId)}`];
  for (const kind of objectKinds) {
    const { objects, bytes } = counts[kind];
    if (objects > 0) lines.push(`  ${words[kind]}: ${objects} read, ${formatSize(bytes)}`);
  }
  const dead = deadSegments === 0 ? '' : `, ${deadSegments} dead ones among them`;
  const slots = lastSlot < firstSlot ? 'no slot of its own' : `slots ${firstSlot} to ${lastSlot}`;
  lines.push(`  log: ${slots}${dead}; proved up to revision ${revision}`);
  for (const { reference, usable, compared } of checkpoints) {
    const compare = compared
      ? 'held against the log'
      : 'not held against the log, which does not reach back to it unbroken';
    lines.push(
      `  checkpoint of slot ${reference.slot}, revision ${reference.revision}: ${usable ? 'whole' : 'not usable'}, ${compare}`,
    );
  }
  if (predecessor !== undefined) {
    const abandoned = predecessor === '' ? 'the root' : `branch ${branchNameOf(predecessor)}`;
    lines.push(`  not looked at: what a rollback abandoned in ${abandoned}`);
  }
  if (findings.length === 0) lines.push('all is well');
  for (const { kind, what, cost } of findings) lines.push(`${kind}: ${what}`, `    costs: ${cost}`);
  if (findings.length > 0) lines.push(`${findings.length} found`);
  return `${lines.join('\n')}\n`;
}
