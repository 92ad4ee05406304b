/** Two nodes on one store, clients that know both, and what it takes to follow who leads. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { EtcdConnection } from '../support/etcd/connection.ts';
import { startWatcher, type Watcher } from '../support/etcd/watcher.ts';
import type { StoreUnderTest } from '../support/processes/store.ts';
import { startT4, type T4Process } from '../support/processes/t4.ts';
import type { Workplace } from '../support/processes/workplace.ts';
import { everything } from './verify.ts';

export function startNode(
  workplace: Workplace,
  store: StoreUnderTest,
  name: string,
  settings: Readonly<Record<string, string>>,
  flags: readonly string[] = [],
): T4Process {
  return startT4(workplace, {
    name,
    store: store.url,
    dataDir: workplace.path(`data-${name}`),
    environment: store.environment,
    settings,
    flags,
  });
}

/** Each writer stays with the endpoint that served it, and tries the next one when it does not. */
export function wander(connections: readonly EtcdConnection[]): (writer: number, failures: number) => EtcdConnection {
  const places = new Map<number, { index: number; failures: number }>();
  return (writer, failures) => {
    const place = places.get(writer) ?? { index: 0, failures: 0 };
    if (failures > place.failures) place.index += 1;
    place.failures = failures;
    places.set(writer, place);
    return connections[place.index % connections.length]!;
  };
}

/** Resolves when the node leads in an epoch after that one; says which. */
export async function leadsAfter(node: T4Process, epoch: number): Promise<number> {
  const line = await node.logs('role', ({ role, epoch: of }) => role === 'leader' && Number(of) > epoch);
  return Number(line['epoch']);
}

/** Resolves when the node stands by after having led in that epoch. */
export async function standsByAfter(node: T4Process, epoch: number): Promise<void> {
  await node.logs('no longer leader; standing by', (line) => line['epoch'] === epoch);
}

/** Resolves when the node says that the other one leads. */
export async function knowsLeader(asked: EtcdConnection, leader: EtcdConnection): Promise<void> {
  const { header } = await leader.status({}, statusTimeoutMs);
  for (;;) {
    const status = await asked.status({}, statusTimeoutMs);
    if (status.leader === header!.memberId && status.errors.length === 0) return;
    await sleep(pollMs);
  }
}

const statusTimeoutMs = 10_000;
const pollMs = 50;

export function watchAll(connection: () => EtcdConnection | undefined): readonly Watcher[] {
  return [
    startWatcher('all', everything, 1, connection),
    startWatcher('shared', { from: 'shared/', to: 'shared0' }, 1, connection),
  ];
}

export async function stopAll(watchers: readonly Watcher[]): Promise<void> {
  await Promise.all(watchers.map((watcher) => watcher.stop()));
}
