import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openServiceManager } from './service-manager.ts';

/** A `systemd-notify` that writes down what it is called with, and ends with `code`. */
function standIn(code = 0) {
  const folder = mkdtempSync(join(tmpdir(), 't4-notify-'));
  const calls = join(folder, 'calls');
  const program = join(folder, 'systemd-notify');
  writeFileSync(
    program,
    `#!/bin/sh\nprintf '%s|' "$NOTIFY_SOCKET" "$@" >> ${calls}\necho >> ${calls}\necho no luck >&2\nexit ${code}\n`,
  );
  chmodSync(program, 0o755);
  return { path: `${folder}:/usr/bin:/bin`, calls: () => readFileSync(calls, 'utf8') };
}

function logOf() {
  const lines: { readonly level: string; readonly fields: object; readonly message: string }[] = [];
  const at = (level: string) => (fields: object, message: string) => void lines.push({ level, fields, message });
  return { lines, log: { debug: at('debug'), info: at('info'), warn: at('warn') } as never };
}

describe('telling the service manager', () => {
  it('is for nobody where nobody asked', () => {
    const { log } = logOf();
    expect(openServiceManager({ environment: {}, log })).toBeUndefined();
    expect(openServiceManager({ environment: { NOTIFY_SOCKET: '' }, log })).toBeUndefined();
  });

  it('says one thing after the other, on one line each', async () => {
    const { path, calls } = standIn();
    const { log, lines } = logOf();
    const manager = openServiceManager({ environment: { NOTIFY_SOCKET: '@there', PATH: path }, log })!;
    manager.tell('standing by', 'a\nREADY=1 leads');
    await manager.settled();
    manager.tell('serving');
    await manager.settled();
    manager.tell('stopping');
    await manager.settled();
    expect(calls().split('\n')).toEqual([
      '@there|READY=1|STATUS=standing by: a READY=1 leads|',
      '@there|READY=1|STATUS=serving|',
      '@there|STOPPING=1|STATUS=stopping|',
      '',
    ]);
    expect(lines.map(({ level, message }) => `${level} ${message}`)).toEqual(
      Array(3).fill('info told the service manager'),
    );
  });

  it('asks for patience until there is something to say', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const { path, calls } = standIn();
    const { log, lines } = logOf();
    const manager = openServiceManager({ environment: { NOTIFY_SOCKET: '@there', PATH: path }, log })!;
    vi.advanceTimersByTime(30_000);
    manager.tell('serving');
    vi.advanceTimersByTime(300_000);
    await manager.settled();
    expect(calls()).toBe('@there|EXTEND_TIMEOUT_USEC=90000000|STATUS=starting|\n@there|READY=1|STATUS=serving|\n');
    expect(lines.map(({ level }) => level)).toEqual(['debug', 'info']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('says the last of what waits', async () => {
    const { path, calls } = standIn();
    const manager = openServiceManager({ environment: { NOTIFY_SOCKET: '@there', PATH: path }, log: logOf().log })!;
    for (const round of ['1', '2', '3']) manager.tell('standing by', round);
    manager.tell('stopping');
    await manager.settled();
    expect(calls()).toBe('@there|READY=1|STATUS=standing by: 1|\n@there|STOPPING=1|STATUS=stopping|\n');
  });

  it('warns when nobody could be told, and goes on', async () => {
    const { log, lines } = logOf();
    const failing = openServiceManager({ environment: { NOTIFY_SOCKET: '/gone', PATH: standIn(1).path }, log })!;
    failing.tell('serving');
    await failing.settled();
    failing.tell('stopping');
    await failing.settled();
    const missing = openServiceManager({ environment: { NOTIFY_SOCKET: '/gone', PATH: '/nowhere' }, log })!;
    missing.tell('serving');
    await missing.settled();
    expect(lines).toEqual([
      {
        level: 'warn',
        fields: { socket: '/gone', state: 'serving', problem: 'no luck' },
        message: 'the service manager could not be told',
      },
      expect.objectContaining({ level: 'debug', fields: { socket: '/gone', state: 'stopping', problem: 'no luck' } }),
      {
        level: 'warn',
        fields: {
          socket: '/gone',
          state: 'serving',
          problem: 'there is no systemd-notify in PATH',
          hint: expect.stringContaining('Type=simple') as string,
        },
        message: 'the service manager could not be told',
      },
    ]);
  });
});
