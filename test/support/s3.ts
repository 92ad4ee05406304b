/**
 * `startS3`: an S3 endpoint for tests, with real sockets, real files (in a temporary folder unless told otherwise),
 * S3's conditional writes and paging, and faults on demand. See s3-front/faults.ts for what can be injected:
 *
 *   const s3 = await startS3();
 *   const store = openS3Store({ ...s3.location, credentials: s3.credentials });
 *   s3.front.inject({ operations: ['PUT'], keyPattern: '^log/', times: 1, action: { kind: 'cut-after' } });
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBucket } from './s3-front/bucket.ts';
import { startControl } from './s3-front/control.ts';
import { startFront, type S3Front } from './s3-front/front.ts';
import { connectUpstream } from './s3-front/upstream.ts';
import { s3rverCredentials, startS3rver } from './s3rver.ts';

export interface StartS3Options {
  readonly bucket?: string;
  /** Kept after close when given; a temporary folder that is removed otherwise. */
  readonly directory?: string;
  readonly port?: number;
  readonly controlPort?: number;
  /** Of the draws for faults with a probability. */
  readonly seed?: number;
  readonly listPageMax?: number;
}

export interface RunningS3 {
  readonly endpoint: string;
  readonly bucket: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** What `openS3Store` and `openStoreAt` need besides the credentials. */
  readonly location: {
    readonly bucket: string;
    readonly endpoint: string;
    readonly region: string;
    readonly forcePathStyle: true;
  };
  /** The store as T4 is told on its command line; the credentials go into the environment. */
  readonly url: (prefix?: string) => string;
  readonly environment: Readonly<Record<string, string>>;
  readonly front: S3Front;
  /** Base URL of the front's controls for other processes; see s3-front/control.ts. */
  readonly control: string;
  readonly close: () => Promise<void>;
}

const region = 'us-east-1';

export async function startS3(options: StartS3Options = {}): Promise<RunningS3> {
  const bucket = options.bucket ?? 't4-test';
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 't4-s3-')));
  await mkdir(directory, { recursive: true });
  const s3rver = await startS3rver(directory, bucket);
  const upstream = connectUpstream(s3rver.port);
  const { accessKeyId } = s3rverCredentials;
  const opened = await openBucket(s3rver.server, upstream, {
    name: bucket,
    accessKeyId,
    listPageMax: options.listPageMax ?? 1_000,
  });
  const front = await startFront(opened, { port: options.port ?? 0, seed: options.seed ?? 1 });
  const control = await startControl(front, options.controlPort ?? 0);
  const endpoint = `http://127.0.0.1:${front.port}`;
  return {
    endpoint,
    bucket,
    credentials: s3rverCredentials,
    location: { bucket, endpoint, region, forcePathStyle: true },
    url: (prefix = '') =>
      `s3://${bucket}/${prefix}?endpoint=${encodeURIComponent(endpoint)}&region=${region}&path-style=true`,
    environment: {
      AWS_ACCESS_KEY_ID: s3rverCredentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: s3rverCredentials.secretAccessKey,
      AWS_REGION: region,
    },
    front,
    control: `http://127.0.0.1:${control.port}`,
    close: async () => {
      await control.close();
      await front.close();
      upstream.close();
      await s3rver.close();
      if (options.directory === undefined) await rm(directory, { recursive: true, force: true });
    },
  };
}
