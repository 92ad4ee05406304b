import { describe, expect, test } from 'vitest';
import { comparable } from './harness/gateway-client.ts';
import { usePair } from './harness/pair.ts';
import { rawAnswer, type RawAnswer, type RawRequest } from './harness/raw-answers.ts';

/** Paths as they come, methods, and how long a call may take: over HTTP, beside each real etcd. */

const pair = usePair();
const body = JSON.stringify({ key: 'YQ==' });

/** Releases by their beginning, and why this server answers otherwise than they do. */
interface Case extends RawRequest {
  readonly differs?: Readonly<Record<string, string>>;
}

const older = { '3.4': 'Go said 301 and 405 then, and cleaned paths without their escapes' };
const escapes = { ...older, '3.6': 'etcd escapes what is escaped already' };

const posts: readonly (readonly [path: string, differs?: Case['differs']])[] = [
  ['/v3/kv/range'],
  ['/v3/kv/range?x=1'],
  ['/v3beta/kv/range'],
  ['//v3/kv/range', older],
  ['//v3/kv/range?x=1', older],
  ['/v3//kv/range', older],
  ['/v3/./kv/range', older],
  ['/v3/kv/../kv/range', older],
  ['/v3beta//kv/range', older],
  ['//v3beta/kv/range', older],
  ['/v3/kv/range/.', older],
  ['/v3/kv/range/..', older],
  ['/v3', older],
  ['/v3beta'],
  ['/x/v3beta/kv/range'],
  ['/v3/', older],
  ['/v3/kv/range/', older],
  ['/v3/kv', older],
  ['/v3/kv/RANGE', older],
  ['/v3/kv/range;x', older],
  ['/v3/kv/%72ange'],
  ['/%763/kv/range'],
  ['/v3/kv%2Frange'],
  ['/v3%2Fkv/range', older],
  ['/v3/kv/range%2F', older],
  ['/v3/%2e/kv/range', older],
  ['//v3/kv/%72ange', escapes],
  ['/v3/kv/range%'],
  ['/v3/kv/range%zz'],
  ['/v3\\kv\\range'],
  ['/health'],
  ['//health', older],
];

const gets: readonly (readonly [path: string, differs?: Case['differs']])[] = [
  ['/health/'],
  ['/version/'],
  ['//health?serializable=true', older],
  ['/x/../..//livez', older],
  ['/v3?x=1&y=<>', escapes],
  ["//a'b&c;d", older],
  ['//\\host', escapes],
  ['/v3/../health', older],
  ['/', undefined],
];

const methods = ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
/** Others answer OK while they can, and are held to what they say when they cannot. */
const times = [
  '5S',
  '+5S',
  '0S',
  '0n',
  '',
  '5000m',
  '-1S',
  '1n',
  '5',
  'S',
  '5s',
  '1X',
  '1.5S',
  '5 S',
  '5SS',
  '9'.repeat(30),
];

const cases: readonly Case[] = [
  ...posts.map(([path, differs = {}]) => ({ method: 'POST', path, body, differs })),
  ...gets.map(([path, differs = {}]) => ({ method: 'GET', path, differs })),
  ...methods.map((method) => ({
    method,
    path: '/v3/kv/range',
    differs: method === 'OPTIONS' ? {} : older,
  })),
  ...times.map((time) => ({ method: 'POST', path: '/v3/kv/range', body, headers: { 'grpc-timeout': time } })),
  ...['-1S', 'x'].map((time) => ({ method: 'POST', path: '/v3/watch', headers: { 'grpc-timeout': time } })),
  { method: 'POST', path: '/v3/nothing', headers: { 'grpc-timeout': 'x' }, differs: older },
  { method: 'GET', path: '/v3/kv/range', headers: { 'grpc-timeout': 'x' }, differs: older },
];

function plain({ status, location, body }: RawAnswer): unknown {
  return { status, location, lines: body.split('\n').map((line) => comparable(line, false)) };
}

const name = ({ method, path, headers }: RawRequest): string =>
  [method, path, ...Object.values(headers ?? {}).map((time) => `within ${JSON.stringify(time)}`)].join(' ');

describe('over HTTP', () => {
  test.each(cases.map((each) => [name(each), each] as const))('%s', async (_name, { differs = {}, ...asked }) => {
    const ours = plain(await rawAnswer(pair.ours().server.address, asked));
    for (const { server, version } of pair.references()) {
      const theirs = plain(await rawAnswer(server.address, asked));
      const isOther = Object.keys(differs).some((release) => version.startsWith(release));
      if (isOther) expect(ours, `${server.name} answers the same: a difference that is not there`).not.toEqual(theirs);
      else expect(ours, `beside ${server.name}`).toEqual(theirs);
    }
  });

  test('a call that waits ends with its time', async () => {
    const name = Buffer.from('lock').toString('base64');
    const post = (path: string, message: object, headers = {}): RawRequest => ({
      method: 'POST',
      path,
      body: JSON.stringify(message),
      headers,
    });
    const headers = { 'grpc-timeout': '500m' };
    const isOver = { code: 4, message: 'context deadline exceeded' };
    // Of etcd's gateway and what is behind it either may tell first, and not always in gRPC's words.
    const isOverThere = {
      code: expect.any(Number) as number,
      message: expect.stringMatching(/deadline exceeded|RST_STREAM .*CANCEL/) as string,
    };
    for (const { server } of [pair.ours(), ...pair.references()]) {
      const isOurs = server === pair.ours().server;
      const over = isOurs ? isOver : isOverThere;
      const status = isOurs ? 504 : (expect.toSatisfy((code: number) => [500, 503, 504].includes(code)) as number);
      const told = async (asked: RawRequest) => {
        const { status, body } = await rawAnswer(server.address, asked);
        return {
          status,
          lines: body
            .split('\n')
            .filter(Boolean)
            .map((line) => comparable(line, false)),
        };
      };
      expect(await told(post('/v3/lock/lock', { name })), server.name).toMatchObject({ status: 200 });
      const waits = [
        post('/v3/lock/lock', { name }, headers),
        post('/v3/election/observe', { name: 'bm9ib2R5' }, headers),
      ];
      for (const wait of waits) expect(await told(wait), server.name).toEqual({ status, lines: [over] });
      const watch = post('/v3/watch', { create_request: { key: name } }, headers);
      // On a machine that stands still the time may be over before the first message.
      for (let isBegun = false; !isBegun;) {
        const watched = await told(watch);
        expect(watched.lines.at(-1), server.name).toEqual(over);
        isBegun = watched.status === 200;
        expect(watched.lines, server.name).toHaveLength(isBegun ? 2 : 1);
      }
    }
  });
});
