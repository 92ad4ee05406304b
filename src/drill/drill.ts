import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createBranch, type BranchCreated } from '../core/branch/create-branch.ts';
import { deleteBranch } from '../core/branch/delete-branch.ts';
import type { Core } from '../core/core.ts';
import { followSuccessors } from '../core/restore/follow-successors.ts';
import type { Task } from '../core/task.ts';
import type { Cut, Manifest } from '../core/types/log.ts';
import { type NodeLog } from '../host/node.ts';
import { runTool, type ToolOptions } from '../host/run-tool.ts';
import { compareAt, type Compared, type Hash } from './compare.ts';
import { countRequests } from './count-requests.ts';
import { DrillFailure, failureOf } from './failure.ts';
import { sweepBranches, sweepFolders } from './leftovers.ts';
import { drillName } from './name.ts';
import { failureAfterReady, recoverNode } from './recover.ts';
import { logReference, type Reference } from './reference.ts';
import type { DrillReport, Leftover } from './report.ts';

/**
 * A rehearsal of a recovery: a branch of the live database, recovered by a real node on an empty folder, its state's hash held against the running
 * server's, or against what the log comes to. The branch and the folder are removed whatever happens.
 *
 * Invariants:
 * - The database itself is only read, but for the pin that every branch has.
 * - Nothing is `ok` that was not compared.
 */
export interface DrillOptions extends Pick<
  ToolOptions,
  'store' | 'home' | 'clock' | 'random' | 'digest' | 'compression'
> {
  /** Undefined: what the log comes to. */
  readonly server: Reference | undefined;
  readonly endpoint: string | undefined;
  /** Undefined: the newest. */
  readonly revision: number | undefined;
  /** Where the node's folder is made, and removed. */
  readonly folder: string;
  readonly limits: { readonly readyMs: number | undefined; readonly fullMs: number | undefined };
  /** After so long without a result the database counts as not recovered. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly log: NodeLog;
  /** One sentence about how far it is. */
  tell(text: string): void;
}

/** A revision that the server compacts away before it was compared with is given up for a newer one. */
const roundsMax = 3;
/** With durability `local` the newest revision is in the store only a while later. */
const uploadPatienceMs = 60_000;
const betweenLooksMs = 250;

export async function drill(options: DrillOptions): Promise<DrillReport> {
  const { clock, endpoint, limits } = options;
  const began = clock.now();
  const found: Found = { warnings: [], leftovers: [], seconds: {}, home: options.home };
  const counter = countRequests(options.store, 'prepare');
  const timeout = AbortSignal.timeout(options.timeoutMs);
  const signal = AbortSignal.any([options.signal, timeout]);
  const context: Context = { options: { ...options, store: counter.store }, found, signal, phase: counter.phase };
  let end: Pick<DrillReport, 'outcome' | 'reason'>;
  try {
    await sweep(context);
    found.home = await runner(context, options.home)(followSuccessors, signal);
    for (let round = 1; !(await rehearse(context)); round++) {
      const isLast = options.revision !== undefined || round === roundsMax;
      if (isLast) throw new DrillFailure('unknown', 'the server has compacted the revision that was to be compared');
    }
    end = judge(found, limits);
  } catch (error) {
    end = endOf(error, options.signal, timeout, options.timeoutMs);
  }
  const { compared, seconds, branch } = found;
  const secondsOf = (ms: number | undefined) => (ms === undefined ? null : Math.round(ms) / 1_000);
  return {
    format: 1,
    ...end,
    startedAt: new Date(began.wallMs).toISOString(),
    store: options.store.description,
    home: found.home,
    comparedWith: options.server === undefined ? 'log' : 'server',
    endpoint: endpoint ?? null,
    revision: found.revision ?? null,
    compactRevision: compared?.expected.compactRevision ?? null,
    hash: { expected: compared?.expected.hash ?? null, recovered: compared?.recovered.hash ?? null },
    keys: { expected: compared?.expected.keys ?? null, recovered: compared?.keys ?? null },
    versions: found.versions ?? null,
    seconds: {
      branch: secondsOf(seconds.branch),
      ready: secondsOf(seconds.ready),
      full: secondsOf(seconds.full),
      compare: secondsOf(seconds.compare),
      total: secondsOf(clock.now().monotonicMs - began.monotonicMs)!,
    },
    limits: { readySeconds: secondsOf(limits.readyMs), fullSeconds: secondsOf(limits.fullMs) },
    requests: counter.counts(),
    branch: branch ?? null,
    leftovers: found.leftovers,
    warnings: found.warnings,
  };
}

/** What is known so far, of the last round. */
interface Found {
  readonly warnings: string[];
  leftovers: readonly Leftover[];
  /** Where the database goes on, if it was rolled back. */
  home: string;
  readonly seconds: { branch?: number; ready?: number; full?: number; compare?: number };
  revision?: number;
  versions?: number;
  compared?: Compared;
  branch?: { name: string; removed: boolean };
}

interface Context {
  /** With the store that counts. */
  readonly options: DrillOptions;
  readonly found: Found;
  readonly signal: AbortSignal;
  phase(name: string): void;
}

