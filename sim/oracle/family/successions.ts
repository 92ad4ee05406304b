import type { CutAsked } from '../../types/history.ts';
import type { RunResult } from '../../types/result.ts';
import { readable } from '../decoder/cursor.ts';
import type { DecodedStretch } from '../decoder/base.ts';
import { type DecodedManifest, decodeManifest } from '../decoder/manifest.ts';
import { placeKey } from './home-of-key.ts';

/** A rollback in place as the manifests say it: from that moment on the database goes on elsewhere, for ever. */
export interface Succession {
  /** Of the line that was left. */
  readonly from: string;
  readonly home: string;
  readonly databaseId: string;
  readonly namedMs: number;
  /** Of who named it: nobody else may have fenced the line that was left. */
  readonly epoch: number;
  readonly createdWallMs: number;
  /** What it begins as, by its own manifest. */
  readonly left: DecodedStretch;
  /** Undefined: by nobody who was asked to. */
  readonly asked: CutAsked | undefined;
  readonly operation: string | undefined;
}

type Told = Pick<RunResult, 'storeChanges' | 'history'>;

const found = new WeakMap<Told['storeChanges'], readonly Succession[]>();

/** Of the root of the family, in order. */
export function successionsOf(result: Told): readonly Succession[] {
  let known = found.get(result.storeChanges);
  if (known === undefined) found.set(result.storeChanges, (known = findSuccessions(result)));
  return known;
}

function findSuccessions({ storeChanges, history }: Told): readonly Succession[] {
  const asked = new Map<number, { readonly cut: CutAsked; readonly operation: string }>();
  for (const event of history) if (event.kind === 'restore-start') asked.set(event.writer, event);
  if (asked.size === 0) return [];
  const first = new Map<string, DecodedManifest>();
  const named = new Map<string, Succession>();
  for (const { key, bytes, node, atMs } of storeChanges) {
    const { home, rest } = placeKey(key);
    if (rest !== 'manifest' || bytes === undefined || node === undefined) continue;
    // That it can be read is judged where it is written.
    const manifest = readable(() => decodeManifest(bytes));
    if (manifest === undefined) continue;
    if (!first.has(home)) first.set(home, manifest);
    const next = manifest.successor === undefined ? undefined : first.get(manifest.successor);
    if (next?.base === undefined || named.has(home)) continue;
    const by = asked.get(node);
    const { databaseId, createdWallMs, base } = next;
    const left = base.stretches.at(-1)!;
    const told = { databaseId, createdWallMs, left, asked: by?.cut, operation: by?.operation };
    named.set(home, { from: home, home: next.home, namedMs: atMs, epoch: manifest.epoch, ...told });
  }
  const chain: Succession[] = [];
  for (let at = named.get(''); at !== undefined; at = named.get(at.home)) {
    chain.push(at);
    named.delete(at.from);
  }
  return chain;
}
