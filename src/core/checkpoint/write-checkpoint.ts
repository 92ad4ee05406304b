import { log, type Core } from '../core.ts';
import { encodeCheckpoint } from '../format/checkpoint.ts';
import { encodeChunk } from '../format/chunk.ts';
import { contentHash } from '../format/hashes.ts';
import { checkpointKey, chunkKey } from '../format/keys.ts';
import { chunkBytesTarget } from '../limits.ts';
import type { Recovered } from '../recover/recovered.ts';
import { bytesOfVersion } from '../state/state.ts';
import { versionsFrom } from '../state/versions-from.ts';
import { readDecoded, settledPut } from '../store/objects.ts';
import { all, until, type Task } from '../task.ts';
import type { CheckpointReference, Checkpoint, ChunkReference } from '../types/log.ts';
import { equalBytes, type ByteString } from '../types/bytes.ts';
import type { Version } from '../types/version.ts';
import { readValues } from '../values/read-values.ts';

/**
 * Writes the state at the position of now as sorted, content-addressed chunks, while writes go on: versions above the position's
 * revision are left out. Nothing names the chunks until the manifest does, so a checkpoint that was given up leaves nothing half.
 *
 * The caller keeps the scrub from running meanwhile.
 */

/** Small, because a version's value may be large: a page is what is held in memory beyond the chunk itself. */
const versionsPerPage = 64;
const chunksAtOnce = 4;

/** A text says why it was given up. */
export function* writeCheckpoint(
  core: Core,
  databaseId: Uint8Array,
  recovered: Recovered,
): Task<CheckpointReference | string> {
  // Of the last frame in it: the log goes on from this time, and never goes back.
  const { position, wallMs } = recovered;
  const leases = [...recovered.leases].sort(([left], [right]) => (left < right ? -1 : 1));
  const chunks: ChunkReference[] = [];
  let afterKey: ByteString | undefined;
  let versions = 0;
  do {
    const batch: Task<ChunkReference | string>[] = [];
    do {
      const content = yield* nextChunk(core, recovered, afterKey, position.revision);
      afterKey = content.afterKey;
      if (content.versions.length > 0) batch.push(uploadChunk(core, content.versions));
      versions += content.versions.length;
    } while (afterKey !== undefined && batch.length < chunksAtOnce);
    for (const chunk of yield* all(batch)) {
      if (typeof chunk === 'string') return chunk;
      chunks.push(chunk);
    }
    log(core, 'debug', 'writing checkpoint', { slot: position.slot, chunks: chunks.length, versions });
  } while (afterKey !== undefined);
  const checkpoint: Checkpoint = {
    databaseId,
    position,
    wallMs,
    leases: leases.map(([lease, ttlSeconds]) => ({ lease, ttlSeconds })),
    chunks,
  };
  const body = encodeCheckpoint(checkpoint, core.digest);
  const hash = contentHash(body, core.digest);
  const key = checkpointKey(position.slot, hash);
  if (!(yield* putContent(core, key, body))) return damagedName(key);
  log(core, 'info', 'checkpoint written', {
    slot: position.slot,
    revision: position.revision,
    chunks: chunks.length,
    versions,
  });
  return {
    key,
    hash,
    bytes: body.length,
    slot: position.slot,
    sequence: position.sequence,
    revision: position.revision,
    epoch: position.epoch,
    wallMs,
  };
}

interface ChunkContent {
  /** With their values. */
  readonly versions: readonly Version[];
  readonly afterKey: ByteString | undefined;
}

function* nextChunk(
  core: Core,
  recovered: Recovered,
  startAfter: ByteString | undefined,
  revisionMax: number,
): Task<ChunkContent> {
  const versions: Version[] = [];
  let afterKey = startAfter;
  let bytes = 0;
  do {
    const page = versionsFrom(recovered.state, afterKey, revisionMax, versionsPerPage);
    const atHand = page.versions.map((version) => ({ version, value: version.value }));
    const missing = atHand.filter(({ value }) => value === undefined).map(({ version }) => version);
    const read = yield* readValues(core, missing);
    for (const { version, value } of atHand) {
      versions.push({ ...version, value: value ?? read.get(version) });
      bytes += bytesOfVersion(version);
    }
    afterKey = page.afterKey;
  } while (afterKey !== undefined && bytes < chunkBytesTarget);
  // Others' events go first: encoding and hashing a chunk takes milliseconds.
  yield* until(core.at.monotonicMs);
  return { versions, afterKey };
}

function* uploadChunk(core: Core, versions: readonly Version[]): Task<ChunkReference | string> {
  const body = encodeChunk({ versions }, core.digest);
  const hash = contentHash(body, core.digest);
  const key = chunkKey(hash);
  if (!(yield* putContent(core, key, body))) return damagedName(key);
  return { key, hash, bytes: body.length, firstKey: versions[0]!.key, versions: versions.length };
}

/** The name says what the content is: what is there already, and is whole, is what was to be written. False: it is damaged. */
function* putContent(core: Core, key: string, body: Uint8Array): Task<boolean> {
  const put = yield* settledPut(core, key, body, { kind: 'absent' });
  if (put.kind === 'ours') return true;
  const read = yield* readDecoded(core, key, (found) =>
    equalBytes(found, body) ? { kind: 'ok', value: undefined } : { kind: 'damaged', damage: undefined },
  );
  return read.kind === 'ok';
}

function damagedName(key: string): string {
  return `${key} is damaged: it does not hold the content that its name says. Remove it, and the next checkpoint writes it anew`;
}
