import type { Database } from '../../host/database.ts';
import { healthCheckTimeoutMs } from '../limits.ts';
import { jsonType, textType, type HttpAnswer, type HttpRoute } from './handler.ts';

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
  readonly probe: 'livez' | 'readyz';
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

/** A text says what is wrong. */
type Check = (signal: AbortSignal) => Promise<string | undefined>;

export function createHealth(database: Database): Health {
  const checks: Readonly<Record<'livez' | 'readyz', Readonly<Record<string, Check>>>> = {
    livez: { core: (signal) => coreAnswers(database, signal) },
    readyz: {
      leader: (signal) => leaderKnown(database, signal),
      linearizable_read: (signal) => readsNow(database, signal),
    },
  };
  const counted = new Map<string, { -readonly [Name in keyof HealthCheckCount]: HealthCheckCount[Name] }>();
  let successes = 0;
  let failures = 0;

  async function look(probe: 'livez' | 'readyz', name: string): Promise<string | undefined> {
    const problem = await within(checks[probe][name]!);
    const count = counted.get(`${probe} ${name}`) ?? { probe, name, success: 0, error: 0, isWell: true };
    counted.set(`${probe} ${name}`, count);
    count.isWell = problem === undefined;
    if (problem === undefined) count.success += 1;
    else count.error += 1;
    return problem;
  }

  async function probe(kind: 'livez' | 'readyz', url: URL): Promise<HttpAnswer> {
    const excluded = new Set(url.searchParams.getAll('exclude'));
    const lines: string[] = [];
    let isWell = true;
    for (const name of Object.keys(checks[kind])) {
      if (excluded.has(name)) {
        lines.push(`[+]${name} excluded: ok`);
        continue;
      }
      const problem = await look(kind, name);
      if (problem !== undefined) isWell = false;
      lines.push(problem === undefined ? `[+]${name} ok` : `[-]${name} failed: ${problem}`);
    }
    const isVerbose = url.searchParams.has('verbose');
    if (isWell && !isVerbose) return { status: 200, type: textType, body: 'ok\n' };
    const last = `${kind} check ${isWell ? 'passed' : 'failed'}`;
    return { status: isWell ? 200 : 503, type: textType, body: `${[...lines, last].join('\n')}\n` };
  }

  async function health(url: URL): Promise<HttpAnswer> {
    const isLocal = url.searchParams.get('serializable') === 'true';
    const problem = isLocal
      ? await within(checks.livez['core']!)
      : ((await within(checks.readyz['leader']!)) ?? (await within(checks.readyz['linearizable_read']!)));
    if (problem === undefined) successes += 1;
    else failures += 1;
    const body = JSON.stringify({ health: String(problem === undefined), reason: problem ?? '' });
    return { status: problem === undefined ? 200 : 503, type: jsonType, body };
  }

  const routes = new Map<string, HttpRoute>([
    ['/health', health],
    ['/livez', (url) => probe('livez', url)],
    ['/readyz', (url) => probe('readyz', url)],
  ]);
  for (const kind of ['livez', 'readyz'] as const) {
    for (const name of Object.keys(checks[kind])) {
      routes.set(`/${kind}/${name}`, async () => {
        const problem = await look(kind, name);
        const body = problem === undefined ? 'ok\n' : `[-]${name} failed: ${problem}\n`;
        return { status: problem === undefined ? 200 : 503, type: textType, body };
      });
    }
  }
  return { routes, counts: () => ({ successes, failures, checks: [...counted.values()] }) };
}

async function coreAnswers(database: Database, signal: AbortSignal): Promise<string | undefined> {
  const { response } = await database.request<'status'>({ kind: 'status' }, signal);
  const isOver = response.role === 'failed' || response.role === 'stopped';
  return isOver ? [`the node has ${response.role}`, ...response.problems].join('; ') : undefined;
}

async function leaderKnown(database: Database, signal: AbortSignal): Promise<string | undefined> {
  const { response } = await database.request<'status'>({ kind: 'status' }, signal);
  return response.leader === undefined ? 'RAFT NO LEADER' : undefined;
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

async function within(check: Check): Promise<string | undefined> {
  const signal = AbortSignal.timeout(healthCheckTimeoutMs);
  try {
    return await check(signal);
  } catch (error) {
    if (signal.aborted) return `no answer within ${healthCheckTimeoutMs} ms`;
    return `RANGE ERROR:${error instanceof Error ? error.message : String(error)}`;
  }
}
