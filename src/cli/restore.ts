/** `t4 restore`: a database as it was at a revision or a moment: as a branch, or in place. */
import { createBranch } from '../core/branch/create-branch.ts';
import { branchNameOf } from '../core/format/keys.ts';
import { planRollback, type RollbackPlan } from '../core/restore/plan-rollback.ts';
import { rollBack } from '../core/restore/roll-back.ts';
import { hexOf } from '../core/types/bytes.ts';
import type { Cut } from '../core/types/log.ts';
import { branchNameGiven, cutGiven } from './branch-options.ts';
import { CliError, exitCodes, usageError, type ExitCode } from './cli-error.ts';
import type { CommandContext } from './command-context.ts';
import { withToolSession, type ToolSession } from './tool-session.ts';
import { unreadableCut } from './unreadable-cut.ts';
import { jsonText } from './version-fields.ts';

export async function restore(context: CommandContext): Promise<ExitCode> {
  const { from, to, inPlace, dryRun, yes } = context.options;
  const cut = cutGiven(context);
  if (cut === undefined) throw usageError('restore to when?', 'give --at-revision N or --at-time TIME');
  if ((typeof to === 'string') === (inPlace === true)) {
    throw usageError('restore to where?', 'give --to NAME for a branch, or --in-place');
  }
  const name = typeof to === 'string' ? branchNameGiven(to) : undefined;
  const leaves =
    name === undefined
      ? 'the database is what it was, unless the last step had been reached: t4 branch list shows it; the same command may be given again'
      : 'a branch may have been begun: t4 branch list shows it';
  const url = typeof from === 'string' ? from : undefined;
  const options = { url, namedBy: '--from URL', leaves, damageExitCode: exitCodes.failed };
  return withToolSession(context, options, async (session) => {
    const plan = await session.run((core) => planRollback(core, cut));
    if (plan.kind !== 'plan') throw unreadableCut(cut, plan, exitCodes.failed);
    if (dryRun === true) return tellPlan(context, plan, name);
    if (name !== undefined) return toBranch(context, session, plan, cut, name);
    if (yes === true) return inPlaceNow(context, session, cut);
    tellPlan(context, plan, undefined);
    throw new CliError(
      exitCodes.failed,
      'nothing was changed: --in-place asks for --yes',
      'what it would do is said above',
    );
  });
}

function placeWords({ revision, wallMs }: RollbackPlan): string {
  return `revision ${revision}${wallMs === 0 ? '' : ` (${new Date(wallMs).toISOString()})`}`;
}

function planFields(plan: RollbackPlan) {
  const { revision, wallMs, end, keysWritten, authChanges } = plan;
  return {
    revision,
    time: wallMs === 0 ? null : new Date(wallMs).toISOString(),
    lastRevision: end.position.revision,
    keysWrittenAfter: keysWritten ?? null,
    authChangesAfter: authChanges ?? null,
  };
}

/** Whoever rolls back past a change of users brings back what may have been changed for good reason. */
function authLines({ authChanges }: RollbackPlan, takesBack: string): readonly string[] {
  if (authChanges === 0) return [];
  const what = authChanges === undefined ? 'changes' : `${authChanges} ${authChanges === 1 ? 'change' : 'changes'}`;
  return [`    ${takesBack} ${what} of users and roles: passwords and permissions of then are in force again`];
}

function tellPlan(context: CommandContext, plan: RollbackPlan, name: string | undefined): ExitCode {
  const { revision, end, keysWritten } = plan;
  if (context.json) {
    context.out(jsonText({ dryRun: true, ...planFields(plan) }));
    return exitCodes.ok;
  }
  const lines = [`would restore ${placeWords(plan)}${name === undefined ? ' in place' : ` as branch ${name}`}`];
  const last = end.position.revision;
  if (name === undefined) {
    const first = plan.lineHome === plan.home ? revision + 1 : end.position.compactRevision + 1;
    const range = first > last ? 'nothing' : `revisions ${first} to ${last}`;
    lines.push(
      `    would abandon ${range}${keysWritten === undefined ? '' : `: ${keysWritten} keys were written since`}`,
      ...authLines(plan, 'would take back'),
    );
  }
  context.out(`${lines.join('\n')}\n`);
  return exitCodes.ok;
}

async function toBranch(
  context: CommandContext,
  session: ToolSession,
  plan: RollbackPlan,
  cut: Cut,
  name: string,
): Promise<ExitCode> {
  const created = await session.run((core) => createBranch(core, name, cut));
  if (created.kind === 'name-taken') {
    throw new CliError(exitCodes.failed, `there is a branch ${name} already`, 'give another name, or delete that one');
  }
  if (created.kind !== 'created') throw unreadableCut(cut, created, exitCodes.failed);
  const { home, databaseId } = created.manifest;
  const store = session.branchUrl(name);
  const { revision, time } = planFields(plan);
  if (context.json) context.out(jsonText({ name, home, databaseId: hexOf(databaseId), revision, time, store }));
  else context.out(`restored ${placeWords(plan)} as branch ${name}\n    run it: t4 run --store ${store}\n`);
  return exitCodes.ok;
}

async function inPlaceNow(context: CommandContext, session: ToolSession, cut: Cut): Promise<ExitCode> {
  const done = await session.run((core) => rollBack(core, cut));
  if (done.kind === 'held-by-disks') {
    const members = done.inSync.map((member) => member.toString(16).padStart(16, '0')).join(', ');
    throw new CliError(
      exitCodes.failed,
      `writes are acknowledged from the disk of member ${members} (durability local): the last revision is not known here. Nothing was changed`,
      'run that node once with --durability object, or restore as a branch with --to NAME',
    );
  }
  if (done.kind !== 'rolled-back') throw unreadableCut(cut, done, exitCodes.failed);
  const { plan, home, databaseId, lastRevision, skippedRevision } = done;
  if (context.json) {
    const fields = {
      ...planFields(plan),
      lastRevision,
      compactRevision: skippedRevision,
      home,
      databaseId: hexOf(databaseId),
    };
    context.out(jsonText(fields));
    return exitCodes.ok;
  }
  context.out(
    [
      `restored ${placeWords(plan)} in place; it goes on above revision ${skippedRevision}, as ${branchNameOf(home)}`,
      `    what was abandoned is kept under its revisions, the last of which is ${lastRevision}`,
      `    to undo: t4 restore --in-place --at-revision ${lastRevision}`,
      ...authLines(plan, 'took back'),
      '',
    ].join('\n'),
  );
  return exitCodes.ok;
}
