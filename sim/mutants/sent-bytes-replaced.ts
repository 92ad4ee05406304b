import * as original from '../../src/core/write/publish.ts';
import { drawId } from '../../src/core/core.ts';
import { slotKey } from '../../src/core/format/keys.ts';
import { decodeSegment, encodeSegment } from '../../src/core/format/segment.ts';
import { readSegment } from '../../src/core/recover/read-segment.ts';
import { settledPut } from '../../src/core/store/objects.ts';
import { call } from '../../src/core/task.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/write/publish.ts';

export const mutant: Mutant = {
  name: 'sent-bytes-replaced',
  replaces: 'src/core/write/publish.ts',
  breaks: 'one live epoch',
  description: 'After a timeout it seals the segment anew and sends other bytes for the same slot.',
};

export const publishSegment: typeof original.publishSegment = function* (core, identity, segment) {
  const key = slotKey(segment.slot);
  const result = yield* call({ kind: 'object-put', key, body: segment.bytes, condition: { kind: 'absent' } });
  if (result.kind !== 'object-put' || result.outcome.kind !== 'unknown') {
    return yield* original.publishSegment(core, identity, segment);
  }
  const decoded = decodeSegment(key, segment.bytes, core.digest);
  if (decoded.kind === 'damaged') return yield* original.publishSegment(core, identity, segment);
  const bytes = encodeSegment(
    { ...decoded.value.header, nonce: drawId(core) },
    decoded.value.frames.map((frame) => frame.bytes),
    core.digest,
  );
  const put = yield* settledPut(core, key, bytes, { kind: 'absent' });
  if (put.kind === 'ours') return { kind: 'filled' };
  const found = yield* readSegment(core, identity.databaseId, segment.slot);
  return found?.header.epoch === identity.epoch
    ? { kind: 'filled' }
    : yield* original.publishSegment(core, identity, segment);
};
