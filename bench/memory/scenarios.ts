/** What is known to fill a server's memory, each on a server of its own. */
import type { Socket } from 'node:net';
import { openIdle, openUnread } from './raw-stream.ts';
import { fill, openWatchers, overwrite, readAll, type WatcherShape, watchRequest } from './load.ts';
import type { MeasuredServer } from './server.ts';

export interface Measured {
  readonly what: string;
  readonly beforeMiB: number;
  /** The most while it went on. */
  readonly mostMiB: number;
  /** What it was about, for the figures to mean something. */
  readonly detail: string;
}

const socketsAtOnce = 50;

export async function measureWatchers(
  server: MeasuredServer,
  shape: WatcherShape,
  writes: number,
): Promise<readonly Measured[]> {
  const count = shape.connections * shape.streams * shape.watchers;
  const what = `${figure(count)} watchers on ${figure(shape.connections * shape.streams)} streams`;
  const beforeMiB = await server.memoryMiB();
  const opened = Promise.withResolvers<Awaited<ReturnType<typeof openWatchers>>>();
  const openedMiB = await server.peakMiBDuring(async () => opened.resolve(await openWatchers(server.port, shape)));
  const watchers = await opened.promise;
  const mostMiB = await server.peakMiBDuring(async () => {
    await overwrite(server.port, writes, 256);
    while (watchers.events() < writes * count) await new Promise((resolve) => setTimeout(resolve, 20));
  });
  watchers.close();
  return [
    { what, beforeMiB, mostMiB: openedMiB, detail: `${perOne(openedMiB - beforeMiB, count)} each` },
    { what: `${what}, events for all`, beforeMiB, mostMiB, detail: `${figure(writes * count)} events` },
  ];
}

/** The same writes thrice: nobody watches; a watcher grants nothing; a watcher grants everything and leaves it in its socket. */
export async function measureUnread(
  server: MeasuredServer,
  writes: number,
  valueBytes: number,
): Promise<readonly Measured[]> {
  const write = () => overwrite(server.port, writes, valueBytes);
  const detail = `${figure((writes * valueBytes) / 2 ** 20)} MiB written`;
  await write();
  const beforeMiB = await server.memoryMiB();
  const measured: Measured[] = [
    { what: 'nobody watches', beforeMiB, mostMiB: await server.peakMiBDuring(write), detail },
  ];
  for (const grant of ['narrow', 'wide'] as const) {
    const before = await server.memoryMiB();
    const socket = await openUnread(server.port, '/etcdserverpb.Watch/Watch', watchRequest, grant);
    const mostMiB = await server.peakMiBDuring(write);
    socket.destroy();
    const what = grant === 'narrow' ? 'a watch that grants nothing' : 'a watch that is left in its socket';
    measured.push({ what, beforeMiB: before, mostMiB, detail });
  }
  return measured;
}

export async function measureRanges(
  server: MeasuredServer,
  keys: number,
  valueBytes: number,
  atOnce: number,
): Promise<readonly Measured[]> {
  await fill(server.port, keys, valueBytes);
  const measured: Measured[] = [];
  const measure = async (what: string, method: 'Range' | 'RangeStream', count: number) => {
    const beforeMiB = await server.memoryMiB();
    let bytes = 0;
    const mostMiB = await server.peakMiBDuring(async () => {
      const answers = Array.from({ length: count }, () => readAll(server.port, method));
      for (const answer of await Promise.all(answers)) bytes = answer;
    });
    measured.push({ what, beforeMiB, mostMiB, detail: `${figure(bytes / 2 ** 20)} MiB each answer` });
  };
  await measure(`RangeStream of ${figure(keys)} keys`, 'RangeStream', 1);
  await measure(`Range of ${figure(keys)} keys`, 'Range', 1);
  await measure(`${atOnce} of them at once`, 'Range', atOnce);
  return measured;
}

export async function measureIdle(server: MeasuredServer, connections: number): Promise<readonly Measured[]> {
  const beforeMiB = await server.memoryMiB();
  const sockets: Socket[] = [];
  const mostMiB = await server.peakMiBDuring(async () => {
    while (sockets.length < connections) {
      const some = Math.min(socketsAtOnce, connections - sockets.length);
      sockets.push(...(await Promise.all(Array.from({ length: some }, () => openIdle(server.port)))));
    }
  });
  for (const socket of sockets) socket.destroy();
  const detail = `${perOne(mostMiB - beforeMiB, connections)} each`;
  return [{ what: `${figure(connections)} idle connections`, beforeMiB, mostMiB, detail }];
}

function perOne(mebibytes: number, count: number): string {
  return `${((mebibytes * 1024) / count).toFixed(1)} KiB`;
}

function figure(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}
