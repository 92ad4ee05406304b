import { describe, expect, test } from 'vitest';
import { goldens } from '../../test/property/format-goldens.ts';
import { createNodeDigest } from '../adapters/node-digest.ts';
import { encodeCheckpoint } from '../core/format/checkpoint.ts';
import { encodeChunk } from '../core/format/chunk.ts';
import { encodeCondemned } from '../core/format/condemned.ts';
import { encodeControl } from '../core/format/control.ts';
import { encodeFrame } from '../core/format/frame.ts';
import { encodeManifest } from '../core/format/manifest.ts';
import { encodePage } from '../core/format/page.ts';
import { noCompression } from '../core/format/no-compression.ts';
import { encodeSegment, segmentHeaderBytes } from '../core/format/segment.ts';
import { escapedBytes } from './inspect-escape.ts';
import { describeObject } from './inspect-object.ts';
import { formatObject } from './inspect-text.ts';

const digest = createNodeDigest();
const { control, manifest, condemned, checkpoint, page, chunk, segmentHeader, frame } = goldens;
const frameBytes = encodeFrame(frame, digest);
const segmentBytes = encodeSegment(segmentHeader, [frameBytes], digest);
const segmentKey = 'log/00000000000000000007';

function textFields(text: string) {
  return { bytes: text.length, base64: Buffer.from(text).toString('base64'), text };
}

