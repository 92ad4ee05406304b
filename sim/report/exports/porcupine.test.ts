import { describe, expect, it } from 'vitest';
import { porcupineIllegality, readPorcupine } from '../../../test/support/legal-history.ts';
import { busyRun, lostWriteRun } from '../../../test/support/simulated-run.ts';
import { toPorcupineJson } from './porcupine.ts';

const read = readPorcupine;

describe('toPorcupineJson', () => {
  it('is legal in shape', () => {
    expect(porcupineIllegality(read(toPorcupineJson(lostWriteRun())))).toBeUndefined();
    expect(porcupineIllegality(read(toPorcupineJson(busyRun(1_000))))).toBeUndefined();
  });

  it('lets what is unknown return after everything else', () => {
    const operations = read(toPorcupineJson(lostWriteRun()));
    const known = operations.filter(({ Output }) => Output.kind !== 'unknown');
    const unknown = operations.filter(({ Output }) => Output.kind === 'unknown');
    expect(unknown.map(({ Metadata }) => Metadata.call)).toEqual(['o4#1', 'o5#1']);
    expect(Math.min(...unknown.map(({ Return }) => Return))).toBeGreaterThan(
      Math.max(...known.map(({ Return }) => Return)),
    );
  });

  it('keeps the order of two events in one millisecond', () => {
    const history = lostWriteRun().history.map((event) => ({ ...event, atMs: 5 }));
    const operations = read(toPorcupineJson(lostWriteRun({ history })));
    const [first, third] = ['o1#1', 'o3#1'].map((call) => operations.find(({ Metadata }) => Metadata.call === call)!);
    expect(first!.Return).toBeLessThan(third!.Call);
  });

  it('would be refused in shape if clients were merged', () => {
    const merged = read(toPorcupineJson(busyRun(50))).map((operation) => ({ ...operation, ClientId: 0 }));
    expect(porcupineIllegality(merged)).toBe('client 0 does two things at a time');
  });
});
