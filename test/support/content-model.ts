import type { Entry } from '../../src/library/entry.ts';

/**
 * What a database should hold, said by those who write to it: changes in the order of their revisions, and nothing else. It knows no log, no
 * checkpoint and no branch.
 */
export interface HeldEntry {
  readonly value: string;
  readonly createRevision: number;
  readonly modRevision: number;
  readonly version: number;
  readonly lease: bigint;
}

/** By key. */
export type HeldContent = ReadonlyMap<string, HeldEntry>;

export type Change =
  | { readonly kind: 'put'; readonly key: string; readonly value: string; readonly lease: bigint }
  | { readonly kind: 'delete'; readonly key: string }
  | { readonly kind: 'delete-prefix'; readonly prefix: string }
  | { readonly kind: 'delete-lease'; readonly lease: bigint };

/** All at one revision, in order. */
export function applyChanges(content: Map<string, HeldEntry>, revision: number, changes: readonly Change[]): void {
  for (const change of changes) {
    switch (change.kind) {
      case 'put': {
        const before = content.get(change.key);
        content.set(change.key, {
          value: change.value,
          createRevision: before?.createRevision ?? revision,
          modRevision: revision,
          version: (before?.version ?? 0) + 1,
          lease: change.lease,
        });
        break;
      }
      case 'delete':
        content.delete(change.key);
        break;
      case 'delete-prefix':
        for (const key of content.keys()) if (key.startsWith(change.prefix)) content.delete(key);
        break;
      case 'delete-lease':
        for (const [key, { lease }] of content) if (lease === change.lease) content.delete(key);
        break;
    }
  }
}

export function contentOfEntries(entries: readonly Entry[]): HeldContent {
  return new Map(
    entries.map((entry) => [
      entry.keyText(),
      {
        value: entry.text(),
        createRevision: entry.createRevision,
        modRevision: entry.modRevision,
        version: entry.version,
        lease: entry.lease,
      },
    ]),
  );
}

/** One line for each key that is not what it should be, up to so many. */
export function contentDifferences(expected: HeldContent, found: HeldContent, linesMax = 5): readonly string[] {
  const lines: string[] = [];
  for (const key of new Set([...expected.keys(), ...found.keys()])) {
    const line = differenceOf(key, expected.get(key), found.get(key));
    if (line === undefined) continue;
    lines.push(line);
    if (lines.length === linesMax) break;
  }
  return lines;
}

function differenceOf(key: string, expected: HeldEntry | undefined, found: HeldEntry | undefined): string | undefined {
  const isSame =
    expected?.value === found?.value &&
    expected?.createRevision === found?.createRevision &&
    expected?.modRevision === found?.modRevision &&
    expected?.version === found?.version &&
    expected?.lease === found?.lease;
  return isSame ? undefined : `${key}: ${entryText(found)}, and it should be ${entryText(expected)}`;
}

function entryText(entry: HeldEntry | undefined): string {
  if (entry === undefined) return 'not there';
  const { value, createRevision, modRevision, version, lease } = entry;
  return `${JSON.stringify(value)} of revision ${modRevision}, created at ${createRevision}, version ${version}, lease ${lease}`;
}
