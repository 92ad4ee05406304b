/**
 * A bucket with S3's semantics on top of s3rver, which keeps the bodies.
 *
 * - Conditions are decided and the PUT is forwarded under the key's lock, against an index of what is stored (s3rver
 *   itself would overwrite). The index starts as s3rver's own listing and follows every write, since all pass here.
 * - A PUT is done when reading it back gives the same bytes: s3rver answers before its file is written out.
 * - Ranges are cut here: s3rver gives the whole object for its first byte, and never ends a range of an empty one.
 * - Lists are cut from the index: s3rver sorts file names instead of keys and fails at its continuation token.
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type S3rver from 's3rver';
import { createLocks } from './locks.ts';
import type { S3Request } from './s3-request.ts';
import { plainHeaders, type Answer, type Upstream } from './upstream.ts';
import { deletedXml, errorXml, listXml, type ListedObject } from './xml.ts';

export interface BucketOptions {
  readonly name: string;
  readonly accessKeyId: string;
  /** Most keys in one page of a list, whatever was asked; S3's own bound is 1,000. */
  readonly listPageMax: number;
  /** How often a PUT is read back until it gives the same bytes. A busy machine takes its time. */
  readonly settleAttemptsMax?: number;
}

export interface Bucket {
  apply(request: S3Request): Promise<Answer>;
}

const settleAttemptsMaxDefault = 6_000;
const settlePauseMs = 5;

export async function openBucket(server: S3rver, upstream: Upstream, options: BucketOptions): Promise<Bucket> {
  const index = await indexOf(server, options.name);
  const locks = createLocks();

  const putObject = (request: S3Request) =>
    locks.forKey(request.key, async () => {
      const refused = conditionRefusal(request, index.get(request.key));
      if (refused !== undefined) return refused;
      const answer = await upstream.send('PUT', request.target, request.headers, request.body);
      const etag = answer.headers['etag'];
      if (answer.status !== 200 || typeof etag !== 'string') return answer;
      // It is there from now on, even when it cannot be proved: to forget it would let another conditional PUT replace it.
      index.set(request.key, { key: request.key, size: request.body.length, etag, lastModified: new Date() });
      await settle(request);
      return answer;
    });

  const settle = async (request: S3Request) => {
    const path = new URL(request.target, 'http://front').pathname;
    for (let attempt = 0; attempt < (options.settleAttemptsMax ?? settleAttemptsMaxDefault); attempt += 1) {
      // While the file grows, s3rver may send more bytes than it announced: a broken answer is one to ask again for.
      const stored = await upstream.send('GET', path, plainHeaders, Buffer.alloc(0)).catch(() => undefined);
      if (stored?.status === 200 && stored.body.equals(request.body)) return;
      await sleep(settlePauseMs);
    }
    throw new Error(`s3rver does not give back what was written to ${request.key}`);
  };

  const getObject = (request: S3Request) =>
    locks.forKey(request.key, async () => {
      const { range, ...headers } = request.headers;
      const whole = await upstream.send(request.method, request.target, headers, request.body);
      return range === undefined || whole.status !== 200 ? whole : cutRange(whole, range, request);
    });

  const deleteObjects = (request: S3Request) =>
    locks.forAll(async () => {
      const errors = [];
      for (const key of request.keys) {
        if (!index.has(key)) continue;
        const path = `/${options.name}/${key.split('/').map(encodeURIComponent).join('/')}`;
        const answer = await upstream.send('DELETE', path, plainHeaders, Buffer.alloc(0));
        if (answer.status === 204) index.delete(key);
        else errors.push({ key, code: 'InternalError', message: `s3rver answered ${answer.status}` });
      }
      return errors;
    });

  const listPage = ({ query }: S3Request): Answer => {
    const prefix = query.get('prefix') ?? '';
    const token = query.get('continuation-token');
    const after = token === null ? (query.get('start-after') ?? '') : Buffer.from(token, 'base64url').toString('utf8');
    const maxKeys = Math.min(Number(query.get('max-keys') ?? 1_000), 1_000);
    const sorted = [...index.values()]
      .filter(({ key }) => key.startsWith(prefix) && key > after)
      .sort((left, right) => (left.key < right.key ? -1 : 1));
    const objects = sorted.slice(0, Math.min(maxKeys, options.listPageMax));
    const last = objects.at(-1);
    const nextToken =
      last === undefined || objects.length === sorted.length ? undefined : Buffer.from(last.key).toString('base64url');
    return xmlAnswer(200, listXml({ bucket: options.name, prefix, maxKeys, objects, nextToken }));
  };

  return {
    async apply(request) {
      const refused = accessRefusal(request, options) ?? bodyRefusal(request);
      if (refused !== undefined) return refused;
      switch (request.operation) {
        case 'PUT':
          return putObject(request);
        case 'GET':
        case 'HEAD':
          return getObject(request);
        case 'DELETE': {
          const errors = await deleteObjects(request);
          return errors[0] === undefined
            ? { status: 204, headers: {}, body: Buffer.alloc(0) }
            : errorAnswer(500, 'InternalError', errors[0].message, request);
        }
        case 'DELETE_MANY':
          return xmlAnswer(200, deletedXml(await deleteObjects(request)));
        case 'LIST':
          return listPage(request);
      }
    },
  };
}

