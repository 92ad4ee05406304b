import { describe, expect, it } from 'vitest';
import { busyRun, lostWriteRun } from '../../../test/support/simulated-run.ts';
import { toPorcupineJson } from './porcupine.ts';

interface Operation {
  readonly ClientId: number;
  readonly Call: number;
  readonly Return: number;
  readonly Output: { readonly kind: string };
  readonly Metadata: { readonly call: string };
}

const read = (text: string): readonly Operation[] => (JSON.parse(text) as { operations: Operation[] }).operations;

/** What Porcupine assumes of its input: the first thing that is wrong with it. */
function illegality(operations: readonly Operation[]): string | undefined {
  const places = operations.flatMap(({ Call, Return }) => [Call, Return]);
  if (new Set(places).size !== places.length) return 'two events at one place in time';
  if (!places.every((place) => Number.isSafeInteger(place) && place >= 0)) return 'a place that is no int64';
  const latest = new Map<number, number>();
  for (const { ClientId, Call, Return } of operations.toSorted((left, right) => left.Call - right.Call)) {
    if (!Number.isSafeInteger(ClientId) || ClientId < 0) return 'a client that is no int';
    if (Return <= Call) return 'a return before its call';
    if (Call <= (latest.get(ClientId) ?? -1)) return `client ${ClientId} does two things at a time`;
    latest.set(ClientId, Return);
  }
  return undefined;
}

describe('toPorcupineJson', () => {
  it('is legal in shape', () => {
    expect(illegality(read(toPorcupineJson(lostWriteRun())))).toBeUndefined();
    expect(illegality(read(toPorcupineJson(busyRun(1_000))))).toBeUndefined();
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
    expect(illegality(merged)).toBe('client 0 does two things at a time');
  });
});
