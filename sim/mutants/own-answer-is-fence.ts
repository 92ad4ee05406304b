import * as original from '../../src/core/write/publish.ts';
import { slotKey } from '../../src/core/format/keys.ts';
import { readSegment } from '../../src/core/recover/read-segment.ts';
import { call } from '../../src/core/task.ts';
import { equalBytes } from '../../src/core/types/bytes.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/write/publish.ts';

export const mutant: Mutant = {
  name: 'own-answer-is-fence',
  replaces: 'src/core/write/publish.ts',
  breaks: 'one log',
  description: "Reads its own segment, whose answer was lost, as somebody else's, and moves on to the next slot.",
};

export const publishSegment: typeof original.publishSegment = function* (core, identity, segment) {
  const key = slotKey(segment.slot);
  const result = yield* call({ kind: 'object-put', key, body: segment.bytes, condition: { kind: 'absent' } });
  if (result.kind === 'object-put' && result.outcome.kind === 'unknown') {
    const found = yield* readSegment(core, identity.databaseId, segment.slot);
    if (found !== undefined && equalBytes(found.hash, segment.hash)) return { kind: 'taken', by: found };
  }
  return yield* original.publishSegment(core, identity, segment);
};
