/**
 * An S3 endpoint for tests: s3rver behind a proxy that gives it S3's conditional writes and paging (bucket.ts), and
 * that can be told to fail (faults.ts).
 *
 * A request is read whole before anything else happens, so a client that goes away in the middle of its body has sent
 * nothing. Once read it takes effect or not by the rules, whether or not the client still listens.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorAnswer, type Bucket } from './bucket.ts';
import { createFaultBook, type FaultAction, type FaultBook, type FaultRule, type S3Operation } from './faults.ts';
import { createParking, type Parking } from './parking.ts';
import { readS3Request, type S3Request } from './s3-request.ts';
import type { Answer } from './upstream.ts';

export interface RequestRecord {
  readonly operation: S3Operation;
  readonly keys: readonly string[];
  /** What the bucket answered; undefined while it has not, or when the request never took effect. */
  readonly status: number | undefined;
  /** The kind of the fault that struck, if one did. */
  readonly fault: FaultAction['kind'] | undefined;
}

export interface S3Front {
  readonly port: number;
  readonly faults: FaultBook;
  /** Adds a rule; the function returned takes it away again. */
  inject(rule: FaultRule): () => void;
  /** Lets parked requests go on: those that one rule parked, or all. */
  release(ruleId?: number): void;
  /** Resolves when so many requests are parked. */
  whenParked(count: number): Promise<void>;
  /** Resolves when nothing is at work or parked any more: late requests have taken effect. */
  whenIdle(): Promise<void>;
  /** What has come in, oldest first, up to a bound. */
  requests(): readonly RequestRecord[];
  forgetRequests(): void;
  close(): Promise<void>;
}

export interface S3FrontOptions {
  readonly port?: number;
  readonly seed?: number;
}

const bodyBytesMax = 256 * 1024 * 1024;
const recordsMax = 200_000;

interface Context {
  readonly bucket: Bucket;
  readonly faults: FaultBook;
  readonly parking: Parking;
  readonly record: (request: S3Request, status: number | undefined, fault: FaultAction['kind'] | undefined) => void;
}

export async function startFront(bucket: Bucket, options: S3FrontOptions = {}): Promise<S3Front> {
  const faults = createFaultBook(options.seed ?? 1);
  const parking = createParking();
  let records: RequestRecord[] = [];
  const context: Context = {
    bucket,
    faults,
    parking,
    record: ({ operation, keys }, status, fault) => {
      if (records.length < recordsMax) records.push({ operation, keys, status, fault });
    },
  };
  const server = createServer((incoming, outgoing) => {
    void parking.track(serve(context, incoming, outgoing).catch((error: unknown) => giveUp(outgoing, error)));
  });
  server.requestTimeout = 0;
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    faults,
    inject(rule) {
      const ruleId = faults.add(rule);
      return () => faults.remove(ruleId);
    },
    release: (ruleId) => parking.release(ruleId),
    whenParked: (count) => parking.whenParked(count),
    whenIdle: () => parking.whenIdle(),
    requests: () => records,
    forgetRequests: () => {
      records = [];
    },
    async close() {
      faults.clear();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      parking.release();
      await parking.whenIdle();
      await closed;
    },
  };
}

async function serve(context: Context, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const body = await readBody(incoming);
  if (body === undefined) return;
  const request = readS3Request(incoming.method ?? '', incoming.url ?? '', incoming.headers, body);
  if (request === undefined) {
    const message = 'the front does not know this operation';
    return answer(outgoing, errorAnswer(501, 'NotImplemented', message, { target: incoming.url ?? '' }));
  }
  const struck = context.faults.strike(request.operation, request.keys);
  const apply = async () => {
    const result = await context.bucket.apply(request);
    context.record(request, result.status, struck?.action.kind);
    return result;
  };
  if (struck === undefined) return answer(outgoing, await apply());
  await serveFaulty(context, request, outgoing, struck.ruleId, struck.action, apply);
}

async function serveFaulty(
  context: Context,
  request: S3Request,
  outgoing: ServerResponse,
  ruleId: number,
  action: FaultAction,
  apply: () => Promise<Answer>,
): Promise<void> {
  const notApplied = () => context.record(request, undefined, action.kind);
  switch (action.kind) {
    case 'error': {
      if (action.applied === true) await apply();
      else notApplied();
      return answer(outgoing, errorAnswer(action.status, action.code, action.message ?? 'injected', request));
    }
    case 'delay':
      await sleep(action.ms);
      return answer(outgoing, await apply());
    case 'cut-before':
      notApplied();
      return cut(outgoing);
    case 'cut-after':
      await apply();
      return cut(outgoing);
    case 'late':
      if (action.tell === 'cut') cut(outgoing);
      if (action.tell === 'error') answer(outgoing, errorAnswer(500, 'InternalError', 'injected', request));
      if (action.ms === undefined) await context.parking.park(ruleId);
      else await sleep(action.ms);
      await apply();
      return;
    case 'hold': {
      if (action.when === 'before') await context.parking.park(ruleId);
      const result = await apply();
      if (action.when === 'after') await context.parking.park(ruleId);
      return answer(outgoing, result);
    }
    case 'truncate-body':
      return answerTruncated(outgoing, await apply(), action);
    case 'corrupt-body':
      return answer(outgoing, corrupted(await apply(), action.offset));
    case 'wrong-etag': {
      const result = await apply();
      return answer(outgoing, { ...result, headers: { ...result.headers, etag: `"${'f'.repeat(32)}"` } });
    }
  }
}

function answer(outgoing: ServerResponse, { status, headers, body }: Answer): void {
  if (outgoing.destroyed || outgoing.headersSent) return;
  const { connection: _connection, 'keep-alive': _keepAlive, 'transfer-encoding': _encoding, ...rest } = headers;
  const isHead = outgoing.req.method === 'HEAD';
  outgoing.writeHead(status, isHead ? rest : { ...rest, 'content-length': body.length });
  outgoing.end(isHead ? undefined : body);
}

function answerTruncated(
  outgoing: ServerResponse,
  result: Answer,
  action: { bytes: number; announced: 'full' | 'short' },
): void {
  if (result.body.length <= action.bytes || result.status >= 300) return answer(outgoing, result);
  const part = result.body.subarray(0, action.bytes);
  if (action.announced === 'short') return answer(outgoing, { ...result, body: part });
  outgoing.writeHead(result.status, { ...result.headers, 'content-length': result.body.length });
  outgoing.write(part, () => cut(outgoing));
}

function corrupted(result: Answer, offset: number | undefined): Answer {
  if (result.body.length === 0 || result.status >= 300) return result;
  const body = Buffer.from(result.body);
  const at = Math.min(offset ?? body.length >> 1, body.length - 1);
  body[at] = body[at]! ^ 1;
  return { ...result, body };
}

function cut(outgoing: ServerResponse): void {
  outgoing.socket?.resetAndDestroy();
}

/** Undefined when the client went away before it had sent everything. */
async function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of incoming as AsyncIterable<Buffer>) {
      length += part.length;
      if (length > bodyBytesMax) throw new Error('the body is too large for the front');
      parts.push(part);
    }
  } catch (error) {
    if (length > bodyBytesMax) throw error;
    return undefined;
  }
  return incoming.complete ? Buffer.concat(parts) : undefined;
}

/** A failure of the front or of s3rver itself: said loudly, since a test that meets it means nothing. */
function giveUp(outgoing: ServerResponse, error: unknown): void {
  console.error('s3-front:', error);
  cut(outgoing);
}
