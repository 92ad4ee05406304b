import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { decodeCheckpoint, encodeCheckpoint } from '../../src/core/format/checkpoint.ts';
import { decodeChunk, encodeChunk } from '../../src/core/format/chunk.ts';
import { decodeCondemned, encodeCondemned } from '../../src/core/format/condemned.ts';
import { decodeControl, encodeControl } from '../../src/core/format/control.ts';
import { decodeFrame, encodeFrame } from '../../src/core/format/frame.ts';
import {
  decodeLocalAlarm,
  decodeLocalRole,
  decodeLocalSwitch,
  decodeLocalUser,
  localAlarmPut,
  localRolePut,
  localSwitchPut,
  localUserPut,
} from '../../src/core/format/local-auth.ts';
import {
  decodeLocalLease,
  decodeLocalVersion,
  decodePosition,
  encodePosition,
  localLeasePut,
  localWritesOfVersion,
} from '../../src/core/format/local-layout.ts';
import { decodeLoading, decodeLocalChunk, encodeLoading, localChunkPut } from '../../src/core/format/local-loading.ts';
import { decodeManifest, encodeManifest } from '../../src/core/format/manifest.ts';
import { decodeNode, encodeNode } from '../../src/core/format/node.ts';
import { decodePage, encodePage } from '../../src/core/format/page.ts';
import { decodeSegment, encodeSegment } from '../../src/core/format/segment.ts';
import { hexOf } from '../../src/core/types/bytes.ts';
import { createNodeCompression } from '../../src/adapters/node-compression.ts';
import { noCompression } from '../../src/core/format/no-compression.ts';
import type { LocalOperation } from '../../src/ports/local-store.ts';
import { goldens } from './format-goldens.ts';
import { digest, openedArchive, sealedArchive } from './format-kinds.ts';

/**
 * The bytes of the format, kept for ever: one line `name hex` each. A difference means that stores in use could no longer be read,
 * or that older releases could not read ours. A changed layout takes a new format version and new lines; the old ones stay.
 */
