/** An HTTP request read as the S3 operation that it is. Path-style addresses only. */
import type { IncomingHttpHeaders } from 'node:http';
import type { S3Operation } from './faults.ts';
import { decodeXml } from './xml.ts';

export interface S3Request {
  readonly operation: S3Operation;
  readonly bucket: string;
  /** Empty for LIST and DELETE_MANY. */
  readonly key: string;
  /** What a fault's pattern is held against. */
  readonly keys: readonly string[];
  readonly query: URLSearchParams;
  readonly method: string;
  /** Path and query as they came, for forwarding. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Undefined for an operation that the front does not know. */
export function readS3Request(
  method: string,
  target: string,
  headers: IncomingHttpHeaders,
  body: Buffer,
): S3Request | undefined {
  const url = new URL(target, 'http://front');
  const [bucket = '', ...segments] = url.pathname.slice(1).split('/');
  const key = decodeURIComponent(segments.join('/'));
  const query = url.searchParams;
  const common = { bucket, query, method, target, headers, body };
  if (key === '') {
    if (method === 'GET' && query.get('list-type') === '2') {
      return { ...common, operation: 'LIST', key, keys: [query.get('prefix') ?? ''] };
    }
    if (method === 'POST' && query.has('delete'))
      return { ...common, operation: 'DELETE_MANY', key, keys: keysToDelete(body) };
    return undefined;
  }
  const foreign = [...query.keys()].some((name) => name !== 'x-id');
  if (foreign || (method !== 'PUT' && method !== 'GET' && method !== 'HEAD' && method !== 'DELETE')) return undefined;
  return { ...common, operation: method, key, keys: [key] };
}

function keysToDelete(body: Buffer): string[] {
  return [...body.toString('utf8').matchAll(/<Key>([^<]*)<\/Key>/g)].map((match) => decodeXml(match[1]!));
}
