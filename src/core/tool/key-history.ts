import type { Core } from '../core.ts';
import type { Task } from '../task.ts';
import type { ByteString } from '../types/bytes.ts';
import type { Cut } from '../types/log.ts';
import type { Version } from '../types/version.ts';
import { copyOf } from './key-at.ts';
import { isWithin, spanOfKey } from './key-span.ts';
import { readingDatabase } from './read-database.ts';
import type { ContentReader } from './content-reader.ts';
import { readUpTo } from './read-up-to.ts';
import { versionsOfRecord } from './versions-of-record.ts';

/** `t4 history`: every version of one key that is kept anywhere: in the oldest checkpoint, and in the log after it. */
export interface KeyHistory {
  /** Ascending. */
  readonly versions: readonly HistoricVersion[];
  /** Of the whole database, at the end. */
  readonly revision: number;
  /** Below it nothing is known but what a checkpoint still holds. */
  readonly firstLogRevision: number;
}

export interface HistoricVersion {
  readonly version: Version;
  /** Undefined: it is older than the log that is kept. */
  readonly wallMs: number | undefined;
}

const end: Cut = { kind: 'end' };

export function* keyHistory(core: Core, key: ByteString, keepValues: boolean): Task<KeyHistory> {
  return yield* readingDatabase(core, function* (database) {
    const versions: HistoricVersion[] = [];
    const span = spanOfKey(key);
    let firstLogRevision = 0;
    const keep = (version: Version, wallMs: number | undefined): void => {
      versions.push({ version: keepValues ? copyOf(version) : { ...version, value: undefined }, wallMs });
    };
    const reader: ContentReader = {
      span,
      begin: () => (versions.length = 0),
      loaded: ({ revision }) => (firstLogRevision = revision + 1),
      skipped: () => undefined,
      version: (version) => keep(version, undefined),
      record(record, wallMs) {
        for (const version of versionsOfRecord(record, (candidate) => isWithin(span, candidate))) keep(version, wallMs);
      },
    };
    const read = yield* readUpTo(core, database, { from: end, to: end, order: 'oldest-first' }, reader);
    return { versions, revision: read.kind === 'read' ? read.position.revision : read.revision, firstLogRevision };
  });
}