export function errorAnswer(
  status: number,
  code: string,
  message: string,
  request: { readonly target: string },
): Answer {
  return xmlAnswer(status, errorXml(code, message, request.target));
}

function cutRange(whole: Answer, range: string, request: S3Request): Answer {
  const match = /^bytes=(\d+)-(\d*)$/.exec(range);
  if (match === null) return errorAnswer(501, 'NotImplemented', `the front does not know the range ${range}`, request);
  const size = whole.body.length;
  const start = Number(match[1]);
  const end = Math.min(match[2] === '' ? size : Number(match[2]) + 1, size);
  if (start >= size) return errorAnswer(416, 'InvalidRange', 'The requested range is not satisfiable', request);
  const headers = { ...whole.headers, 'content-range': `bytes ${start}-${end - 1}/${size}` };
  return { status: 206, headers, body: whole.body.subarray(start, end) };
}

async function indexOf(server: S3rver, bucket: string): Promise<Map<string, ListedObject>> {
  const { objects } = await server.store.listObjects(bucket, {});
  return new Map(
    objects.map(({ key, size, metadata, lastModifiedDate }) => [
      key,
      { key, size, etag: metadata['etag'] ?? '', lastModified: lastModifiedDate },
    ]),
  );
}

function conditionRefusal(request: S3Request, existing: ListedObject | undefined): Answer | undefined {
  const ifMatch = request.headers['if-match'];
  const ifNoneMatch = request.headers['if-none-match'];
  const failed = 'At least one of the pre-conditions you specified did not hold';
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') {
    return errorAnswer(
      501,
      'NotImplemented',
      'A header you provided implies functionality that is not implemented',
      request,
    );
  }
  if (ifNoneMatch === '*' && existing !== undefined) return errorAnswer(412, 'PreconditionFailed', failed, request);
  if (ifMatch === undefined) return undefined;
  if (existing === undefined) return errorAnswer(404, 'NoSuchKey', 'The specified key does not exist.', request);
  return existing.etag === ifMatch ? undefined : errorAnswer(412, 'PreconditionFailed', failed, request);
}

function accessRefusal(request: S3Request, options: BucketOptions): Answer | undefined {
  const accessKeyId = /Credential=([^/]+)\//.exec(request.headers.authorization ?? '')?.[1];
  if (accessKeyId === undefined) return errorAnswer(403, 'AccessDenied', 'Access Denied', request);
  if (accessKeyId !== options.accessKeyId) {
    return errorAnswer(
      403,
      'InvalidAccessKeyId',
      'The AWS Access Key Id you provided does not exist in our records.',
      request,
    );
  }
  if (request.bucket === options.name) return undefined;
  return errorAnswer(404, 'NoSuchBucket', 'The specified bucket does not exist', request);
}

/** What the signature covers of the body, and the digest that older stores insist on for DeleteObjects. */
function bodyRefusal(request: S3Request): Answer | undefined {
  const announced = request.headers['x-amz-content-sha256'];
  const actual = createHash('sha256').update(request.body).digest('hex');
  if (typeof announced === 'string' && /^[0-9a-f]{64}$/.test(announced) && announced !== actual) {
    return errorAnswer(
      400,
      'XAmzContentSHA256Mismatch',
      'The provided x-amz-content-sha256 header does not match',
      request,
    );
  }
  if (request.operation !== 'DELETE_MANY') return undefined;
  const md5 = createHash('md5').update(request.body).digest('base64');
  if (request.headers['content-md5'] === md5) return undefined;
  return errorAnswer(400, 'InvalidRequest', 'Missing required header for this request: Content-MD5', request);
}

function xmlAnswer(status: number, text: string): Answer {
  return { status, headers: { 'content-type': 'application/xml' }, body: Buffer.from(text) };
}