describe('a described object', () => {
  test('is complete as JSON', () => {
    const description = describeObject(segmentKey, segmentBytes, digest);
    const read = JSON.parse(JSON.stringify(description)) as typeof description;
    expect(read).toMatchObject({
      key: segmentKey,
      kind: 'segment',
      bytes: segmentBytes.length,
      fields: { header: { databaseId: '000102030405060708090a0b0c0d0e0f', slot: 7, kind: 'data', durableSlot: 5 } },
    });
    if (read.kind !== 'segment') throw new Error('another kind');
    expect(read.fields?.frames?.[0]?.records).toStrictEqual([
      {
        sequence: 100,
        kind: 'write',
        revision: 50,
        operations: [
          {
            kind: 'put',
            key: { bytes: 2, base64: 'Yf8=' },
            createRevision: 40,
            version: 300,
            value: { bytes: 3, base64: 'AQID' },
          },
          {
            kind: 'put',
            key: { bytes: 1, base64: 'Yg==', text: 'b' },
            createRevision: 50,
            version: 1,
            lease: 'fffffffffffffffe',
            value: { bytes: 0, base64: '', text: '' },
          },
          { kind: 'delete', key: { bytes: 1, base64: 'Yw==', text: 'c' } },
        ],
      },
      { sequence: 101, kind: 'compact', revision: 45 },
      { sequence: 102, kind: 'lease-grant', lease: '7', ttlSeconds: 60 },
      {
        sequence: 103,
        kind: 'lease-revoke',
        lease: '7',
        revision: 51,
        keys: [
          { bytes: 1, base64: 'ZA==', text: 'd' },
          { bytes: 1, base64: 'ZQ==', text: 'e' },
        ],
      },
      { sequence: 104, kind: 'fence', epoch: 3, memberId: 'ffffffffffffffff' },
      {
        sequence: 105,
        kind: 'auth',
        authRevision: 300,
        changes: [
          { kind: 'enabled', enabled: true },
          { kind: 'enabled', enabled: false },
          {
            kind: 'role-put',
            role: {
              name: textFields('reader'),
              permissions: [
                { type: 'read', key: { bytes: 2, base64: 'Yf8=' }, rangeEnd: textFields('b') },
                { type: 'write', key: { bytes: 2, base64: 'Yf8=' } },
                { type: 'readwrite', key: textFields('c'), rangeEnd: { bytes: 1, base64: 'AA==' } },
              ],
            },
          },
          { kind: 'role-delete', name: textFields('other') },
          {
            kind: 'user-put',
            user: {
              name: textFields('alice'),
              hasPassword: true,
              roles: [textFields('reader'), textFields('writer')],
              credentialRevision: 290,
            },
          },
          { kind: 'user-delete', name: textFields('nobody') },
        ],
      },
      { sequence: 106, kind: 'alarm', alarm: 'nospace', memberId: 'ffffffffffffffff', active: true },
      { sequence: 107, kind: 'alarm', alarm: 'corrupt', memberId: '1', active: false },
    ]);
  });

  test('of a segment is a table of its records as text', () => {
    expect(formatObject(describeObject(segmentKey, segmentBytes, digest))).toMatchInlineSnapshot(`
      "log/00000000000000000007: segment of the log, 339 B
        sha256        dfff1f5338d82de8d88ab33a5011a39f3ecbbe8d08e3ed9970fca86f37aa5303
        database      000102030405060708090a0b0c0d0e0f
        slot          7
        epoch         3
        nonce         4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e
        kind          data
        previous      5050505050505050505050505050505050505050505050505050505050505050
        durable slot  5

      frame of epoch 3, sequences 100 to 107, sealed 2023-11-14T22:13:20.000Z, 232 B
        hash          fc708a6072baf7ce9e2d5d00a4759c53e58d6275cb998ae46a7cc93b652bdebd
        previous      f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0

        SEQUENCE  REVISION  KIND          KEY      VALUE
             100        50  put           "a\\xff"  3 B    created at 40, version 300
             100        50  put           "b"      0 B    created at 50, version 1, lease fffffffffffffffe
             100        50  delete        "c"
             101            compact                       up to revision 45
             102            lease-grant                   lease 7 for 60 s
             103        51  lease-revoke                  lease 7
             103        51  delete        "d"             with its lease
             103        51  delete        "e"             with its lease
             104            fence                         epoch 3 of member ffffffffffffffff
             105            auth                          switched on; auth revision 300
             105            auth                          switched off; auth revision 300
             105            auth                          role "reader": read from "a\\xff" to "b", write of "a\\xff", readwrite from "c" to "\\x00"; auth revision 300
             105            auth                          role "other" deleted; auth revision 300
             105            auth                          user "alice": "reader", "writer"; auth revision 300
             105            auth                          user "nobody" deleted; auth revision 300
             106            alarm                         nospace raised, of member ffffffffffffffff
             107            alarm                         corrupt taken back, of member 1
      "
    `);
  });

  test('of every other kind is text too', () => {
    const all = [
      ['control', encodeControl(control, digest)],
      ['manifest', encodeManifest(manifest, digest)],
      ['some.checkpoint', encodeCheckpoint(checkpoint, digest)],
      ['some.page', encodePage(page, digest)],
      ['some.chunk', encodeChunk(chunk, digest, noCompression).bytes],
      ['some.list', encodeCondemned(condemned, digest)],
    ] as const;
    expect(all.map(([key, bytes]) => formatObject(describeObject(key, bytes, digest))).join('\n'))
      .toMatchInlineSnapshot(`
        "control: control, 116 B
          sha256        38da8986bc41420161d5a7feeb313e571803dff11f2d2bbe6a2543b54288084e
          database      000102030405060708090a0b0c0d0e0f
          epoch         3
          leader        abcd "nœud-1"
          reached at    http://127.0.0.1:2379 http://[::1]:2379
          nonce         4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e
          lease         3s
          renewal       9
          durability    local
          in sync       abcd
          durable slot  6

        manifest: manifest, 886 B
          sha256        27bba9772138c6b2ad66dc7731228c0cdad63fb54dbb37005b3cf984ad70306c
          database      000102030405060708090a0b0c0d0e0f
          epoch         3
          generation    4
          created       2023-11-14T22:13:20.000Z
          in flight     at most 4 segments
          log floor     slot 300
          collected     below slot 2
          condemned     below slot 300, since 2023-11-14T22:13:20.006Z
          condemned     below slot 302, since 2023-11-14T22:13:20.007Z
          retention     10 GiB
          home          branches/one/0123456789abcdef/
          successor     branches/seven/0123456789abcdef/
          predecessor   branches/eight/0123456789abcdef/
          removed       kept for its children alone

          ARCHIVE OF SLOTS  SIZE   OF       KEY
          200 to 300        900 B  4.9 KiB  /branches/one/0123456789abcdef/archives/00000000000000000200-a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1-a0a1a2a3a4a5a6a7
          301 to 301        800 B  3.9 KiB  /branches/one/0123456789abcdef/archives/00000000000000000301-a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2-a0a1a2a3a4a5a6a7

          CHECKPOINT AT SLOT  SEQUENCE  REVISION  EPOCH  TAKEN                     SIZE   KEY
                           7       104        51      3  2023-11-14T22:13:20.001Z  300 B  /branches/one/0123456789abcdef/checkpoints/00000000000000000007-cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd-a0a1a2a3a4a5a6a7

          begins with   /checkpoints/00000000000000000006-cececececececececececececececececececececececececececececececece-a0a1a2a3a4a5a6a7

          LOG OF                              SLOTS   CUT                             GOES ON ABOVE  DATABASE
          the root of its store               7 to 9  none                            the cut        4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e
          branches/two/0123456789abcdef/      none    after sequence 104              the cut        4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e
          branches/3.4_5-6/0123456789abcdef/  7 to 9  after revision 51               the cut        4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e
          branches/four/0123456789abcdef/     7 to 9  after 2023-11-14T22:13:20.003Z  revision 60    4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e

          PIN                              MADE                      CHECKPOINT AT SLOT  SLOTS   ID
          branches/fünf/0123456789abcdef/  2023-11-14T22:13:20.004Z  7                   8 to 9  11111111111111111111111111111111
          branches/six/0123456789abcdef/   2023-11-14T22:13:20.005Z  none                1 to 9  12121212121212121212121212121212

          CONDEMNED IN GENERATION  AT                        OBJECTS  SIZE OF THE LIST  KEY
                                4  2023-11-14T22:13:20.002Z        9  301 B             /branches/one/0123456789abcdef/condemned/cfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcf-a0a1a2a3a4a5a6a7

        some.checkpoint: checkpoint, 346 B
          sha256        3badb07a6b36074a7fdd20ab9746a94afef1ef9b488c71bdc7a5a3ae0fd53842
          database      000102030405060708090a0b0c0d0e0f
          taken         2023-11-14T22:13:20.000Z
          slot          7
          epoch         3
          sequence      104
          revision      51
          compacted     up to revision 45
          auth          on, revision 300
          last segment  5151515151515151515151515151515151515151515151515151515151515151
          last frame    f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1

          LEASE             TIME TO LIVE
          fffffffffffffffe  10 s
          7                 60 s

          ROLE      PERMISSIONS
          "reader"  read from "a\\xff" to "b", write of "a\\xff", readwrite from "c" to "\\x00"

          USER     ROLES
          "alice"  "reader", "writer"
          "root"   "root"

          ALARM    MEMBER
          nospace  7
          corrupt  1

          FIRST KEY    CHUNKS  SIZE   KEY
          "a\\xff"           3  90 B   /branches/one/0123456789abcdef/pages/eaeaeaeaeaeaeaeaeaeaeaeaeaeaeaeaeaeaeaeaeaeaeaeaeaeaeaeaeaeaeaea-a0a1a2a3a4a5a6a7
          "a\\xff\\xff"       1  300 B  /pages/ebebebebebebebebebebebebebebebebebebebebebebebebebebebebebebebeb-a0a1a2a3a4a5a6a7

        some.page: page of a checkpoint, 142 B
          sha256        fe890101e03bee888e6164548a54a8391dbfd3d0cc2bb4c51b950ea0ff97e21e
          chunks        2

          FIRST KEY             VERSIONS  SIZE   KEYS  KEY
          "a\\xff"                    300  900 B  90 B  /chunks/eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee-a0a1a2a3a4a5a6a7
          "a\\xff"    continued         1  91 B   90 B  /branches/one/0123456789abcdef/chunks/efefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefef-a0a1a2a3a4a5a6a7

        some.chunk: chunk of a checkpoint, 69 B
          sha256        c449c995b6d4e742b0fc780f7e5b29bf5eee179bd69774fd2c764def0417d6cb
          versions      3

          REVISION  SUB  KIND    KEY           VALUE
                50    1  put     "shared/one"  3 B    created at 40, version 300
                50  300  put     "shared/two"  0 B    created at 40, version 300, lease fffffffffffffffe
                51    0  delete  "shared/two"

        some.list: list of condemned objects, 314 B
          sha256        a03f1f7cf3892f3fa54e0b43715e309f35758e13726a4680e77b895e132cb445
          database      000102030405060708090a0b0c0d0e0f
          objects       6

          KEY
          /branches/one/0123456789abcdef/archives/00000000000000000003-c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0-a0a1a2a3a4a5a6a7
          /branches/one/0123456789abcdef/checkpoints/00000000000000000003-c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1-a0a1a2a3a4a5a6a7
          /branches/one/0123456789abcdef/chunks/c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2-a0a1a2a3a4a5a6a7
          /branches/one/0123456789abcdef/condemned/c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3-a0a1a2a3a4a5a6a7
          /chunks/c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4-a0a1a2a3a4a5a6a7
          /pages/c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5-a0a1a2a3a4a5a6a7
        "
      `);
  });

  test('takes its kind from the bytes where the name tells none', () => {
    expect(describeObject('/tmp/x', segmentBytes, digest).kind).toBe('segment');
    expect(describeObject('/tmp/x', encodeControl(control, digest), digest).kind).toBe('control');
    expect(describeObject('probe/x', Uint8Array.of(1), digest)).toMatchObject({ kind: 'probe', damage: undefined });
    expect(describeObject('/tmp/x', Uint8Array.of(1, 2), digest)).toMatchObject({
      kind: 'unknown',
      damage: { reason: 'kind', found: 'bytes that begin with 0102' },
    });
  });

  test('of a local log file holds its good frames; a torn tail is told and no damage', () => {
    const torn = new Uint8Array([...frameBytes, ...frameBytes.subarray(0, 20)]);
    const description = describeObject('00000001.log', torn, digest);
    expect(description).toMatchObject({ kind: 'local-log', damage: undefined, fields: { end: 'torn' } });
    expect(formatObject(description)).toContain(
      `torn by a crash after byte ${frameBytes.length}: 00000001.log: cut short`,
    );

    const holed = new Uint8Array([...frameBytes, 0, ...frameBytes]);
    expect(describeObject('00000001.log', holed, digest)).toMatchObject({
      damage: { reason: 'kind', offset: frameBytes.length },
      fields: { end: 'damaged', goodBytes: frameBytes.length },
    });
  });

  test('that is damaged says so, and shows a segment as far as its header', () => {
    const bad = segmentBytes.slice();
    bad[segmentHeaderBytes + 30]! ^= 1;
    const description = describeObject(segmentKey, bad, digest);
    expect(description).toMatchObject({
      damage: { reason: 'checksum' },
      fields: { header: { slot: 7 }, frames: undefined },
    });
    expect(formatObject(description)).toContain('\nDAMAGED log/00000000000000000007: checksum does not match at byte ');

    const elsewhere = describeObject('log/00000000000000000008', segmentBytes, digest);
    expect(elsewhere).toMatchObject({ damage: { expected: 'slot 8', found: 'slot 7' }, fields: undefined });
    const swapped = describeObject('manifest', segmentBytes, digest);
    expect(swapped).toMatchObject({ kind: 'manifest', damage: { reason: 'kind', found: 'a segment' } });
  });
});

test('names of others are escaped like keys', () => {
  const leader = { ...control.leader!, name: 'a\u001b[2J', clientUrls: ['http://\u0007'] };
  const text = formatObject(describeObject('control', encodeControl({ ...control, leader }, digest), digest));
  expect(text).toContain(String.raw`abcd "a\x1b[2J"`);
  expect(text).toContain(String.raw`"http://\x07"`);
});

test('keys are escaped so that a terminal shows them and does nothing else', () => {
  const escaped = (text: string) => escapedBytes(Buffer.from(text));
  expect(escaped('/registry/pods/é')).toBe('"/registry/pods/é"');
  expect(escaped('say "\\"')).toBe(String.raw`"say \"\\\""`);
  expect(escaped('\u001b[31m\n')).toBe(String.raw`"\x1b[31m\x0a"`);
  expect(escaped('a\u202eb')).toBe(String.raw`"a\xe2\x80\xaeb"`);
  expect(escapedBytes(Uint8Array.of(0x61, 0xff, 0x22))).toBe(String.raw`"a\xff\""`);
});
