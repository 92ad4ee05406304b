import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createBranch, type BranchCreated } from '../core/branch/create-branch.ts';
import { deleteBranch } from '../core/branch/delete-branch.ts';
import type { Cut, Manifest } from '../core/types/log.ts';
import type { NodeLog } from '../host/node.ts';
import { compareAt, type Compared, type Hash } from './compare.ts';
import { runner, type Context } from './context.ts';
import { DrillFailure } from './failure.ts';
import { drillName } from './name.ts';
import { failureAfterReady, recoverNode, untilFull } from './recover.ts';
import { logReference } from './reference.ts';
import { hex, type Took } from './verdict.ts';

/** One round: ask the server, make the branch, recover it, compare; and remove what was made. */

/** With durability `local` the newest revision is in the store only a while later. */
const uploadPatienceMs = 60_000;
const betweenLooksMs = 250;

export interface Rehearsed {
  readonly compared: Compared;
  readonly took: Took;
}

/** Undefined: the revision cannot be compared any more. */
export async function rehearse(context: Context): Promise<Rehearsed | undefined> {
  const { options, found } = context;
  const { clock, random, tell } = options;
  const name = drillName(clock.now().wallMs, random.bytes(4));
  const folder = join(options.folder, name);
  context.phase('prepare');
  const asked = await askServer(context);
  if (asked?.kind === 'compacted') return undefined;
  try {
    const begunMs = clock.now().monotonicMs;
    found.branch = { name, removed: false };
    const cut: Cut = asked === undefined ? cutOf(options.revision) : { kind: 'revision', revision: asked.revision };
    const manifest = await branchOf(context, name, cut);
    if (manifest === undefined) return undefined;
    found.round.branchMs = clock.now().monotonicMs - begunMs;
    tell(`branch ${name} made${cut.kind === 'revision' ? ` at revision ${cut.revision}` : ''}`);
    return await recoverAndCompare(context, manifest, folder, asked);
  } finally {
    context.phase('remove');
    await remove(context, name);
    await rm(folder, { recursive: true, force: true }).catch((error: unknown) =>
      tell(`the folder ${folder} could not be removed: ${messageOf(error)}`),
    );
  }
}

/** Undefined: there is none to ask. */
async function askServer({ options: { server, endpoint, revision, tell }, signal }: Context) {
  if (server === undefined) return undefined;
  tell(`asking the server on ${endpoint} for the hash of its state`);
  const asked = await server.hashAt(revision ?? 0, signal);
  if (asked.kind === 'hash') tell(`the server's hash at revision ${asked.revision} is ${hex(asked.hash)}`);
  return asked;
}

function cutOf(revision: number | undefined): Cut {
  return revision === undefined ? { kind: 'end' } : { kind: 'revision', revision };
}

/** Undefined: the store keeps nothing that goes back so far. */
async function branchOf(context: Context, name: string, cut: Cut): Promise<Manifest | undefined> {
  const { options, signal } = context;
  const run = runner(context, context.found.home);
  const untilMs = options.clock.now().monotonicMs + uploadPatienceMs;
  for (;;) {
    const created: BranchCreated = await run((core) => createBranch(core, name, cut), signal);
    if (created.kind === 'created') return created.manifest;
    if (created.kind === 'compacted' && options.server !== undefined) return undefined;
    const isLate = options.server === undefined || options.clock.now().monotonicMs > untilMs;
    if (created.kind !== 'future' || isLate) throw new DrillFailure('unknown', whyNoBranch(created));
    await sleep(betweenLooksMs, undefined, { signal });
  }
}

function whyNoBranch(created: Exclude<BranchCreated, { readonly kind: 'created' }>): string {
  if (created.kind === 'name-taken') return 'the name of the branch is taken';
  if (created.kind === 'future') return `the log in the store ends at revision ${created.revision}`;
  return `what the store keeps begins with revision ${created.revision}`;
}

async function recoverAndCompare(
  context: Context,
  { home }: Manifest,
  folder: string,
  asked: Hash | undefined,
): Promise<Rehearsed | undefined> {
  const { options, found, signal } = context;
  const { round } = found;
  const { store, clock, random, digest, compression, tell } = options;
  const warn: NodeLog = (level, message, fields) => {
    if (level === 'warn' || level === 'error') found.warnings.push(`${message} ${JSON.stringify(fields, plain)}`);
    else options.log(level, message, fields);
  };
  context.phase('ready');
  const parts = { store, home, clock, random, digest, compression };
  const recovered = await recoverNode(parts, folder, warn, signal);
  const { node } = recovered;
  try {
    round.readyMs = recovered.readyMs;
    const { response: status } = await node.request<'status'>({ kind: 'status' }, signal);
    tell(`recovered: ${status.keys} keys, revision ${status.revision}, after ${recovered.readyMs.toFixed(0)} ms`);
    round.versions = status.versions;
    context.phase('full');
    const servingMs = clock.now().monotonicMs;
    await untilFull(node, signal);
    round.fullMs = recovered.readyMs + (clock.now().monotonicMs - servingMs);
    tell(`everything is local after ${round.fullMs.toFixed(0)} ms`);
    const reference = options.server ?? logReference(runner(context, found.home));
    const comparingMs = clock.now().monotonicMs;
    context.phase(reference.kind === 'log' ? 'log' : 'compare');
    const expected = asked ?? (await reference.hashAt(options.revision ?? status.revision, signal));
    if (expected.kind === 'compacted') return undefined;
    round.revision = expected.revision;
    const compared = await compareAt(node, reference, expected, signal);
    if (compared === undefined) return undefined;
    round.compared = compared;
    round.compareMs = clock.now().monotonicMs - comparingMs;
    return { compared, took: { ready: round.readyMs, full: round.fullMs } };
  } catch (error) {
    throw signal.aborted ? error : await failureAfterReady(node, error);
  } finally {
    await recovered.close();
  }
}

function plain(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

/** Also after an interruption. What cannot be removed now is removed by a later drill. */
async function remove(context: Context, name: string): Promise<void> {
  const { options, found } = context;
  try {
    const { kind } = await runner(context, '')((core) => deleteBranch(core, name, true));
    found.branch = kind === 'missing' ? undefined : { name, removed: true };
    if (kind === 'missing') return;
    options.tell(`branch ${name} removed`);
  } catch (error) {
    options.tell(`branch ${name} could not be removed: ${messageOf(error)}`);
    options.tell(`t4 branch delete ${name} removes it, or a drill that is run a day later`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
