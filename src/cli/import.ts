/** `t4 import`: a new database from a snapshot of an etcd, or from an etcd that runs. */
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { probeObjectStore } from '../adapters/store-probe.ts';
import type { ExpectedHash, ImportContent } from '../core/import/import-content.ts';
import { importDatabase, type Imported } from '../core/import/import-database.ts';
import { hexOf } from '../core/types/bytes.ts';
import { importContentOf } from '../etcd-snapshot/import-content.ts';
import { openFileSource, openScratchFile, type ScratchFile } from '../etcd-snapshot/scratch-file.ts';
import { SnapshotDamage } from '../etcd-snapshot/snapshot-damage.ts';
import { checkHash, databaseIn, hasHash } from '../etcd-snapshot/snapshot-hash.ts';
import type { FileSource } from '../etcd-snapshot/bbolt/source.ts';
import { HashKVRequest, HashKVResponse } from '../server/generated/etcdserverpb/maintenance.ts';
import { CliError, exitCodes, usageError, type ExitCode } from './cli-error.ts';
import type { CommandContext } from './command-context.ts';
import { withEtcd, type EtcdClient } from './etcd-client.ts';
import { endpointGiven, type EtcdEndpoint } from './etcd-endpoint.ts';
import { unlessAborted } from './interruption.ts';
import { receiveRange } from './receive-range.ts';
import { receiveSnapshot } from './receive-snapshot.ts';
import { withToolSession, type ToolSession } from './tool-session.ts';
import { formatSize } from './units.ts';
import { jsonText } from './version-fields.ts';
import { isServiceError } from './service-error.ts';

export async function importCommand(context: CommandContext): Promise<ExitCode> {
  const { fromSnapshot, fromEndpoint, skipHashCheck, folder } = context.options;
  if ((typeof fromSnapshot === 'string') === (typeof fromEndpoint === 'string')) {
    throw usageError('import from where?', 'give --from-snapshot FILE or --from-endpoint URL');
  }
  if (typeof fromSnapshot === 'string') await checkIsFile('--from-snapshot', fromSnapshot);
  const endpoint =
    typeof fromEndpoint === 'string' ? await endpointGiven('--from-endpoint', fromEndpoint, context) : undefined;
  const leaves = 'there is no new database, unless the last step had been reached: t4 inspect tells';
  return withToolSession(context, { damageExitCode: exitCodes.failed, leaves, makes: true }, async (session) => {
    await checkStore(session);
    if (endpoint === undefined) {
      const file = openFileSource(fromSnapshot as string);
      try {
        const name = String(fromSnapshot);
        const content = await contentOfFile(context, session, name, file.source, skipHashCheck === true);
        return await importContent(context, session, { content: { ...content, expected: undefined }, lost: undefined });
      } finally {
        file.close();
      }
    }
    const scratch = openScratchFile(typeof folder === 'string' ? folder : tmpdir());
    try {
      const received = await withEtcd(endpoint, session.signal, (client) =>
        receive(context, session, endpoint, client, scratch),
      );
      return await importContent(context, session, received);
    } finally {
      scratch.close();
    }
  });
}

async function checkIsFile(option: string, path: string): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    throw usageError(`${option}: ${error instanceof Error ? error.message : String(error)}`);
  });
  if (!found.isFile()) throw usageError(`${option}: ${path} is no file`);
}

/** Nothing is written where conditions are not honoured: two could make a database in one place. */
async function checkStore({ home, parts, store, signal }: ToolSession): Promise<void> {
  if (home !== '') throw usageError('an import makes a database of its own', 'give a place that is no branch');
  const probing = probeObjectStore(store, (length) => parts.random.bytes(length));
  const verdict = await unlessAborted(probing, signal);
  if (verdict.kind === 'ok') return;
  const exitCode = verdict.kind === 'unavailable' ? exitCodes.unreachable : exitCodes.failed;
  throw new CliError(exitCode, verdict.message, verdict.hint);
}

interface Received {
  readonly content: ImportContent;
  /** Undefined: nothing is. */
  readonly lost: string | undefined;
}

