import { describe, expect, it } from 'vitest';
import { createLog, type LogOptions } from '../../src/cli/log.ts';

function linesOf(options: Partial<LogOptions>, write: (log: ReturnType<typeof createLog>) => void): readonly string[] {
  const lines: string[] = [];
  write(createLog({ level: 'info', format: 'json', colors: false, ...options }, { write: (line) => lines.push(line) }));
  return lines;
}

describe.each(['json', 'text'] as const)('%s lines', (format) => {
  it('hold the message and the fields, ids in hex', () => {
    const [line = ''] = linesOf({ format }, (log) => log.info({ memberId: 255n, negative: -1n, revision: 7 }, 'hello'));
    expect(line).toContain('hello');
    expect(line).toContain('"memberId":"ff"');
    expect(line).toContain('"negative":"ffffffffffffffff"');
    expect(line).toContain('"revision":7');
    expect(line.endsWith('\n')).toBe(true);
  });

  it('never hold a secret', () => {
    const secret = { secretAccessKey: 'hunter2', token: 'hunter2', password: 'hunter2' };
    const [line = ''] = linesOf({ format }, (log) =>
      log.info({ ...secret, inner: secret, deep: { inner: secret } }, 'x'),
    );
    expect(line).not.toContain('hunter2');
  });

  it('are one line even when a message has several', () => {
    const [line = ''] = linesOf({ format }, (log) => log.warn({ error: new Error('one\ntwo') }, 'bad'));
    expect(line.trimEnd()).not.toContain('\n');
  });

  it('start at the level asked for', () => {
    const write = (log: ReturnType<typeof createLog>): void => {
      log.debug('a');
      log.info('b');
      log.error('c');
    };
    expect(linesOf({ format, level: 'warn' }, write)).toHaveLength(1);
    expect(linesOf({ format, level: 'debug' }, write)).toHaveLength(3);
  });
});

it('JSON lines can be parsed, with time and level as words', () => {
  const [line = ''] = linesOf({}, (log) => log.warn({ slot: 1 }, 'late'));
  const parsed = JSON.parse(line) as Record<string, unknown>;
  expect(parsed).toMatchObject({ level: 'warn', message: 'late', slot: 1 });
  expect(Number.isNaN(Date.parse(String(parsed['time'])))).toBe(false);
});