const kept = new Map(
  readFileSync(new URL('format-goldens.txt', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(' ') as [string, string]),
);

const { frame, segmentHeader, control, manifest, newManifest, condemned, position, checkpoint } = goldens;
const { archive, page, chunk, compressible, versions, lease, loading, keyedChunk } = goldens;
const { user, role, authSwitch, alarm } = goldens;
const { databaseId } = control;
const frameBytes = encodeFrame(frame, digest);

const encoded: Readonly<Record<string, Uint8Array>> = {
  frame: frameBytes,
  segment: encodeSegment(segmentHeader, [frameBytes], digest),
  control: encodeControl(control, digest),
  'control-left-to-another': encodeControl({ ...control, released: true, heir: 0xabcen }, digest),
  'control-without-leader': encodeControl({ ...control, leader: undefined, released: true, rule: 'object' }, digest),
  manifest: encodeManifest(manifest, digest),
  'manifest-of-a-new-root': encodeManifest(newManifest, digest),
  condemned: encodeCondemned(condemned, digest),
  node: encodeNode(goldens.node, digest),
  archive: sealedArchive(archive).bytes,
  checkpoint: encodeCheckpoint(checkpoint, digest),
  page: encodePage(page, digest),
  chunk: encodeChunk(chunk, digest, noCompression).bytes,
  'local-position': encodePosition({ databaseId, position }, digest),
  ...Object.fromEntries(versions.flatMap((version, index) => lines(`local-version-${index}`, version))),
  'local-loading': encodeLoading(loading, digest),
  ...operationLines('local-chunk', localChunkPut(keyedChunk, digest)),
  ...operationLines('local-lease', localLeasePut(lease.lease, lease.ttlSeconds, digest)),
  ...operationLines('local-switch', localSwitchPut(authSwitch, digest)),
  ...operationLines('local-role', localRolePut(role, digest)),
  ...operationLines('local-user', localUserPut(user, digest)),
  ...operationLines('local-alarm', localAlarmPut(alarm, digest)),
};

/** Which bytes zstd gives may change with the platform's release; that they are read may not. */
const onlyRead = ['archive-compressed', 'chunk-compressed'];

function lines(name: string, version: (typeof versions)[number]): [string, Uint8Array][] {
  return localWritesOfVersion(version, digest).flatMap((operation, index) =>
    Object.entries(operationLines(index === 0 ? name : `${name}-value`, operation)),
  );
}

function operationLines(name: string, operation: LocalOperation): Record<string, Uint8Array> {
  if (operation.kind !== 'put') throw new Error('not a put');
  return { [`${name}/key`]: operation.key, [`${name}/content`]: operation.value };
}

test.each(Object.entries(encoded))('%s has the bytes that it always had', (name, bytes) => {
  expect(hexOf(bytes)).toBe(kept.get(name));
});

test('no kept object is left out', () => {
  expect([...kept.keys()].sort()).toStrictEqual([...Object.keys(encoded), ...onlyRead].sort());
});

test('the kept bytes are read as what they always were', () => {
  const read = (name: string) => bytesOfHex(kept.get(name) ?? '');
  const entry = (name: string) => ({ key: read(`${name}/key`), value: read(`${name}/content`) });
  const segment = decodeSegment('log/00000000000000000007', read('segment'), digest, { databaseId });
  expect(segment.kind === 'ok' && segment.value.header).toStrictEqual(segmentHeader);
  const decodedFrame = decodeFrame('frame', read('frame'), digest);
  expect(decodedFrame.kind === 'ok' && decodedFrame.value.frame).toStrictEqual(frame);
  expect(decodeControl('control', read('control'), digest)).toStrictEqual({ kind: 'ok', value: control });
  expect(decodeManifest('manifest', read('manifest'), digest)).toStrictEqual({ kind: 'ok', value: manifest });
  expect(decodeCheckpoint('checkpoint', read('checkpoint'), digest)).toStrictEqual({ kind: 'ok', value: checkpoint });
  expect(decodeManifest('manifest', read('manifest-of-a-new-root'), digest)).toStrictEqual({
    kind: 'ok',
    value: newManifest,
  });
  expect(decodeCondemned('condemned', read('condemned'), digest)).toStrictEqual({ kind: 'ok', value: condemned });
  expect(decodeNode('node', read('node'), digest)).toStrictEqual({ kind: 'ok', value: goldens.node });
  expect(decodePage('page', read('page'), digest)).toStrictEqual({ kind: 'ok', value: page });
  expect(decodeChunk('chunk', read('chunk'), digest, noCompression)).toStrictEqual({ kind: 'ok', value: chunk });
  const compressed = decodeChunk('chunk', read('chunk-compressed'), digest, createNodeCompression());
  expect(compressed).toStrictEqual({ kind: 'ok', value: compressible });
  expect(openedArchive(read('archive'))).toStrictEqual({ kind: 'ok', value: archive });
  expect(openedArchive(read('archive-compressed'), createNodeCompression())).toStrictEqual({
    kind: 'ok',
    value: archive,
  });
  expect(decodePosition(read('local-position'), digest)).toStrictEqual({
    kind: 'ok',
    value: { databaseId, position },
  });
  expect(decodeLoading(read('local-loading'), digest)).toStrictEqual({ kind: 'ok', value: loading });
  expect(decodeLocalChunk(entry('local-chunk'), digest)).toStrictEqual({ kind: 'ok', value: keyedChunk });
  expect(decodeLocalLease(entry('local-lease'), digest)).toStrictEqual({ kind: 'ok', value: lease });
  expect(decodeLocalSwitch(entry('local-switch'), digest)).toStrictEqual({ kind: 'ok', value: authSwitch });
  expect(decodeLocalRole(entry('local-role'), digest)).toStrictEqual({ kind: 'ok', value: role });
  expect(decodeLocalUser(entry('local-user'), digest)).toStrictEqual({ kind: 'ok', value: user });
  expect(decodeLocalAlarm(entry('local-alarm'), digest)).toStrictEqual({ kind: 'ok', value: alarm });
  expect(decodeLocalVersion(entry('local-version-1'), digest)).toStrictEqual({ kind: 'ok', value: versions[1] });
});

function bytesOfHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}
