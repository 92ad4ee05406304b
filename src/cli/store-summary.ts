/**
 * What a whole store holds, from its two small objects and its listing. It reads no segment, checkpoint or chunk: what
 * is inside these only decoding each of them can tell.
 */
import { decodeControl } from '../core/format/control.ts';
import { describeDamage, type Decoded } from '../core/format/damage.ts';
import {
  branchPrefix,
  controlKey,
  kindOfKey,
  manifestKey,
  slotOfKey,
  type ObjectKeyKind,
} from '../core/format/keys.ts';
import { decodeManifest } from '../core/format/manifest.ts';
import { slotsNeededFrom } from '../core/format/slots-needed.ts';
import { equalBytes } from '../core/types/bytes.ts';
import type { Control, Manifest } from '../core/types/log.ts';
import type { Digest } from '../ports/digest.ts';
import type { ObjectStore, ObjectSummary } from '../ports/object-store.ts';
import { CliError, exitCodes } from './cli-error.ts';

export interface StoreSummary {
  readonly description: string;
  readonly control: Control | undefined;
  readonly manifest: Manifest | undefined;
  readonly kinds: ReadonlyMap<SummaryKind, KindSummary>;
  readonly log: LogSummary | undefined;
  /** One sentence each; empty when nothing is wrong. */
  readonly problems: readonly string[];
}

/** `branch`: of any kind, below the home of a branch. */
export type SummaryKind = ObjectKeyKind | 'branch' | 'unknown';

export interface KindSummary {
  count: number;
  bytes: number;
  /** The first few, for what is not ours. */
  readonly examples: string[];
}

export interface LogSummary {
  readonly first: number;
  readonly last: number;
  /** Slots in between that are not there. */
  readonly missing: readonly number[];
}

const examplesMax = 5;
const missingSlotsMax = 1_000;

export async function summarizeStore(store: ObjectStore, digest: Digest): Promise<StoreSummary> {
  const problems: string[] = [];
  const ofControl: string[] = [];
  const control = await readObject(store, controlKey, ofControl, (key, bytes) => decodeControl(key, bytes, digest));
  const manifest = await readObject(store, manifestKey, problems, (key, bytes) => decodeManifest(key, bytes, digest));
  // A database that nobody has led yet has none.
  const mayLack = manifest?.epoch === 0;
  problems.unshift(...ofControl.filter((problem) => !mayLack || problem !== missingWords(controlKey)));
  const kinds = new Map<SummaryKind, KindSummary>();
  const named = new Set<string>();
  const slots: number[] = [];
  for await (const object of everyObject(store)) {
    const kind = summaryKindOf(object.key);
    count(kinds, kind, object);
    if (kind === 'segment') slots.push(slotOfKey(object.key)!);
    if (kind === 'checkpoint' || kind === 'condemned' || kind === 'archive')
      named.add(`/${manifest?.home ?? ''}${object.key}`);
  }
  const log = logOf(slots, manifest === undefined ? 0 : slotsNeededFrom(manifest));
  problems.push(...disagreements(control, manifest, named, log));
  return { description: store.description, control, manifest, kinds, log, problems };
}

function summaryKindOf(key: string): SummaryKind {
  const kind = kindOfKey(key);
  if (kind === undefined) return 'unknown';
  return key.startsWith(branchPrefix) ? 'branch' : kind;
}

/** Every object, page after page. */
async function* everyObject(store: ObjectStore): AsyncGenerator<ObjectSummary> {
  let after = '';
  for (;;) {
    const page = await store.list('', { after });
    if (page.kind === 'failed')
      throw new CliError(exitCodes.failed, `cannot list ${store.description}: ${page.problem.message}`);
    yield* page.objects;
    const last = page.objects.at(-1);
    if (!page.more || last === undefined) return;
    after = last.key;
  }
}

function missingWords(key: string): string {
  return `${key} is missing`;
}

async function readObject<Value>(
  store: ObjectStore,
  key: string,
  problems: string[],
  decode: (key: string, bytes: Uint8Array) => Decoded<Value>,
): Promise<Value | undefined> {
  const found = await store.get(key);
  if (found.kind === 'failed')
    throw new CliError(exitCodes.failed, `cannot read ${key} of ${store.description}: ${found.problem.message}`);
  if (found.kind === 'not-found') {
    problems.push(missingWords(key));
    return undefined;
  }
  const decoded = decode(key, found.body);
  if (decoded.kind === 'ok') return decoded.value;
  problems.push(describeDamage(decoded.damage));
  return undefined;
}

function count(kinds: Map<SummaryKind, KindSummary>, kind: SummaryKind, object: ObjectSummary): void {
  const summary = kinds.get(kind) ?? { count: 0, bytes: 0, examples: [] };
  kinds.set(kind, summary);
  summary.count += 1;
  summary.bytes += object.size;
  if (summary.examples.length < examplesMax) summary.examples.push(object.key);
}

/** Below the first that is needed as an object of its own, slots are there or not. */
function logOf(slots: readonly number[], floor: number): LogSummary | undefined {
  const first = slots[0];
  const last = slots.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const missing: number[] = [];
  let expected = Math.max(first, floor);
  for (const slot of slots) {
    if (slot < expected) continue;
    while (expected < slot && missing.length < missingSlotsMax) missing.push(expected++);
    expected = slot + 1;
  }
  return { first, last, missing };
}

function disagreements(
  control: Control | undefined,
  manifest: Manifest | undefined,
  named: ReadonlySet<string>,
  log: LogSummary | undefined,
): readonly string[] {
  const problems: string[] = [];
  if (control !== undefined && manifest !== undefined && !equalBytes(control.databaseId, manifest.databaseId)) {
    problems.push('control and manifest are of different databases');
  }
  const { checkpoints = [], archives = [], condemned = [] } = manifest ?? {};
  for (const { key } of [...checkpoints, ...archives, ...condemned]) {
    if (!named.has(key)) problems.push(`${key} is missing: the manifest names it`);
  }
  const durableSlot = control?.durableSlot ?? 0;
  const floor = manifest?.logFloor ?? 0;
  for (const slot of log?.missing ?? []) {
    if (slot > durableSlot) continue;
    problems.push(
      `slot ${slot} of the log is missing, although control says that all up to ${durableSlot} are durable`,
    );
  }
  if (durableSlot > Math.max(log?.last ?? 0, 0) && durableSlot >= floor) {
    problems.push(
      `the log ends at slot ${log?.last ?? 0}, although control says that all up to ${durableSlot} are durable`,
    );
  }
  return problems;
}
