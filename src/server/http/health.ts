import type { AlarmKind } from '../../core/types/alarm.ts';
import type { StatusResponse } from '../../core/types/response.ts';
import type { Database, Resolved } from '../../host/database.ts';
import { healthCheckTimeoutMs } from '../limits.ts';
import { textType, type HttpAnswer, type HttpRoute } from './answer.ts';

/**
 * Whether this node is well, in etcd's forms: `/health` for all, `/livez` for who would restart it, `/readyz` for who would send it work.
 *
 * - A node that stands by is alive and not ready: restarting it helps nobody.
 * - Ready is proved by a linearizable read, the very thing that clients want.
 */
export interface HealthCounts {
  readonly successes: number;
  readonly failures: number;
  /** By kind of probe and name of check. */
  readonly checks: readonly HealthCheckCount[];
}

export interface HealthCheckCount {
  readonly probe: Probe;
  readonly name: string;
  readonly success: number;
  readonly error: number;
  readonly isWell: boolean;
}

export interface Health {
  /** By path. */
  readonly routes: ReadonlyMap<string, HttpRoute>;
  counts(): HealthCounts;
}

type Probe = 'livez' | 'readyz';

/** Rejects, or answers a text, when something is wrong. */
type Check = (database: Database, signal: AbortSignal) => Promise<string | undefined>;

/** By etcd's names. */
const probes: Readonly<Record<Probe, Readonly<Record<string, Check>>>> = {
  livez: { serializable_read: isAlive },
  readyz: {
    data_corruption: isWhole,
    serializable_read: isAlive,
    linearizable_read: readsNow,
    // There are no learners.
    non_learner: () => Promise.resolve(undefined),
  },
};

export function createHealth(database: Database): Health {
  const counted = new Map<string, { -readonly [Name in keyof HealthCheckCount]: HealthCheckCount[Name] }>();
  let successes = 0;
  let failures = 0;

  async function look(probe: Probe, name: string): Promise<{ readonly line: string; readonly isWell: boolean }> {
    const problem = await problemOf(probes[probe][name]!, database);
    const isWell = problem === undefined;
    const count = counted.get(`${probe} ${name}`) ?? { probe, name, success: 0, error: 0, isWell };
    counted.set(`${probe} ${name}`, count);
    count.isWell = isWell;
    if (isWell) count.success += 1;
    else count.error += 1;
    return { line: isWell ? `[+]${name} ok\n` : `[-]${name} failed: ${problem}\n`, isWell };
  }

  /** What fails is told in any case, what does not when it is asked for. */
  async function run(
    probe: Probe,
    names: readonly string[],
    { searchParams }: Pick<URL, 'searchParams'>,
  ): Promise<HttpAnswer> {
    const looks = [];
    for (const name of names) looks.push(await look(probe, name));
    const lines = looks.map(({ line }) => line).join('');
    if (looks.some(({ isWell }) => !isWell)) return { status: 503, type: textType, body: `${lines}\n` };
    return { status: 200, type: textType, body: searchParams.has('verbose') ? `${lines}ok\n` : 'ok\n' };
  }

  async function health({ searchParams }: Pick<URL, 'searchParams'>): Promise<HttpAnswer> {
    const isLocal = searchParams.get('serializable') === 'true';
    const reason = await reasonOf(database, new Set(searchParams.getAll('exclude')), isLocal);
    if (reason === '') successes += 1;
    else failures += 1;
    const body = JSON.stringify({ health: String(reason === ''), reason });
    return reason === '' ? { status: 200, type: textType, body } : { status: 503, type: textType, body: `${body}\n` };
  }

  const routes = new Map<string, HttpRoute>([['/health', health]]);
  for (const probe of ['livez', 'readyz'] as const) {
    const names = Object.keys(probes[probe]);
    routes.set(`/${probe}`, (target) => {
      const excluded = new Set(target.searchParams.getAll('exclude'));
      return run(
        probe,
        names.filter((name) => !excluded.has(name)),
        target,
      );
    });
    for (const name of names) routes.set(`/${probe}/${name}`, (target) => run(probe, [name], target));
  }
  return { routes, counts: () => ({ successes, failures, checks: [...counted.values()] }) };
}

const alarmNames: Readonly<Record<AlarmKind, string>> = { nospace: 'NOSPACE', corrupt: 'CORRUPT' };

/** In etcd's words; `''` when all is well. */
async function reasonOf(database: Database, excluded: ReadonlySet<string>, isLocal: boolean): Promise<string> {
  const alive = await problemOf(isAlive, database);
  if (alive !== undefined) return `RANGE ERROR:${alive}`;
  const { alarms, leader } = await statusOf(database);
  const alarm = alarms.map(({ alarm }) => alarmNames[alarm]).find((name) => !excluded.has(name));
  if (alarm !== undefined) return `ALARM ${alarm}`;
  if (isLocal) return '';
  if (leader === undefined) return 'RAFT NO LEADER';
  const problem = await problemOf(readsNow, database);
  return problem === undefined ? '' : `RANGE ERROR:${problem}`;
}

async function statusOf(database: Database, signal?: AbortSignal): Promise<Resolved<StatusResponse>> {
  return (await database.request<'status'>({ kind: 'status' }, signal)).response;
}

async function isAlive(database: Database, signal: AbortSignal): Promise<string | undefined> {
  const { role, problems } = await statusOf(database, signal);
  const isOver = role === 'failed' || role === 'stopped';
  return isOver ? [`the node has ${role}`, ...problems].join('; ') : undefined;
}

async function isWhole(database: Database, signal: AbortSignal): Promise<string | undefined> {
  const { alarms } = await statusOf(database, signal);
  return alarms.some(({ alarm }) => alarm === 'corrupt') ? 'alarm activated: CORRUPT' : undefined;
}

async function readsNow(database: Database, signal: AbortSignal): Promise<string | undefined> {
  await database.request<'range'>(
    {
      kind: 'range',
      key: '\0',
      rangeEnd: undefined,
      limit: 1,
      revision: 0,
      sortOrder: 'none',
      sortTarget: 'key',
      serializable: false,
      keysOnly: true,
      countOnly: false,
      minModRevision: 0,
      maxModRevision: 0,
      minCreateRevision: 0,
      maxCreateRevision: 0,
    },
    signal,
  );
  return undefined;
}

async function problemOf(check: Check, database: Database): Promise<string | undefined> {
  const signal = AbortSignal.timeout(healthCheckTimeoutMs);
  try {
    return await check(database, signal);
  } catch (error) {
    if (signal.aborted) return `no answer within ${healthCheckTimeoutMs} ms`;
    return error instanceof Error ? error.message : String(error);
  }
}
