import { expect, test } from 'vitest';
import { shrink } from '../search/shrink.ts';
import { repairedSubject, subject } from './register-subject.ts';

const seedsMax = 100;

function firstFailing(): number {
  for (let seed = 1; seed <= seedsMax; seed++) {
    if (subject.run(subject.generate(seed)).verdict.kind !== 'ok') return seed;
  }
  throw new Error(`no seed up to ${seedsMax} fails`);
}

test("the register's bug is found, and shrinks to a write and a read, and runs again with the same hash", () => {
  const shrunk = shrink(subject, subject.generate(firstFailing()), 500)!;
  expect(shrunk.result.verdict).toMatchObject({ kind: 'safety', guarantee: 'register reads' });
  const kinds = shrunk.scenario.operations.map(({ action }) => action.kind === 'request' && action.request.kind);
  expect(kinds.map(String).sort((left, right) => left.localeCompare(right))).toEqual(['read', 'write']);
  expect(shrunk.scenario.faults.length).toBeLessThanOrEqual(1);
  const copy = JSON.parse(JSON.stringify(shrunk.scenario)) as typeof shrunk.scenario;
  expect(subject.run(copy).trace.hash).toBe(shrunk.result.trace.hash);
});

test('the repaired register passes where the other one fails', () => {
  const seed = firstFailing();
  expect(repairedSubject.run(repairedSubject.generate(seed)).verdict).toEqual({ kind: 'ok' });
});
