/** `t4 export`: the database as a snapshot of an etcd, from the object store alone or from a node that runs. */
import { createHash } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { contentAt, type ContentAt } from '../core/tool/content-at.ts';
import { readDatabase } from '../core/tool/read-database.ts';
import type { Cut } from '../core/types/log.ts';
import type { Version } from '../core/types/version.ts';
import { openScratchFile, type ScratchFile } from '../etcd-snapshot/scratch-file.ts';
import { snapshotHashBytes } from '../etcd-snapshot/snapshot-hash.ts';
import { layOutSnapshot } from '../etcd-snapshot/write-snapshot.ts';
import { createSystemClock } from '../adapters/system-clock.ts';
import { CliError, exitCodes, usageError, type ExitCode } from './cli-error.ts';
import type { CommandContext } from './command-context.ts';
import { parseRevision } from './cut-option.ts';
import { withEtcd } from './etcd-client.ts';
import { endpointGiven, type EtcdEndpoint } from './etcd-endpoint.ts';
import { checkIsNew, writeOutputFile, type OutputFile } from './output-file.ts';
import { receiveSnapshot } from './receive-snapshot.ts';
import { withInterruption } from './interruption.ts';
import { createProgress } from './tool-progress.ts';
import { withToolSession, type ToolSession } from './tool-session.ts';
import { formatSize } from './units.ts';
import { unreadableCut } from './unreadable-cut.ts';
import { jsonText } from './version-fields.ts';

export async function exportCommand(context: CommandContext): Promise<ExitCode> {
  const { output, endpoint, atRevision } = context.options;
  if (typeof output !== 'string') throw usageError('export to which file?', 'give --output FILE');
  const path = resolve(output);
  await checkIsNew('--output', path);
  const cut: Cut = typeof atRevision === 'string' ? parseRevision('--at-revision', atRevision) : { kind: 'end' };
  if (typeof endpoint !== 'string') return fromStore(context, path, cut);
  if (cut.kind !== 'end') {
    throw usageError('a node gives a snapshot of its newest revision alone', '--at-revision goes with --store');
  }
  return fromNode(context, path, await endpointGiven('--endpoint', endpoint, context));
}

async function fromNode(context: CommandContext, path: string, endpoint: EtcdEndpoint): Promise<ExitCode> {
  const progress = createProgress(context.tell, createSystemClock());
  try {
    const bytes = await withInterruption((signal) =>
      writeOutputFile(path, (file) =>
        withEtcd(endpoint, signal, async (client) => {
          let received = 0;
          // Each blob waits for the one before it to be written: what comes faster than the disk takes it is not asked for.
          const given = await receiveSnapshot(
            client,
            (blob) => ((received += blob.length), file.write(blob)),
            progress.log,
          );
          if (given) return received;
          const problem = `${endpoint.url} gives this user no snapshot`;
          throw new CliError(exitCodes.failed, problem, 'only the user root may have one: --user root');
        }),
      ),
    );
    if (context.json) context.out(jsonText({ file: path, bytes }));
    else context.out(`exported the newest revision of ${endpoint.url}\n    ${formatSize(bytes)} in ${path}\n`);
    return exitCodes.ok;
  } finally {
    progress.end();
  }
}

async function fromStore(context: CommandContext, path: string, cut: Cut): Promise<ExitCode> {
  return withToolSession(context, { damageExitCode: exitCodes.failed }, async (session) => {
    const scratch = openScratchFile(dirname(path));
    try {
      const offsets = new WeakMap<Version, number>();
      const look = (version: Version): void => {
        if (version.valueBytes > 0) offsets.set(version, scratch.append(version.value!));
      };
      const content = await session.run((core) => contentAt(core, cut, look));
      if (content.kind !== 'content') throw unreadableCut(cut, content, exitCodes.failed);
      const bytes = await writeOutputFile(path, (file) => writeSnapshot(session, content, offsets, scratch, file));
      tell(context, content, path, bytes);
      return exitCodes.ok;
    } finally {
      scratch.close();
    }
  });
}

type Content = Extract<ContentAt, { readonly kind: 'content' }>;

const noBytes = new Uint8Array(0);

async function writeSnapshot(
  { run, log, signal }: ToolSession,
  content: Content,
  offsets: WeakMap<Version, number>,
  scratch: ScratchFile,
  file: OutputFile,
): Promise<number> {
  const { control } = await run(readDatabase);
  const members = control.leader === undefined ? [] : [{ ...control.leader, id: control.leader.memberId }];
  const consistentIndex = Math.max(1, content.sequence);
  const term = Math.max(1, content.epoch);
  const snapshot = await layOutSnapshot({ ...content, consistentIndex, term, members }, signal);
  const source = scratch.source();
  const valueOf = (version: Version): Uint8Array =>
    version.valueBytes === 0 ? noBytes : source.read(offsets.get(version)!, version.valueBytes);
  const hash = createHash('sha256');
  let written = 0;
  for await (const pages of snapshot.pages((versions) => Promise.resolve(versions.map(valueOf)))) {
    signal.throwIfAborted();
    hash.update(pages);
    await file.write(pages);
    written += pages.length;
    log('info', 'writing the snapshot', { bytes: written, of: snapshot.bytes });
  }
  await file.write(hash.digest());
  return written + snapshotHashBytes;
}

function tell(context: CommandContext, content: Content, path: string, bytes: number): void {
  const { revision, compactRevision, keys, versions, leases, auth, wallMs } = content;
  const users = auth.users.length;
  const roles = auth.roles.length;
  if (context.json) {
    const time = wallMs === 0 ? null : new Date(wallMs).toISOString();
    const counts = { keys, versions: versions.length, leases: leases.length, users, roles };
    context.out(jsonText({ file: path, bytes, revision, compactRevision, time, ...counts }));
    return;
  }
  const compacted = compactRevision === 0 ? '' : `, compacted at ${compactRevision}`;
  const counts = `${keys} keys in ${versions.length} versions, ${leases.length} leases, ${users} users, ${roles} roles`;
  context.out(`exported revision ${revision}${compacted}: ${counts}\n    ${formatSize(bytes)} in ${path}\n`);
}
