import { log, type Core } from '../core.ts';
import { NodeFailure } from '../failure.ts';
import { describeDamage } from '../format/damage.ts';
import { controlKey, manifestKey } from '../format/keys.ts';
import { decodeManifest, encodeManifest } from '../format/manifest.ts';
import { isSuperseded } from '../restore/is-superseded.ts';
import { readDecoded, settledPut } from '../store/objects.ts';
import type { Task } from '../task.ts';
import { equalBytes, hexOf } from '../types/bytes.ts';
import type { Manifest } from '../types/log.ts';
import { describeRetention, isSameRetention, type Retention } from '../types/retention.ts';
import type { Reign } from '../reign/reign.ts';

export interface HeldManifest {
  readonly manifest: Manifest;
  readonly etag: string;
}

/** A reign, or a tool that writes with the epoch that it read. */
export interface ManifestWriter {
  readonly epoch: number;
}

export function* readManifest(core: Core): Task<HeldManifest | undefined> {
  const read = yield* readDecoded(core, manifestKey, (body) => decodeManifest(manifestKey, body, core.digest));
  if (read.kind === 'missing') return undefined;
  if (read.kind === 'damaged') {
    throw new NodeFailure(
      `${describeDamage(read.damage)}. It names the checkpoints and the log's floor: restore this object from a version or a backup of the bucket.`,
    );
  }
  const { home } = core;
  if (read.value.home !== home) {
    throw new NodeFailure(
      `${manifestKey} says that the database is at ${placeOf(read.value.home)}, but it was opened at ${placeOf(home)}: ` +
        'give the URL of the place where it was made, or move it back there.',
    );
  }
  return { manifest: read.value, etag: read.object.etag };
}

/** False: somebody has written it since. */
export function* isStanding(core: Core, { etag }: HeldManifest): Task<boolean> {
  return (yield* readManifest(core))?.etag === etag;
}

function placeOf(home: string): string {
  return home === '' ? 'the root of its store' : `${home} below the root of its store`;
}

/**
 * Reads the manifest and writes this reign's epoch into it, so that no earlier reign can change it any more, and the retention that the
 * node was told, if it was; but not where the database goes on elsewhere. Undefined: a later reign has been here.
 */
export function* locateManifest(core: Core, reign: Reign): Task<HeldManifest | undefined> {
  for (;;) {
    const held = yield* readManifest(core);
    if (held === undefined) {
      throw new NodeFailure(
        `${manifestKey} is missing, although ${controlKey} says that the database exists (epoch ${reign.epoch})`,
      );
    }
    if (!equalBytes(held.manifest.databaseId, reign.control.databaseId)) {
      throw new NodeFailure(
        `${manifestKey} belongs to database ${hexOf(held.manifest.databaseId)}, but ${controlKey} to ${hexOf(reign.control.databaseId)}`,
      );
    }
    core.epochMet = Math.max(core.epochMet, held.manifest.epoch);
    if (isSuperseded(held.manifest)) return held;
    const retention = core.configuration.retention ?? held.manifest.retention;
    const stamped = yield* updateManifest(core, reign, held, (manifest) => ({ ...manifest, retention }));
    if (stamped === 'deposed') return undefined;
    if (stamped === 'changed') continue;
    reportRetention(core, held.manifest.retention, retention);
    return stamped;
  }
}

function reportRetention(core: Core, before: Retention, now: Retention): void {
  if (isSameRetention(before, now)) return;
  log(core, 'warn', 'what the database keeps for time travel was changed, as this node was told', {
    before: describeRetention(before),
    now: describeRetention(now),
  });
}

/** Writes a changed manifest by compare-and-swap. `changed`: somebody else wrote in between; read it again. */
export function* updateManifest(
  core: Core,
  writer: ManifestWriter,
  held: HeldManifest,
  change: (manifest: Manifest) => Manifest,
): Task<HeldManifest | 'changed' | 'deposed'> {
  if (held.manifest.epoch > writer.epoch) return 'deposed';
  const manifest: Manifest = {
    ...change(held.manifest),
    epoch: writer.epoch,
    generation: held.manifest.generation + 1,
  };
  const put = yield* settledPut(core, manifestKey, encodeManifest(manifest, core.digest), {
    kind: 'match',
    etag: held.etag,
  });
  if (put.kind === 'ours') return { manifest, etag: put.etag };
  return 'changed';
}