/** Without a signal: to its end, whoever interrupts. */
function runner({ options }: Context, home: string) {
  const { store, clock, random, digest, compression, log } = options;
  const tool = { store, clock, random, digest, compression, log, home };
  return <Result>(task: (core: Core) => Task<Result>, signal?: AbortSignal): Promise<Result> =>
    runTool(signal === undefined ? tool : { ...tool, signal }, task);
}

async function sweep(context: Context): Promise<void> {
  const { options, found } = context;
  found.leftovers = await runner(context, '')(sweepBranches, context.signal);
  for (const { name, createdAt, removed } of found.leftovers) {
    const what = removed ? 'removed' : 'left alone: it may be at work. t4 branch delete removes it';
    options.tell(`the branch ${name} of another drill, made ${createdAt}, is ${what}`);
  }
  await sweepFolders(options.folder, options.clock.now().wallMs);
}

/** False: the revision cannot be compared any more. */
async function rehearse(context: Context): Promise<boolean> {
  const { options, found } = context;
  const { clock, random, tell } = options;
  const name = drillName(clock.now().wallMs, random.bytes(4));
  const folder = join(options.folder, name);
  context.phase('prepare');
  const asked = await askServer(context);
  if (asked?.kind === 'compacted') return false;
  try {
    const begunMs = clock.now().monotonicMs;
    found.branch = { name, removed: false };
    const cut: Cut = asked === undefined ? cutOf(options.revision) : { kind: 'revision', revision: asked.revision };
    const manifest = await branchOf(context, name, cut);
    if (manifest === undefined) return false;
    found.seconds.branch = clock.now().monotonicMs - begunMs;
    tell(`branch ${name} made${cut.kind === 'revision' ? ` at revision ${cut.revision}` : ''}`);
    await mkdir(folder, { recursive: true });
    return await recoverAndCompare(context, manifest, folder, asked);
  } finally {
    context.phase('remove');
    await remove(context, name);
    await rm(folder, { recursive: true, force: true });
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
): Promise<boolean> {
  const { options, found, signal } = context;
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
    found.seconds.ready = recovered.readyMs;
    found.seconds.full = recovered.readyMs;
    const { response: status } = await node.request<'status'>({ kind: 'status' }, signal);
    tell(`recovered: ${status.keys} keys, revision ${status.revision}, after ${recovered.readyMs.toFixed(0)} ms`);
    found.versions = status.versions;
    const reference = options.server ?? logReference(runner(context, found.home));
    const comparingMs = clock.now().monotonicMs;
    context.phase(reference.kind === 'log' ? 'log' : 'compare');
    const expected = asked ?? (await reference.hashAt(options.revision ?? status.revision, signal));
    if (expected.kind === 'compacted') return false;
    found.revision = expected.revision;
    const compared = await compareAt(node, reference, expected, signal);
    if (compared === undefined) return false;
    found.compared = compared;
    found.seconds.compare = clock.now().monotonicMs - comparingMs;
    return true;
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
    await runner(context, '')((core) => deleteBranch(core, name, true));
    found.branch = { name, removed: true };
    options.tell(`branch ${name} removed`);
  } catch (error) {
    options.tell(`branch ${name} could not be removed: ${error instanceof Error ? error.message : String(error)}`);
    options.tell(`t4 branch delete ${name} removes it, or a drill that is run a day later`);
  }
}

function judge({ compared, seconds, revision }: Found, limits: DrillOptions['limits']) {
  const { expected, recovered, keys } = compared!;
  if (expected.hash !== recovered.hash) {
    const hashes = `${hex(expected.hash)} was expected, ${hex(recovered.hash)} was recovered`;
    return { outcome: 'mismatch', reason: `another state at revision ${revision}: ${hashes}` } as const;
  }
  if (expected.keys !== undefined && expected.keys !== keys) {
    const reason = `another number of keys at revision ${revision}: ${expected.keys} were expected, ${keys} recovered`;
    return { outcome: 'mismatch', reason } as const;
  }
  const late: string[] = [];
  for (const name of ['ready', 'full'] as const) {
    const limit = limits[`${name}Ms`];
    const took = seconds[name]!;
    if (limit !== undefined && took > limit) late.push(`${name} after ${took.toFixed(0)} ms, allowed were ${limit}`);
  }
  return late.length === 0
    ? ({ outcome: 'ok', reason: null } as const)
    : ({ outcome: 'too-slow', reason: late.join('; ') } as const);
}

function endOf(error: unknown, interrupted: AbortSignal, timeout: AbortSignal, timeoutMs: number) {
  if (interrupted.aborted) return { outcome: 'unknown', reason: 'interrupted' } as const;
  if (timeout.aborted) {
    return { outcome: 'not-recovered', reason: `no result after ${timeoutMs / 1_000} s` } as const;
  }
  const failure = failureOf(error);
  if (failure === undefined) throw error;
  return { outcome: failure.outcome, reason: failure.message };
}

export function hex(hash: number): string {
  return hash.toString(16).padStart(8, '0');
}
