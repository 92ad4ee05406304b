import { describe, expect, it } from 'vitest';
import { createMemoryDisk } from '../../src/adapters/memory-disk.ts';
import { createMemoryLocalStore } from '../../src/adapters/memory-local-store.ts';
import { openObjectStore } from '../../src/adapters/open-store.ts';
import type { ProbeVerdict } from '../../src/adapters/store-probe.ts';
import { createLog } from '../../src/cli/log.ts';
import { resolveSettings } from '../../src/cli/resolve-settings.ts';
import { serve } from '../../src/cli/serve.ts';
import type { ServeParts } from '../../src/cli/serve/parts.ts';
import { probePauseMs } from '../../src/cli/serve/probe-until-clear.ts';
import type { ServiceManager } from '../../src/cli/service-manager/service-manager.ts';
import type { Node } from '../../src/host/node.ts';

/** A world that notes, in order, what is done to it. */
function world(
  changes: Partial<ServeParts> & {
    readonly node?: Partial<Node>;
    readonly flags?: Record<string, string>;
    readonly isManaged?: true;
  } = {},
) {
  const steps: string[] = [];
  const lines: Record<string, unknown>[] = [];
  const stop = new AbortController();
  const node = {
    stopped: new Promise(() => undefined),
    role: () => 'leader',
    onRole: () => undefined,
    whenReady: () => Promise.resolve(),
    request: () => Promise.resolve({ response: { revision: 7, epoch: 2 } }),
    close: async () => void steps.push('close node'),
    ...changes.node,
  } as unknown as Node;
  const parts: ServeParts = {
    clock: { now: () => ({ monotonicMs: 0, wallMs: 0 }), schedule: () => () => undefined },
    async openStore({ location }) {
      steps.push(`open store ${location.kind}`);
      const store = await openObjectStore('memory:');
      return { store: { ...store, close: async () => void steps.push('close store') }, root: location, home: '' };
    },
    probe: async () => ({ kind: 'ok' }),
    async openLocal(path) {
      steps.push(`open local ${path ?? 'memory'}`);
      return {
        localStore: createMemoryLocalStore(),
        disk: createMemoryDisk(),
        memberId: 0x1234n,
        reports: ['something to know'],
        close: async () => void steps.push('close local'),
      };
    },
    async reservePort() {
      steps.push('reserve 4711');
      return { port: 4711, release: async () => void steps.push('release 4711') };
    },
    startNode({ name, clientUrls }) {
      steps.push(`start node ${name} ${clientUrls.join(' ')}`);
      return node;
    },
    async startServer({ listen }) {
      steps.push(`listen ${listen.join(' ')}`);
      return {
        addresses: listen,
        routes: () => undefined,
        forgetTokens: () => void steps.push('forget tokens'),
        stop: async (graceMs) => void steps.push(`stop server ${graceMs}`),
      };
    },
    async startHttp({ listen }) {
      steps.push(`serve metrics ${listen.map(({ port }) => port).join(' ')}`);
      return { addresses: listen, stop: async () => void steps.push('stop metrics') };
    },
    // The bound on closing is no step of its own: here it is over at once, so only what never ends runs into it.
    sleep: async (milliseconds) => void (milliseconds === probePauseMs && steps.push('sleep')),
    ...changes,
  };
  const flags = new Map(Object.entries({ store: 'memory:', ...changes.flags }).map(([name, value]) => [name, [value]]));
  const settings = resolveSettings({ command: 'run', flags: flags as never, environment: {}, file: undefined });
  const log = createLog(
    { level: 'debug', format: 'json', colors: false },
    { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) },
  );
  const manager: ServiceManager = {
    tell: (state, more = '') => void steps.push(`tell ${state} ${more}`.trimEnd()),
    settled: async () => undefined,
  };
  const told = changes.isManaged === true ? { manager } : {};
  const done = serve({ settings, version: '0', log, stop: stop.signal, ...told }, parts);
  done.catch(() => undefined);
  const logged = async (message: string): Promise<Record<string, unknown>> => {
    for (;;) {
      const line = lines.find((candidate) => candidate['message'] === message);
      if (line !== undefined) return line;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { steps, lines, stop, done, logged };
}

const opening = [
  'open store memory',
  'open local memory',
  'start node node-00000000 http://127.0.0.1:2379',
  'listen 127.0.0.1:2379',
];
const closing = ['stop server 5000', 'close node', 'close local', 'close store'];

describe('serving', () => {
  it('opens in order, tells when it is ready, and closes what it opened, last first', async () => {
    const { steps, stop, done, logged } = world();
    expect(await logged('ready to serve client requests')).toMatchObject({
      addresses: ['127.0.0.1:2379'],
      store: 'memory:',
      durability: 'object',
      revision: 7,
      epoch: 2,
    });
    expect(await logged('something to know')).toMatchObject({ level: 'warn' });
    expect(steps).toEqual(opening);
    stop.abort('SIGTERM');
    expect(await done).toBe(0);
    expect(steps).toEqual([...opening, ...closing]);
  });

  it('gives the node the port it will have', async () => {
    const { steps, stop, done, logged } = world({ flags: { listen: '127.0.0.1:0', 'node-id': 'me' } });
    await logged('listening');
    stop.abort();
    await done;
    expect(steps.slice(2, 6)).toEqual([
      'reserve 4711',
      'start node me http://127.0.0.1:4711',
      'release 4711',
      'listen 127.0.0.1:4711',
    ]);
  });

  it('keeps a data folder beside a store in memory only where asked to', async () => {
    const { steps, stop, done, logged } = world({ flags: { 'data-dir': '/some/where' } });
    await logged('listening');
    stop.abort();
    await done;
    expect(steps).toContain('open local /some/where');
  });

  it('fails with the words of the node when that fails, after closing everything', async () => {
    const stopped = Promise.resolve({ failure: 'log/7 is damaged' });
    const { steps, done } = world({ node: { stopped } });
    await expect(done).rejects.toMatchObject({ message: 'the node stopped: log/7 is damaged', exitCode: 1 });
    expect(steps.slice(-4)).toEqual(closing);
  });

  it('closes the store and the folder when the port is taken', async () => {
    const { steps, done } = world({ startServer: () => Promise.reject(new Error('cannot listen')) });
    await expect(done).rejects.toThrow('cannot listen');
    expect(steps.slice(-3)).toEqual(['close node', 'close local', 'close store']);
  });

  it('does not wait for a lead that cannot be given back', async () => {
    const { steps, stop, done, logged } = world({ node: { close: () => new Promise(() => undefined) } });
    await logged('listening');
    stop.abort();
    expect(await done).toBe(0);
    expect(await logged('could not close in good order')).toMatchObject({ level: 'warn' });
    expect(steps.slice(-3)).toEqual(['stop server 5000', 'close local', 'close store']);
  });
});

describe('a store at start', () => {
  const problem = { code: 'ECONNREFUSED', message: 'refused', permanent: false };
  const unavailable: ProbeVerdict = { kind: 'unavailable', message: 'no answer', hint: 'look', problem };

  it('that does not answer is asked again', async () => {
    const verdicts: ProbeVerdict[] = [unavailable, unavailable, { kind: 'ok' }];
    const { steps, stop, done, logged } = world({ probe: async () => verdicts.shift()! });
    await logged('listening');
    stop.abort();
    expect(await done).toBe(0);
    expect(steps.filter((step) => step === 'sleep')).toHaveLength(2);
  });

  it.each<[string, ProbeVerdict, number]>([
    ['never answers', unavailable, 9],
    ['says no for good', { ...unavailable, problem: { ...problem, permanent: true } }, 0],
    ['ignores conditions', { kind: 'conditions-ignored', condition: 'match', message: 'no answer', hint: 'look' }, 0],
  ])('that %s is refused before anything else is touched', async (_, verdict, sleeps) => {
    const { steps, done } = world({ probe: async () => verdict });
    await expect(done).rejects.toMatchObject({ message: 'no answer', hint: 'look', exitCode: 1 });
    expect(steps).toEqual(['open store memory', ...Array<string>(sleeps).fill('sleep'), 'close store']);
  });

  it('that keeps a request waiting does not keep a stop waiting', async () => {
    const { stop, done, steps } = world({ probe: () => new Promise(() => undefined) });
    stop.abort();
    expect(await done).toBe(0);
    expect(steps).toEqual(['open store memory', 'close store']);
  });

  it('is left alone once a stop is asked for', async () => {
    const { stop, done, steps } = world({
      probe: async () => {
        stop.abort();
        return unavailable;
      },
      sleep: async (_, signal) => signal.throwIfAborted(),
    });
    expect(await done).toBe(0);
    expect(steps).toEqual(['open store memory', 'close store']);
  });
});

describe('a server that other machines reach', () => {
  const warning = 'authentication is not enabled: whoever reaches the address can read and write everything';
  const flags = {
    listen: '0.0.0.0:4711',
    'allow-insecure-listen': 'true',
    'advertise-client-urls': 'http://a.example:4711',
  };
  const withAuth = (enabled: boolean) => ({
    request: (() => Promise.resolve({ response: { revision: 7, epoch: 2, enabled } })) as unknown as Node['request'],
  });

  it('says so when everybody may do everything', async () => {
    const { done, stop, logged } = world({ flags, node: withAuth(false) });
    expect(await logged(warning)).toMatchObject({ level: 'warn' });
    stop.abort();
    await done;
  });

  it.each([
    ['users are told apart', flags, true],
    ['nobody else reaches it', { listen: '127.0.0.1:4711' }, false],
  ] as const)('says nothing when %s', async (_what, given, enabled) => {
    const { done, stop, logged, lines } = world({ flags: given, node: withAuth(enabled) });
    await logged('ready to serve client requests');
    await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    await done;
    expect(lines.map(({ message }) => message)).not.toContain(warning);
  });
});

it('tokens end with the lead', async () => {
  const listeners: Parameters<Node['onRole']>[0][] = [];
  const onRole: Node['onRole'] = (listener) => void listeners.push(listener);
  const tell = (role: 'leader' | 'standby') => {
    for (const listener of listeners) listener(role);
  };
  const { steps, done, stop, logged } = world({ node: { onRole } });
  await logged('listening');
  tell('leader');
  expect(steps).not.toContain('forget tokens');
  tell('standby');
  expect(steps).toContain('forget tokens');
  stop.abort();
  await done;
});

it('whoever started it is told that it stands by, for whom, and that it serves', async () => {
  const listeners: (() => void)[] = [];
  let role: 'standby' | 'leader' = 'standby';
  let monotonicMs = 0;
  const leader = { name: 'one', memberId: 1n, clientUrls: ['http://one:2379'] };
  const status = { revision: 7, epoch: 2, leader, self: { ...leader, memberId: 2n } };
  const { steps, done, stop, logged } = world({
    isManaged: true,
    clock: { now: () => ({ monotonicMs, wallMs: 0 }), schedule: () => () => undefined },
    sleep: async (milliseconds, signal) => {
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
      monotonicMs += milliseconds;
    },
    node: {
      role: () => role,
      onRole: (listener) => void listeners.push(() => listener(role)),
      whenReady: () => new Promise(() => undefined),
      request: () => Promise.resolve({ response: status }) as never,
    },
  });
  expect(await logged('standing by: another node serves clients')).toMatchObject({
    level: 'info',
    addresses: ['127.0.0.1:2379'],
    leader: 'one',
    clientUrls: ['http://one:2379'],
  });
  role = 'leader';
  for (const listener of listeners) listener();
  stop.abort('SIGTERM');
  await done;
  const told = ['tell standing by one serves clients', 'tell serving'];
  expect(steps.filter((step) => step.startsWith('tell'))).toEqual(told);
});
