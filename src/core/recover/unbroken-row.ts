export interface UnbrokenRow<Segment> {
  readonly segments: readonly Segment[];
  /** The first slot that has not been read: it is empty, or it follows all that were read. */
  readonly nextSlot: number;
  /** `nextSlot` is empty. */
  readonly broken: boolean;
}

/** What may be replayed of a stretch of slots: the segments before the first empty one. Nothing behind a hole is ever applied. */
export function unbrokenRow<Segment>(firstSlot: number, read: readonly (Segment | undefined)[]): UnbrokenRow<Segment> {
  const segments: Segment[] = [];
  for (const segment of read) {
    if (segment === undefined) return { segments, nextSlot: firstSlot + segments.length, broken: true };
    segments.push(segment);
  }
  return { segments, nextSlot: firstSlot + segments.length, broken: false };
}
