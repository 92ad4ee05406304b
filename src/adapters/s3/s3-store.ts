/**
 * Object store over the S3 API. One request an operation, never retried; every failure is read by `outcome.ts`.
 *
 * A body counts as read only when its length is what the answer announced. A list counts only when it ascends: a
 * store that does not sort (S3 directory buckets) would make the log look as if it had ended.
 */
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type ListObjectsV2CommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import type {
  ByteRange,
  DeleteOutcome,
  GetOutcome,
  ListOptions,
  ListOutcome,
  ObjectStore,
  ObjectSummary,
  PutCondition,
  PutOutcome,
  StoreProblem,
} from '../../ports/object-store.ts';
import { assertByteRange } from '../byte-range.ts';
import { assertObjectKey, assertObjectPrefix, objectKeysPerDeleteMax, objectsPerListMax } from '../object-key.ts';
import { attempt } from './attempt.ts';
import { createS3Client, isAmazonEndpoint, type S3ClientOptions } from './client.ts';
import { problemOf, putOutcomeOf, type S3Dialect, type S3Failure } from './outcome.ts';
import { bodyOf } from './body.ts';

export interface S3StoreOptions extends S3ClientOptions {
  readonly bucket: string;
  /** Everything this store reads and writes lies under `prefix/`; empty for the whole bucket. */
  readonly prefix?: string;
  readonly requestTimeoutMs?: number;
  /** Told of each request beyond the first that an operation takes. */
  readonly onFurtherRequest?: ((operation: 'head' | 'list', key: string) => void) | undefined;
}

export const s3RequestTimeoutMsDefault = 10_000;

interface Context {
  readonly client: S3Client;
  readonly bucket: string;
  /** Empty, or ends with `/`. */
  readonly prefix: string;
  readonly timeoutMs: number;
  readonly dialect: S3Dialect;
  readonly onFurtherRequest: NonNullable<S3StoreOptions['onFurtherRequest']>;
}

export function openS3Store(options: S3StoreOptions): ObjectStore {
  const prefix = (options.prefix ?? '').replace(/^\/+|\/+$/g, '');
  assertObjectPrefix(prefix);
  const client = createS3Client(options);
  const context: Context = {
    client,
    bucket: options.bucket,
    prefix: prefix === '' ? '' : `${prefix}/`,
    timeoutMs: options.requestTimeoutMs ?? s3RequestTimeoutMsDefault,
    dialect: { amazon: isAmazonEndpoint(options.endpoint) },
    onFurtherRequest: options.onFurtherRequest ?? (() => undefined),
  };
  const where = options.endpoint === undefined ? '' : ` at ${new URL(options.endpoint).origin}`;
  return {
    description: `s3://${options.bucket}${prefix === '' ? '' : `/${prefix}`}${where}`,
    put: (key, body, condition) => put(context, key, body, condition),
    get: (key, range) => get(context, key, range),
    list: (keyPrefix, listOptions) => list(context, keyPrefix, listOptions),
    deleteMany: (keys) => deleteMany(context, keys),
    close: async () => client.destroy(),
  };
}

async function put(context: Context, key: string, body: Uint8Array, condition: PutCondition): Promise<PutOutcome> {
  assertObjectKey(key);
  const result = await attempt(context.client, context.timeoutMs, ({ send }) =>
    send(
      new PutObjectCommand({
        Bucket: context.bucket,
        Key: context.prefix + key,
        Body: body,
        ContentLength: body.length,
        ContentType: 'application/octet-stream',
        ...(condition.kind === 'absent' ? { IfNoneMatch: '*' } : {}),
        ...(condition.kind === 'match' ? { IfMatch: condition.etag } : {}),
      }),
    ),
  );
  if (result.kind === 'failed') return putOutcomeOf(result.failure, condition, context.dialect);
  const etag = result.value.ETag;
  if (etag === undefined || etag === '')
    return { kind: 'unknown', problem: protocolProblem('the answer to a PUT has no ETag') };
  return { kind: 'ok', etag };
}

async function get(context: Context, key: string, range: ByteRange | undefined): Promise<GetOutcome> {
  assertObjectKey(key);
  if (range !== undefined) assertByteRange(range);
  if (range !== undefined && range.start === range.end) return beyondEnd(context, key);
  const target = { Bucket: context.bucket, Key: context.prefix + key };
  const result = await attempt(context.client, context.timeoutMs, async ({ send, signal }) => {
    const Range = range === undefined ? {} : { Range: `bytes=${range.start}-${range.end - 1}` };
    const answer = await send(new GetObjectCommand({ ...target, ...Range }));
    return { body: await bodyOf(answer, range, signal), etag: answer.ETag };
  });
  if (result.kind === 'failed' && result.failure.status === 416) {
    context.onFurtherRequest('head', key);
    return beyondEnd(context, key);
  }
  if (result.kind === 'failed') return notFoundOrFailed(result.failure, 'NoSuchKey');
  const { body, etag } = result.value;
  if (body.kind === 'invalid') return { kind: 'failed', problem: protocolProblem(body.message) };
  if (etag === undefined || etag === '')
    return { kind: 'failed', problem: protocolProblem('the answer to a GET has no ETag') };
  return { kind: 'ok', body: body.bytes, etag, size: body.size };
}

