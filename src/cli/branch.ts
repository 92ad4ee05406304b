/** `t4 branch`: databases that begin as another one was. */
import { createBranch } from '../core/branch/create-branch.ts';
import { deleteBranch } from '../core/branch/delete-branch.ts';
import { listBranches, type ListedBranch, type ListedDatabase } from '../core/branch/list-branches.ts';
import { branchNameOf } from '../core/format/keys.ts';
import { hexOf } from '../core/types/bytes.ts';
import { CliError, exitCodes, type ExitCode } from './cli-error.ts';
import type { CommandContext } from './command-context.ts';
import { branchNameGiven, cutGiven } from './branch-options.ts';
import { cutWords } from './cut-option.ts';
import { withToolSession, type ToolSessionOptions } from './tool-session.ts';
import { unreadableCut } from './unreadable-cut.ts';
import { formatSize } from './units.ts';
import { jsonText } from './version-fields.ts';

export async function branchCreate(context: CommandContext): Promise<ExitCode> {
  const name = branchNameGiven(context.target);
  const cut = cutGiven(context) ?? { kind: 'end' };
  return withToolSession(
    context,
    sessionOptions(context, 'a branch may have been begun: t4 branch list shows it'),
    async (session) => {
      const created = await session.run((core) => createBranch(core, name, cut));
      if (created.kind === 'name-taken') {
        throw new CliError(
          exitCodes.failed,
          `there is a branch ${name} already`,
          'give another name, or delete that one',
        );
      }
      if (created.kind !== 'created') throw unreadableCut(cut, created, exitCodes.failed);
      const { manifest } = created;
      const parent = manifest.base!.stretches.at(-1)!.home;
      const where = session.branchUrl(name);
      if (context.json) {
        const databaseId = hexOf(manifest.databaseId);
        context.out(jsonText({ name, home: manifest.home, parent, databaseId, cut, store: where }));
      } else {
        const from = parent === '' ? '' : ` of branch ${branchNameOf(parent)}`;
        const at = cut.kind === 'end' ? '' : ` at ${cutWords(cut)}`;
        context.out(`branch ${name}${from} made${at}: ${where}\n`);
      }
      return exitCodes.ok;
    },
  );
}

export async function branchList(context: CommandContext): Promise<ExitCode> {
  return withToolSession(
    context,
    { url: context.target, namedBy: 'its URL', damageExitCode: exitCodes.failed },
    async (session) => {
      const root = await session.runAtRoot(listBranches);
      context.out(context.json ? jsonText(fieldsOf(root)) : `${linesOf(root, '').join('\n')}\n`);
      return exitCodes.ok;
    },
  );
}

export async function branchDelete(context: CommandContext): Promise<ExitCode> {
  const name = branchNameGiven(context.target);
  const force = context.options['force'] === true;
  return withToolSession(context, sessionOptions(context, 'the same command goes on from there'), async (session) => {
    const deleted = await session.runAtRoot((core) => deleteBranch(core, name, force));
    if (deleted.kind === 'missing') {
      throw new CliError(exitCodes.failed, `${session.description} has no branch ${name}`);
    }
    if (deleted.kind === 'in-use') {
      const database = deleted.home === '' ? 'the database' : `branch ${branchNameOf(deleted.home)}`;
      throw new CliError(
        exitCodes.failed,
        `${database} was rolled back and goes on as ${name}: it cannot be deleted alone`,
      );
    }
    if (deleted.kind === 'has-branches') {
      const names = deleted.homes.map(branchNameOf).join(', ');
      throw new CliError(
        exitCodes.failed,
        `branch ${name} has branches of its own: ${names}`,
        'delete those first; --force closes it and keeps what they need',
      );
    }
    const { gone, kept } = deleted;
    if (context.json) context.out(jsonText({ deleted: gone, kept: kept ?? null }));
    else {
      for (const home of gone) context.out(`branch ${branchNameOf(home)} deleted\n`);
      if (kept !== undefined) {
        context.out(
          `branch ${branchNameOf(kept)} is closed; what its branches need of it stays until they are deleted\n`,
        );
      }
    }
    return exitCodes.ok;
  });
}

function sessionOptions({ options }: CommandContext, leaves: string): ToolSessionOptions {
  const { from } = options;
  return {
    url: typeof from === 'string' ? from : undefined,
    namedBy: '--from URL',
    leaves,
    damageExitCode: exitCodes.failed,
  };
}

function fieldsOf(database: ListedDatabase): unknown {
  const { home, name, databaseId, createdWallMs, ownBytes, removed, successor, predecessor, branch, branches } =
    database;
  return {
    ...(branch === undefined ? {} : { name }),
    home,
    databaseId: hexOf(databaseId),
    created: new Date(createdWallMs).toISOString(),
    ...(branch === undefined ? {} : branchFields(branch)),
    ownBytes,
    removed,
    successor: successor ?? null,
    predecessor: predecessor ?? null,
    branches: branches.map(fieldsOf),
  };
}

function branchFields({ state, cut, revision, pinnedBytes }: ListedBranch) {
  return { state, cut: cut ?? null, revision: revision ?? null, pinnedBytes: pinnedBytes ?? null };
}

function linesOf(database: ListedDatabase, indent: string): readonly string[] {
  const lines = [`${indent}${headOf(database)}`];
  const below = indent.replace('├─ ', '│  ').replace('└─ ', '   ');
  database.branches.forEach((branch, index) => {
    const last = index === database.branches.length - 1;
    lines.push(...linesOf(branch, `${below}${last ? '└─ ' : '├─ '}`));
  });
  return lines;
}

function headOf({ name, createdWallMs, ownBytes, removed, successor, predecessor, branch }: ListedDatabase): string {
  const created = new Date(createdWallMs).toISOString();
  const goesOn = successor === undefined ? '' : `; rolled back, goes on as ${branchNameOf(successor)}`;
  if (branch === undefined) return `root  made ${created}, ${formatSize(ownBytes)}${goesOn}`;
  const pinned = branch.pinnedBytes === undefined ? 'unreadable' : formatSize(branch.pinnedBytes);
  const sizes = `own ${formatSize(ownBytes)}, kept by its parent for it alone ${pinned}`;
  if (branch.state === 'unfinished')
    return `${name}  never finished: t4 branch delete ${name}; begun ${created}, ${sizes}`;
  const at = branch.revision === undefined ? 'an unreadable place' : `revision ${branch.revision}`;
  const begun = predecessor === undefined ? `at ${at}, made` : `rollback, goes on above ${at}, made`;
  return `${name}  ${begun} ${created}, ${sizes}${removed ? ', closed: kept for its branches' : ''}${goesOn}`;
}
