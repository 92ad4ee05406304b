import type { HistoryEvent } from '../../types/history.ts';
import type { RunResult } from '../../types/result.ts';
import { readable } from '../decoder/cursor.ts';
import { type DecodedManifest, decodeManifest } from '../decoder/manifest.ts';
import { nameOfHome, placeKey } from './home-of-key.ts';

/** A branch as the first manifest at its home says, and what was asked for when that was written. */
export interface BranchMade {
  readonly home: string;
  readonly name: string;
  readonly manifest: DecodedManifest;
  readonly madeMs: number;
  readonly asked: Asked;
  /** Its maker has said that it is there. */
  readonly acknowledged: boolean;
}

export type Asked = Extract<HistoryEvent, { readonly kind: 'branch-create-start' }>;

export function branchesMade({
  storeChanges,
  history,
}: Pick<RunResult, 'storeChanges' | 'history'>): readonly BranchMade[] {
  const asked = new Map<number, Asked>();
  const acknowledged = new Set<string>();
  for (const event of history) {
    if (event.kind === 'branch-create-start') asked.set(event.writer, event);
    if (event.kind === 'branch-end' && event.home !== undefined) acknowledged.add(event.home);
  }
  const made = new Map<string, BranchMade>();
  for (const { key, bytes, node, atMs } of storeChanges) {
    const { home, rest } = placeKey(key);
    if (home === '' || rest !== 'manifest' || bytes === undefined || made.has(home)) continue;
    const by = node === undefined ? undefined : asked.get(node);
    // That it can be read is judged where it is written.
    const manifest = readable(() => decodeManifest(bytes));
    if (by === undefined || manifest?.base === undefined) continue;
    const name = nameOfHome(home);
    made.set(home, { home, name, manifest, madeMs: atMs, asked: by, acknowledged: acknowledged.has(home) });
  }
  return [...made.values()];
}

/** What clients and nodes of each home did and saw, in order. */
export function historyByHome(history: readonly HistoryEvent[]): ReadonlyMap<string, readonly HistoryEvent[]> {
  const hosts = new Map<string, string>();
  const homes = new Map<string, string>();
  const found = new Map<string, HistoryEvent[]>();
  // A call may be on its way before its host is set up, which keeps to one home.
  for (const event of history) if (event.kind === 'branch-host') hosts.set(`${event.name}/${event.host}`, event.home);
  for (const event of history) {
    if (event.kind !== 'branch-event') continue;
    const told = event.event;
    // A call and a stream stay where they began.
    const thread = 'call' in told ? told.call : 'stream' in told ? told.stream : undefined;
    const known = thread === undefined ? undefined : homes.get(thread);
    const home = known ?? ('node' in told ? hosts.get(`${event.name}/${told.node}`) : undefined);
    if (home === undefined) continue;
    if (thread !== undefined) homes.set(thread, home);
    const own = found.get(home);
    if (own === undefined) found.set(home, [told]);
    else own.push(told);
  }
  return found;
}
