import type { Core } from '../core.ts';
import { onLineOf } from '../restore/line-at.ts';
import type { Task } from '../task.ts';
import type { ByteString } from '../types/bytes.ts';
import type { Cut } from '../types/log.ts';
import type { Version } from '../types/version.ts';
import { isWithin, spanOfKey } from './key-span.ts';
import { readingDatabase } from './read-database.ts';
import type { ContentReader } from './content-reader.ts';
import { upTo } from './reach.ts';
import { readUpTo, type ReadUpTo } from './read-up-to.ts';
import { versionsOfRecord } from './versions-of-record.ts';

/** `t4 cat`: one key as it was at a cut. Of a checkpoint only the page and the chunk that hold the key are read. */
export type KeyAt =
  | {
      readonly kind: 'found';
      /** Revision of the whole database at the cut. */
      readonly revision: number;
      readonly wallMs: number;
      /** Undefined: the key did not exist, nor is anything known of it. A tombstone: it was deleted. */
      readonly version: Version | undefined;
    }
  | Exclude<ReadUpTo, { readonly kind: 'read' }>;

export function* keyAt(core: Core, key: ByteString, cut: Cut): Task<KeyAt> {
  return (yield* onLineOf(core, cut, (line) => keyOnLine(line, key, cut))).answer;
}

function* keyOnLine(core: Core, key: ByteString, cut: Cut): Task<KeyAt> {
  return yield* readingDatabase(core, function* (database) {
    let newest: Version | undefined;
    const span = spanOfKey(key);
    const reader: ContentReader = {
      span,
      begin: () => (newest = undefined),
      loaded: () => undefined,
      skipped: () => undefined,
      version: (version) => (newest = copyOf(version)),
      record(record) {
        const last = versionsOfRecord(record, (candidate) => isWithin(span, candidate)).at(-1);
        if (last !== undefined) newest = copyOf(last);
      },
    };
    const read = yield* readUpTo(core, database, upTo(cut), reader);
    if (read.kind !== 'read') return read;
    return { kind: 'found', revision: read.position.revision, wallMs: read.wallMs, version: newest };
  });
}

/** With a value of its own: what it was read from is large. */
export function copyOf(version: Version): Version {
  return { ...version, value: version.value?.slice() };
}
