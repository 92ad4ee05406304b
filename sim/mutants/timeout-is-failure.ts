import * as original from '../../src/core/write/publish.ts';
import { slotKey } from '../../src/core/format/keys.ts';
import { readSegment } from '../../src/core/recover/read-segment.ts';
import { call } from '../../src/core/task.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/write/publish.ts';

export const mutant: Mutant = {
  name: 'timeout-is-failure',
  replaces: 'src/core/write/publish.ts',
  breaks: 'one log',
  description: 'Takes a PUT that timed out for one that was not done, and writes the same records into the next slot.',
};

export const publishSegment: typeof original.publishSegment = function* (core, identity, segment) {
  const key = slotKey(segment.slot);
  const result = yield* call({ kind: 'object-put', key, body: segment.bytes, condition: { kind: 'absent' } });
  if (result.kind === 'object-put' && result.outcome.kind === 'unknown') {
    const found = yield* readSegment(core, identity.databaseId, Math.max(1, segment.slot - 1));
    if (found !== undefined) return { kind: 'taken', by: found };
  }
  return yield* original.publishSegment(core, identity, segment);
};
