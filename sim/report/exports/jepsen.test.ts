import { describe, expect, it } from 'vitest';
import { EdnKeyword, readEdn } from '../../../test/support/edn.ts';
import type { EdnValue } from '../../../test/support/edn.ts';
import { busyRun, lostWriteRun } from '../../../test/support/simulated-run.ts';
import type { RunResult } from '../../types/result.ts';
import { toJepsenEdn } from './jepsen.ts';

type Operation = Map<string, EdnValue>;

function read(result: RunResult): Operation[] {
  return readEdn(toJepsenEdn(result)).map((value) => {
    if (!(value instanceof Map)) throw new TypeError('a history is a sequence of maps');
    return value;
  });
}

const nameOf = (value: EdnValue | undefined): string =>
  value instanceof EdnKeyword ? value.name : `no keyword: ${String(value)}`;

/** What Jepsen's own checkers assume of a history: the first thing that is wrong with it. */
function illegality(history: readonly Operation[]): string | undefined {
  const open = new Map<number, Operation>();
  const retired = new Set<number>();
  let time = 0;
  for (const [index, operation] of history.entries()) {
    if (operation.get('index') !== index) return `index ${String(operation.get('index'))} at ${index}`;
    const now = operation.get('time');
    if (typeof now !== 'number' || !Number.isSafeInteger(now) || now < time) return `time at ${index}`;
    time = now;
    const type = nameOf(operation.get('type'));
    const process = operation.get('process');
    if (process instanceof EdnKeyword) {
      if (process.name !== 'nemesis' || type !== 'info') return `process at ${index}`;
      continue;
    }
    if (typeof process !== 'number') return `process at ${index}`;
    if (type === 'invoke') {
      if (open.has(process) || retired.has(process)) return `process ${process} is busy at ${index}`;
      open.set(process, operation);
      continue;
    }
    if (!['ok', 'fail', 'info'].includes(type)) return `type at ${index}`;
    const invocation = open.get(process);
    if (invocation === undefined) return `no invocation for ${index}`;
    if (nameOf(invocation.get('f')) !== nameOf(operation.get('f'))) return `another :f at ${index}`;
    if (invocation.get('call') !== operation.get('call')) return `another call at ${index}`;
    open.delete(process);
    if (type === 'info') retired.add(process);
  }
  return undefined;
}

describe('toJepsenEdn', () => {
  it('is a legal history for a second reader', () => {
    expect(illegality(read(lostWriteRun()))).toBeUndefined();
    expect(illegality(read(busyRun(1_000)))).toBeUndefined();
  });

  it('has every call, and every completion that there was', () => {
    const run = busyRun(300);
    const history = read(run);
    const count = (kind: string): number => run.history.filter((event) => event.kind === kind).length;
    const types = history.map((operation) => nameOf(operation.get('type')));
    expect(types.filter((type) => type === 'invoke')).toHaveLength(count('invoke'));
    expect(types.filter((type) => ['ok', 'fail', 'info'].includes(type))).toHaveLength(count('return'));
  });

  it('keeps byte strings, revisions, errors, faults and what a watch saw', () => {
    const history = read(lostWriteRun());
    const of = (call: string, type: string): Operation =>
      history.find((operation) => operation.get('call') === call && nameOf(operation.get('type')) === type)!;
    expect(of('o6#1', 'invoke').get('value')).toEqual(
      new Map<string, EdnValue>([
        ['kind', 'put'],
        ['key', '\xc3\xa9\x00'],
        ['value', 'x'],
      ]),
    );
    expect(of('o3#1', 'ok').get('revision')).toBe(3);
    expect(of('o6#1', 'fail').get('error')).toEqual(['unavailable', 'etcdserver: no leader']);
    expect(of('o4#1', 'info').get('error')).toBe('the connection broke');
    expect((of('w1~1', 'ok').get('value') as Operation).get('messages')).toHaveLength(1);
    expect(history.filter((operation) => operation.get('process') instanceof EdnKeyword)).toHaveLength(3);
    expect(
      history.some((operation) => operation.get('call') === 'o5#1' && nameOf(operation.get('type')) !== 'invoke'),
    ).toBe(false);
  });

  it('would be refused by that reader if two calls shared a process, or one were answered twice', () => {
    const shared = read(lostWriteRun()).map((operation) => new Map(operation).set('process', 0));
    expect(illegality(shared)).toMatch(/busy|process/);
    const history = read(busyRun(20));
    const answered = history.find((operation) => nameOf(operation.get('type')) === 'ok')!;
    const twice = [
      ...history,
      new Map(answered).set('index', history.length).set('time', history.at(-1)!.get('time')!),
    ];
    expect(illegality(twice)).toBe(`no invocation for ${history.length}`);
  });
});
