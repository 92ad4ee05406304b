import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it, test } from 'vitest';
import { startT4, type Running } from './spawn-t4.ts';

/** Nodes that are started as a unit of `Type=notify` is: what they tell, to a socket of the kind that systemd has. */

interface Datagram {
  readonly text: string;
  /** Of whoever sent it, as the kernel says. */
  readonly process: number;
}

/** Takes datagrams as systemd does: it closes what comes with them, which is what `systemd-notify` waits for. */
const receiver = `
import json, os, socket, struct, sys
name = sys.argv[1]
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind('\\0' + name[1:] if name[0] == '@' else name)
receiver.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
print(json.dumps('bound'), flush=True)
while True:
    data, ancillary, _, _ = receiver.recvmsg(65536, 4096)
    process = 0
    for _, kind, value in ancillary:
        if kind == socket.SCM_CREDENTIALS: process = struct.unpack('3i', value)[0]
        if kind == socket.SCM_RIGHTS: os.close(struct.unpack('i', value[:4])[0])
    print(json.dumps({ 'text': data.decode(), 'process': process }), flush=True)
`;

const missing = ['python3', 'systemd-notify'].filter((name) => spawnSync(name, ['--version']).status !== 0);
const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** What comes, one after the other, without the messages that say that there was one. */
async function listenAt(socket: string): Promise<() => Promise<Datagram>> {
  const child = spawn('python3', ['-c', receiver, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('close', resolve));
  stops.push(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done === true) throw new Error('nobody listens any more');
      const datagram = JSON.parse(value) as Datagram;
      if (datagram.text !== 'BARRIER=1') return datagram;
    }
  };
  await next();
  return next;
}

function start(args: readonly string[], environment: Readonly<Record<string, string>>): Running {
  const running = startT4(args, environment);
  stops.push(async () => {
    running.child.kill('SIGKILL');
    await running.finished;
  });
  return running;
}

describe.skipIf(missing.length > 0)(`a service manager is told (missing: ${missing.join(', ') || 'nothing'})`, () => {
  it.each(['path', 'abstract'])('that clients are served, and that this ends: %s', async (kind) => {
    const folder = mkdtempSync(join(tmpdir(), 't4-manager-'));
    const socket = kind === 'path' ? join(folder, 'notify') : `@${folder}`;
    const next = await listenAt(socket);
    const node = start(['run', '--store', 'memory:', '--listen', '127.0.0.1:0'], { NOTIFY_SOCKET: socket });
    const ready = await next();
    expect(ready.text).toBe('READY=1\nSTATUS=serving');
    // Who may speak for others speaks as the node itself; a unit needs nothing more then.
    if (process.getuid?.() === 0) expect(ready.process).toBe(node.child.pid);
    node.child.kill('SIGTERM');
    let last = ready;
    // A machine that stood still may have had it lead anew.
    while (last.text === ready.text) last = await next();
    expect(last.text).toBe('STOPPING=1\nSTATUS=stopping');
    expect(await node.finished).toMatchObject({ code: 0 });
  });
});

test('a service manager that cannot be told is told of, and keeps nobody from serving', async () => {
  const environment = { NOTIFY_SOCKET: '/nowhere/at/all', PATH: '/nowhere' };
  const node = start(['run', '--store', 'memory:', '--listen', '127.0.0.1:0'], environment);
  expect(await node.logged('the service manager could not be told')).toMatchObject({
    level: 'warn',
    state: 'serving',
    problem: 'there is no systemd-notify in PATH',
  });
  node.child.kill('SIGTERM');
  expect(await node.finished).toMatchObject({ code: 0 });
});