/** A range with nothing in it is refused by S3 without the object's size and ETag: those take a HEAD. */
async function beyondEnd(context: Context, key: string): Promise<GetOutcome> {
  const target = { Bucket: context.bucket, Key: context.prefix + key };
  const result = await attempt(context.client, context.timeoutMs, ({ send }) => send(new HeadObjectCommand(target)));
  if (result.kind === 'failed') return notFoundOrFailed(result.failure, 'NotFound');
  const { ETag: etag, ContentLength: size } = result.value;
  if (etag === undefined || size === undefined) {
    return { kind: 'failed', problem: protocolProblem('the answer to a HEAD has no ETag or no length') };
  }
  return { kind: 'ok', body: new Uint8Array(0), etag, size };
}

function notFoundOrFailed(failure: S3Failure, notFoundCode: string): GetOutcome {
  if (failure.status === 404 && failure.code === notFoundCode) return { kind: 'not-found' };
  return { kind: 'failed', problem: problemOf(failure) };
}

async function list(context: Context, keyPrefix: string, options: ListOptions = {}): Promise<ListOutcome> {
  assertObjectPrefix(keyPrefix);
  const limit = Math.min(options.limit ?? objectsPerListMax, objectsPerListMax);
  const after = options.after ?? '';
  const objects: ObjectSummary[] = [];
  let token: string | undefined;
  for (;;) {
    const request = {
      Bucket: context.bucket,
      Prefix: context.prefix + keyPrefix,
      MaxKeys: limit - objects.length,
      ...(after === '' ? {} : { StartAfter: context.prefix + after }),
      ...(token === undefined ? {} : { ContinuationToken: token }),
    };
    const result = await attempt(context.client, context.timeoutMs, ({ send }) =>
      send(new ListObjectsV2Command(request)),
    );
    if (result.kind === 'failed') return { kind: 'failed', problem: problemOf(result.failure) };
    const problem = takePage(result.value, context.prefix, after, objects);
    if (problem !== undefined) return { kind: 'failed', problem };
    if (result.value.IsTruncated !== true) return { kind: 'ok', objects, more: false };
    if (objects.length >= limit) return { kind: 'ok', objects, more: true };
    token = result.value.NextContinuationToken;
    if (token === undefined)
      return { kind: 'failed', problem: protocolProblem('a truncated list has no continuation token') };
    context.onFurtherRequest('list', keyPrefix);
  }
}

function takePage(
  page: ListObjectsV2CommandOutput,
  prefix: string,
  after: string,
  objects: ObjectSummary[],
): StoreProblem | undefined {
  let last = objects.at(-1)?.key ?? after;
  for (const entry of page.Contents ?? []) {
    const fullKey = entry.Key;
    if (fullKey === undefined || entry.Size === undefined || !fullKey.startsWith(prefix)) {
      return protocolProblem('a list entry lacks its key or size, or lies outside the prefix');
    }
    const key = fullKey.slice(prefix.length);
    if (key <= last) {
      return { ...protocolProblem(`the list is not in ascending order: ${key} after ${last}`), permanent: true };
    }
    last = key;
    objects.push({ key, size: entry.Size, lastModifiedMs: entry.LastModified?.getTime() ?? 0 });
  }
  return undefined;
}

async function deleteMany(context: Context, keys: readonly string[]): Promise<DeleteOutcome> {
  if (keys.length > objectKeysPerDeleteMax) throw new RangeError(`delete: more than ${objectKeysPerDeleteMax} keys`);
  for (const key of keys) assertObjectKey(key);
  if (keys.length === 0) return { kind: 'ok' };
  const Objects = keys.map((key) => ({ Key: context.prefix + key }));
  const result = await attempt(context.client, context.timeoutMs, ({ send }) =>
    send(new DeleteObjectsCommand({ Bucket: context.bucket, Delete: { Objects, Quiet: true } })),
  );
  if (result.kind === 'failed') return { kind: 'failed', problem: problemOf(result.failure), failed: [...keys] };
  const errors = result.value.Errors ?? [];
  const first = errors[0];
  if (first === undefined) return { kind: 'ok' };
  const failed = errors.flatMap((error) => (error.Key === undefined ? [] : [error.Key.slice(context.prefix.length)]));
  const code = first.Code ?? 'UnknownError';
  const message = `${errors.length} of ${keys.length} objects were not deleted: ${first.Message ?? code}`;
  const problem = { code, message, permanent: code === 'AccessDenied' };
  return { kind: 'failed', problem, failed: failed.length === errors.length ? failed : [...keys] };
}

function protocolProblem(message: string): StoreProblem {
  return { code: 'InvalidResponse', message, permanent: false };
}
