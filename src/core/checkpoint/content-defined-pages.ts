import type { ChunkReference } from '../types/log.ts';

/**
 * Where pages end: after a chunk whose content's hash says so, so that a changed chunk changes its own page, and a neighbour at most.
 * Chunks of one key, of which each continues the one before, may lie in two pages.
 */

const referencesMin = 64;
const referencesMax = 1_024;
/** A page ends after one chunk in so many, once it holds `referencesMin`. */
const referencesPerBorder = 192;

export function pagesOf(references: readonly ChunkReference[]): readonly (readonly ChunkReference[])[] {
  const pages: (readonly ChunkReference[])[] = [];
  let start = 0;
  for (let end = 1; end <= references.length; end++) {
    const length = end - start;
    const whole = length === referencesMax || (length >= referencesMin && endsPage(references[end - 1]!));
    if (!whole && end < references.length) continue;
    pages.push(references.slice(start, end));
    start = end;
  }
  return pages;
}

function endsPage({ hash }: ChunkReference): boolean {
  return (hash[0]! * 256 + hash[1]!) % referencesPerBorder === 0;
}
