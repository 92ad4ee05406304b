import { expect, test } from 'vitest';
import type { Alarms } from '../core/types/alarm.ts';
import { clientErrors } from '../core/types/error.ts';
import type { Request } from '../core/types/request.ts';
import { DatabaseError } from '../host/database.ts';
import type { Node } from '../host/node.ts';
import { compareAt, type Hash } from './compare.ts';
import type { Reference, ReferenceHash } from './reference.ts';

/** The hash of a state as far as this test goes: the compaction is all that it depends on. */
const hashUnder = (compactRevision: number) => 1_000 + compactRevision;

/** It compacts nothing as long as an alarm is raised. */
function nodeAt(compactRevision: number, asked: string[], alarms: Alarms = []): Node {
  let compacted = compactRevision;
  let raised = alarms;
  const request = async (wanted: Request) => {
    asked.push(wanted.kind);
    if (wanted.kind === 'status') return { response: { alarms: raised } };
    if (wanted.kind === 'alarm') {
      raised = raised.filter(({ memberId }) => memberId !== wanted.memberId);
      return { response: { alarms: [] } };
    }
    if (wanted.kind === 'compact') {
      if (raised.length > 0) throw new DatabaseError(clientErrors.corrupt);
      compacted = wanted.revision;
    }
    if (wanted.kind === 'range') return { response: { count: 7 } };
    return { response: { hash: hashUnder(compacted), hashRevision: 50, compactRevision: compacted } };
  };
  return { request } as unknown as Node;
}

function serverAt(...compactRevisions: readonly (number | 'compacted')[]): Reference & { readonly left: () => number } {
  const left = [...compactRevisions];
  const hashAt = async (revision: number): Promise<ReferenceHash> => {
    expect(revision).toBe(50);
    const next = left.shift()!;
    return next === 'compacted' ? { kind: 'compacted' } : hashed(next);
  };
  return { kind: 'server', hashAt, left: () => left.length };
}

function hashed(compactRevision: number): Hash {
  return { kind: 'hash', hash: hashUnder(compactRevision), revision: 50, compactRevision, keys: 7 };
}

const { signal } = new AbortController();

test('a compaction that the log does not have yet is made up for', async () => {
  const asked: string[] = [];
  expect(await compareAt(nodeAt(10, asked), serverAt(), hashed(30), signal)).toEqual({
    expected: hashed(30),
    recovered: expect.objectContaining({ hash: hashUnder(30), compactRevision: 30 }),
    keys: 7,
  });
  expect(asked).toEqual(['hash-kv', 'status', 'compact', 'hash-kv', 'range']);
});

test('the alarms under which its branch began do not stop it', async () => {
  const asked: string[] = [];
  const alarms = [1n, 2n].map((memberId) => ({ alarm: 'corrupt', memberId }) as const);
  await compareAt(nodeAt(10, asked, alarms), serverAt(), hashed(30), signal);
  expect(asked).toEqual(['hash-kv', 'status', 'alarm', 'alarm', 'compact', 'hash-kv', 'range']);
});

test('a compaction that came after the answer has the server asked again, as often as it takes', async () => {
  const asked: string[] = [];
  // It answers from before the compaction once more, and then from after a later one.
  const server = serverAt(20, 45);
  expect(await compareAt(nodeAt(40, asked), server, hashed(10), signal)).toMatchObject({ expected: hashed(45) });
  expect(server.left()).toBe(0);
  expect(asked).toEqual(['hash-kv', 'hash-kv', 'hash-kv', 'status', 'compact', 'hash-kv', 'range']);
});

test('a revision that is compacted away cannot be compared', async () => {
  expect(await compareAt(nodeAt(40, []), serverAt('compacted'), hashed(10), signal)).toBeUndefined();
});

test('a server that never comes to rest is given up', async () => {
  const never = serverAt(...Array.from({ length: 20 }, () => 10));
  await expect(compareAt(nodeAt(40, []), never, hashed(10), signal)).rejects.toMatchObject({ outcome: 'unknown' });
});

test('a recovered state that ends below the revision is another one', async () => {
  const request = () => Promise.reject(new DatabaseError(clientErrors.futureRevision));
  await expect(compareAt({ request } as unknown as Node, serverAt(), hashed(10), signal)).rejects.toMatchObject({
    outcome: 'mismatch',
    message: 'the recovered state ends below revision 50',
  });
});
