import { createHash } from 'node:crypto';
import type S3rver from 's3rver';
import { expect, test } from 'vitest';
import { openBucket } from './bucket.ts';
import { readS3Request, type S3Request } from './s3-request.ts';
import type { Upstream } from './upstream.ts';

function putIfAbsent(body: string): S3Request {
  const bytes = Buffer.from(body);
  const headers = {
    authorization: 'AWS4-HMAC-SHA256 Credential=me/20260101/us-east-1/s3/aws4_request',
    'if-none-match': '*',
    'x-amz-content-sha256': createHash('sha256').update(bytes).digest('hex'),
  };
  return readS3Request('PUT', '/bucket/log/1', headers, bytes)!;
}

test('what was stored and cannot be read back yet is not replaced by the next conditional PUT', async () => {
  const stored: string[] = [];
  const upstream: Upstream = {
    async send(method, _target, _headers, body) {
      if (method === 'PUT') stored.push(body.toString());
      return { status: 200, headers: { etag: '"1"' }, body: Buffer.from('half') };
    },
    close: () => undefined,
  };
  const server = { store: { listObjects: async () => ({ objects: [] }) } } as unknown as S3rver;
  const options = { name: 'bucket', accessKeyId: 'me', listPageMax: 10, settleAttemptsMax: 2 };
  const bucket = await openBucket(server, upstream, options);
  await expect(bucket.apply(putIfAbsent('first'))).rejects.toThrow('does not give back');
  expect((await bucket.apply(putIfAbsent('second'))).status).toBe(412);
  expect(stored).toEqual(['first']);
});
