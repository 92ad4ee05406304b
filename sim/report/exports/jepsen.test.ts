import { describe, expect, it } from 'vitest';
import { EdnKeyword } from '../../../test/support/edn.ts';
import type { EdnValue } from '../../../test/support/edn.ts';
import { jepsenIllegality, nameOf, readJepsen } from '../../../test/support/legal-history.ts';
import type { JepsenOperation } from '../../../test/support/legal-history.ts';
import { busyRun, lostWriteRun } from '../../../test/support/simulated-run.ts';
import type { RunResult } from '../../types/result.ts';
import { toJepsenEdn } from './jepsen.ts';

const read = (result: RunResult): JepsenOperation[] => readJepsen(toJepsenEdn(result));

describe('toJepsenEdn', () => {
  it('is a legal history for a second reader', () => {
    expect(jepsenIllegality(read(lostWriteRun()))).toBeUndefined();
    expect(jepsenIllegality(read(busyRun(1_000)))).toBeUndefined();
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
    const of = (call: string, type: string): JepsenOperation =>
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
    expect((of('w1~1', 'ok').get('value') as JepsenOperation).get('messages')).toHaveLength(1);
    expect(history.filter((operation) => operation.get('process') instanceof EdnKeyword)).toHaveLength(3);
    expect(
      history.some((operation) => operation.get('call') === 'o5#1' && nameOf(operation.get('type')) !== 'invoke'),
    ).toBe(false);
  });

  it('would be refused by that reader if two calls shared a process, or one were answered twice', () => {
    const shared = read(lostWriteRun()).map((operation) => new Map(operation).set('process', 0));
    expect(jepsenIllegality(shared)).toMatch(/busy|process/);
    const history = read(busyRun(20));
    const answered = history.find((operation) => nameOf(operation.get('type')) === 'ok')!;
    const twice = [
      ...history,
      new Map(answered).set('index', history.length).set('time', history.at(-1)!.get('time')!),
    ];
    expect(jepsenIllegality(twice)).toBe(`no invocation for ${history.length}`);
  });
});
