import type * as original from '../../src/core/recover/unbroken-row.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/recover/unbroken-row.ts';

export const mutant: Mutant = {
  name: 'replay-over-hole',
  replaces: 'src/core/recover/unbroken-row.ts',
  breaks: 'liveness',
  description: 'Goes on with the segments behind an empty slot.',
};

export function unbrokenRow<Segment>(
  firstSlot: number,
  read: readonly (Segment | undefined)[],
): original.UnbrokenRow<Segment> {
  const last = read.findLastIndex((segment) => segment !== undefined);
  const segments = read.filter((segment) => segment !== undefined);
  return { segments, nextSlot: firstSlot + last + 1, broken: last + 1 < read.length };
}
