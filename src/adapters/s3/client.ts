/**
 * The configured SDK client.
 *
 * - One attempt a call: a second one by the SDK would get 412 for what the first had written, and an unknown outcome
 *   would come out as a failed condition.
 * - Checksums only where the protocol requires them: stores that do not know the newer headers stay usable.
 * - No `Expect: 100-continue`: for it the SDK opens a connection outside the bounded pool.
 * - Credentials: explicit keys, or a profile, or the SDK's default chain (environment, files, container, instance).
 */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { createHash } from 'node:crypto';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { fromNodeProviderChain } from '@aws-sdk/credential-providers';

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface S3ClientOptions {
  readonly endpoint?: string;
  readonly region?: string;
  readonly forcePathStyle?: boolean;
  readonly profile?: string;
  readonly credentials?: S3Credentials;
  readonly socketsMax?: number;
  readonly connectTimeoutMs?: number;
}

export const s3SocketsMaxDefault = 64;
export const s3ConnectTimeoutMsDefault = 3_000;
/** For stores behind an endpoint of their own, most of which accept any region. */
const regionForCustomEndpoint = 'us-east-1';

export function createS3Client(options: S3ClientOptions): S3Client {
  const agentOptions = { keepAlive: true, maxSockets: options.socketsMax ?? s3SocketsMaxDefault };
  const config: S3ClientConfig = {
    maxAttempts: 1,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    expectContinueHeader: false,
    forcePathStyle: options.forcePathStyle ?? false,
    requestHandler: {
      connectionTimeout: options.connectTimeoutMs ?? s3ConnectTimeoutMsDefault,
      httpAgent: new HttpAgent(agentOptions),
      httpsAgent: new HttpsAgent(agentOptions),
    },
  };
  const region = options.region ?? regionFallback(options);
  if (region !== undefined) config.region = region;
  if (options.endpoint !== undefined) config.endpoint = options.endpoint;
  if (options.profile !== undefined) config.profile = options.profile;
  if (options.credentials !== undefined) config.credentials = { ...options.credentials };
  else if (options.profile !== undefined) config.credentials = fromNodeProviderChain({ profile: options.profile });
  const client = new S3Client(config);
  if (!isAmazonEndpoint(options.endpoint)) useMd5ForDeleteMany(client);
  return client;
}

export function isAmazonEndpoint(endpoint: string | undefined): boolean {
  if (endpoint === undefined) return true;
  return /(^|\.)amazonaws\.com(\.cn)?$/.test(new URL(endpoint).hostname);
}

/** The environment and the profile stay in charge where they can say something. */
function regionFallback(options: S3ClientOptions): string | undefined {
  if (options.endpoint === undefined || options.profile !== undefined) return undefined;
  if (process.env['AWS_REGION'] !== undefined || process.env['AWS_DEFAULT_REGION'] !== undefined) return undefined;
  return regionForCustomEndpoint;
}

/** Compatible stores often demand `Content-MD5` for DeleteObjects, where the SDK now sends a CRC-32. */
function useMd5ForDeleteMany(client: S3Client): void {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const request = args.request as { headers?: Record<string, string>; body?: unknown };
      if (context['commandName'] !== 'DeleteObjectsCommand' || request.headers === undefined) return next(args);
      const { body } = request;
      if (typeof body !== 'string' && !(body instanceof Uint8Array)) return next(args);
      for (const name of Object.keys(request.headers)) {
        if (/^x-amz-(checksum-|sdk-checksum-)/i.test(name)) delete request.headers[name];
      }
      request.headers['content-md5'] = createHash('md5').update(body).digest('base64');
      return next(args);
    },
    { step: 'build', priority: 'low', name: 'contentMd5ForDeleteObjects' },
  );
}
