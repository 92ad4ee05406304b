import type { ByteString } from '../types/bytes.ts';
import type { ChunkReference } from '../types/log.ts';

/**
 * A checkpoint's chunks as what is changed or unchanged together: a chunk and those that continue it. Between them, the units hold every key
 * there is: the first one, which has no chunk, those below the first chunk, the last one all from its first key on.
 */
export interface Unit {
  readonly firstKey: ByteString;
  /** Where the next one begins; undefined: nothing follows. */
  readonly before: ByteString | undefined;
  readonly references: readonly ChunkReference[];
  readonly versions: number;
}

export function unitsOf(references: readonly ChunkReference[]): readonly Unit[] {
  const starts = references.flatMap(({ continues }, index) => (continues ? [] : [index]));
  const units: Unit[] = [{ firstKey: '', before: references[starts[0] ?? 0]?.firstKey, references: [], versions: 0 }];
  starts.forEach((start, index) => {
    const end = starts[index + 1] ?? references.length;
    const own = references.slice(start, end);
    units.push({
      firstKey: own[0]!.firstKey,
      before: references[end]?.firstKey,
      references: own,
      versions: own.reduce((sum, { versions }) => sum + versions, 0),
    });
  });
  return units;
}