async function receive(
  context: CommandContext,
  session: ToolSession,
  endpoint: EtcdEndpoint,
  client: EtcdClient,
  scratch: ScratchFile,
): Promise<Received> {
  const given = await receiveSnapshot(client, (blob) => scratch.append(blob), session.log);
  if (!given) {
    const lost = 'history before this revision, users and roles, and the order of writes within one transaction';
    context.tell(`t4: ${endpoint.url} gives this user no snapshot: keys are read one by one. What is lost: ${lost}\n`);
    return { content: await receiveRange(client, scratch, session.log), lost };
  }
  const content = await contentOfFile(context, session, `the snapshot of ${endpoint.url}`, scratch.source(), false);
  return { content: { ...content, expected: await hashOf(client, content) }, lost: undefined };
}

/** Of the etcd that gave the snapshot; undefined: this user is not told, or it has been compacted since. */
async function hashOf(
  client: EtcdClient,
  { versions }: Pick<ImportContent, 'versions'>,
): Promise<ExpectedHash | undefined> {
  const revision = versions.at(-1)?.modRevision;
  if (revision === undefined) return undefined;
  try {
    const path = '/etcdserverpb.Maintenance/HashKV';
    const answer = await client.call(path, HashKVRequest, HashKVResponse, { revision: BigInt(revision) });
    return { hash: answer.hash, revision, compactRevision: Math.max(0, Number(answer.compactRevision)) };
  } catch (error) {
    if (isServiceError(error)) return undefined;
    throw error;
  }
}

async function contentOfFile(
  context: CommandContext,
  { log, signal }: ToolSession,
  name: string,
  source: FileSource,
  skipHashCheck: boolean,
): Promise<Omit<ImportContent, 'expected'>> {
  try {
    if (hasHash(source) && !skipHashCheck) {
      await checkHash(source, (bytes, of) => log('info', 'checking the hash', { bytes, of }), signal);
    } else {
      const why = hasHash(source) ? 'its hash is not checked' : 'it ends with no hash';
      context.tell(`t4: ${name}: ${why}: nothing vouches for the values in it\n`);
    }
    return await importContentOf(databaseIn(source), (versions) => log('info', 'reading', { versions }), signal);
  } catch (error) {
    if (!(error instanceof SnapshotDamage)) throw error;
    throw new CliError(exitCodes.failed, `${name}: ${error.message}`, 'nothing was written', error);
  }
}

async function importContent(context: CommandContext, session: ToolSession, received: Received): Promise<ExitCode> {
  const imported = await session.run((core) => importDatabase(core, received.content));
  switch (imported.kind) {
    case 'imported':
      context.out(
        context.json ? jsonText(fieldsOf(imported, received)) : textOf(imported, received, session.description),
      );
      return exitCodes.ok;
    case 'occupied': {
      const problem = `there is a database already in ${session.description}: ${imported.key}`;
      throw new CliError(exitCodes.failed, problem, 'an import makes a new one: give another prefix or folder');
    }
    case 'differs': {
      const { revision, hash, expected } = imported;
      const problem = `what was read has hash ${hash} at revision ${revision}, but the etcd says ${expected}`;
      throw new CliError(exitCodes.failed, problem, 'no database was made; is that member damaged? try another one');
    }
  }
}

type Done = Extract<Imported, { readonly kind: 'imported' }>;

function fieldsOf({ kind: _, databaseId, ...fields }: Done, { lost }: Received): object {
  return { databaseId: hexOf(databaseId), ...fields, lost: lost ?? null };
}

function textOf(done: Done, { lost }: Received, store: string): string {
  const { revision, compactRevision, keys, versions, leases, leasesMissing, users, roles, hash, isCompared } = done;
  const compacted = compactRevision === 0 ? '' : `, compacted at ${compactRevision}`;
  const counts = `${keys} keys in ${versions} versions, ${leases} leases, ${users} users, ${roles} roles`;
  const same = isCompared ? ', as the etcd has it' : '';
  return [
    `imported revision ${revision}${compacted}: ${counts}`,
    `    hash at revision ${revision}: ${hash}${same}`,
    `    ${done.objects} objects, ${formatSize(done.bytes)}, in ${store}`,
    ...(leasesMissing === 0 ? [] : [`    ${leasesMissing} leases were missing, and never expire: t4 kept their keys`]),
    ...(lost === undefined ? [] : [`    lost: ${lost}`]),
    '',
  ].join('\n');
}
