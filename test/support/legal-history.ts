import { EdnKeyword, readEdn } from './edn.ts';
import type { EdnValue } from './edn.ts';

/** What checkers of others assume of the shape of a history, from their documentation; and readers that know nothing of who wrote it. */

export type JepsenOperation = Map<string, EdnValue>;

export function readJepsen(text: string): JepsenOperation[] {
  return readEdn(text).map((value) => {
    if (!(value instanceof Map)) throw new TypeError('a history is a sequence of maps');
    return value;
  });
}

export const nameOf = (value: EdnValue | undefined): string =>
  value instanceof EdnKeyword ? value.name : `no keyword: ${String(value)}`;

/** What Jepsen's own checkers assume of a history: the first thing that is wrong with it. */
export function jepsenIllegality(history: readonly JepsenOperation[]): string | undefined {
  const open = new Map<number, JepsenOperation>();
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

export interface PorcupineOperation {
  readonly ClientId: number;
  readonly Call: number;
  readonly Return: number;
  readonly Output: { readonly kind: string };
  readonly Metadata: { readonly call: string };
}

export const readPorcupine = (text: string): readonly PorcupineOperation[] =>
  (JSON.parse(text) as { operations: PorcupineOperation[] }).operations;

/** What Porcupine assumes of its input: the first thing that is wrong with it. */
export function porcupineIllegality(operations: readonly PorcupineOperation[]): string | undefined {
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
