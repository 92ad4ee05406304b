/**
 * The body of a GET, held against what its headers announced: a short one is never taken for the object. Some stores
 * answer a range with more than was asked; the excess is cut.
 */
import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';
import type { ByteRange } from '../../ports/object-store.ts';

export type Body =
  | { readonly kind: 'ok'; readonly bytes: Uint8Array; /** Bytes of the whole object. */ readonly size: number }
  | { readonly kind: 'invalid'; readonly message: string };

export async function bodyOf(
  answer: Pick<GetObjectCommandOutput, 'Body' | 'ContentLength' | 'ContentRange'>,
  range: ByteRange | undefined,
  signal: AbortSignal,
): Promise<Body> {
  const received = answer.Body === undefined ? new Uint8Array(0) : await receive(answer.Body, signal);
  const announced = answer.ContentLength;
  if (announced !== undefined && announced !== received.length) {
    return { kind: 'invalid', message: `the body has ${received.length} bytes, ${announced} were announced` };
  }
  if (range === undefined) return { kind: 'ok', bytes: received, size: received.length };
  if (answer.ContentRange === undefined) {
    return { kind: 'ok', bytes: received.slice(range.start, range.end), size: received.length };
  }
  const match = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(answer.ContentRange);
  const [first, last, size] = [Number(match?.[1]), Number(match?.[2]), Number(match?.[3])];
  const end = Math.min(range.end, size);
  if (match === null || first !== range.start || last - first + 1 !== received.length || last + 1 < end) {
    return {
      kind: 'invalid',
      message: `asked for bytes ${range.start}..${range.end}, the answer says ${answer.ContentRange}`,
    };
  }
  return { kind: 'ok', bytes: received.slice(0, end - first), size };
}

/** Ends with the signal even where the stream itself does not notice. */
async function receive(body: NonNullable<GetObjectCommandOutput['Body']>, signal: AbortSignal): Promise<Uint8Array> {
  const listening = new AbortController();
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true, signal: listening.signal });
  });
  try {
    return await Promise.race([body.transformToByteArray(), aborted]);
  } finally {
    listening.abort();
  }
}
