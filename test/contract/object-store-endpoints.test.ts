/**
 * The same contract on S3 endpoints that are not ours: the one that the environment names, and MinIO in a container
 * where a Docker engine answers. Where there is none, a skipped test says so.
 */
import { randomBytes } from 'node:crypto';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { MinioContainer } from '@testcontainers/minio';
import { getContainerRuntimeClient } from 'testcontainers';
import { describe, expect, test } from 'vitest';
import { openS3Store, type S3StoreOptions } from '../../src/adapters/s3/s3-store.ts';
import { probeObjectStore } from '../../src/adapters/store-probe.ts';
import type { ObjectStore } from '../../src/ports/object-store.ts';
import { objectStoreContract, type OpenedStore } from './object-store.ts';

const minioImage = 'minio/minio:RELEASE.2025-04-22T22-12-26Z';
const endpoint = process.env['T4_TEST_S3_ENDPOINT'];

if (endpoint === undefined || endpoint === '')
  skipped('an S3 endpoint of the environment', 'T4_TEST_S3_ENDPOINT is not set');
else
  objectStoreContract(`S3 adapter, ${new URL(endpoint).origin} of T4_TEST_S3_ENDPOINT`, () =>
    openProbed(optionsOf(endpoint)),
  );

const noDocker = await dockerProblem();
if (noDocker !== undefined) skipped('MinIO in a container', `no Docker engine answers: ${noDocker}`);
else objectStoreContract('S3 adapter, MinIO in a container', openMinio);

function skipped(what: string, reason: string): void {
  console.info(`object store contract: ${what}: skipped, ${reason}`);
  describe(`object store contract: ${what}`, () => {
    test.skip(`skipped: ${reason}`, () => {});
  });
}

/** The bucket must exist. The test keeps to a random prefix and deletes what it wrote. */
function optionsOf(url: string): S3StoreOptions {
  const bucket = required('T4_TEST_S3_BUCKET');
  const accessKeyId = process.env['T4_TEST_S3_ACCESS_KEY_ID'];
  const region = process.env['T4_TEST_S3_REGION'];
  return {
    bucket,
    endpoint: url,
    prefix: `t4-contract-${randomBytes(8).toString('hex')}`,
    forcePathStyle: true,
    ...(region === undefined ? {} : { region }),
    ...(accessKeyId === undefined
      ? {}
      : { credentials: { accessKeyId, secretAccessKey: required('T4_TEST_S3_SECRET_ACCESS_KEY') } }),
  };
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`T4_TEST_S3_ENDPOINT is set, ${name} is not`);
  return value;
}

async function openProbed(options: S3StoreOptions): Promise<OpenedStore> {
  const store = openS3Store(options);
  expect(await probeObjectStore(store, (length) => randomBytes(length))).toEqual({ kind: 'ok' });
  const cleaner = openS3Store(options);
  return { store, dispose: () => empty(cleaner) };
}

async function openMinio(): Promise<OpenedStore> {
  const container = await new MinioContainer(minioImage).start();
  const location = { endpoint: container.getConnectionUrl(), region: 'us-east-1', forcePathStyle: true };
  const credentials = { accessKeyId: container.getUsername(), secretAccessKey: container.getPassword() };
  const client = new S3Client({ ...location, credentials });
  await client.send(new CreateBucketCommand({ Bucket: 't4-contract' }));
  client.destroy();
  const { store } = await openProbed({ ...location, bucket: 't4-contract', credentials });
  return { store, dispose: async () => void (await container.stop()) };
}

async function empty(store: ObjectStore): Promise<void> {
  for (;;) {
    const page = await store.list('');
    if (page.kind !== 'ok') throw new Error(`could not clean up: ${page.problem.message}`);
    if (page.objects.length > 0) await store.deleteMany(page.objects.map(({ key }) => key));
    if (!page.more) return store.close();
  }
}

async function dockerProblem(): Promise<string | undefined> {
  try {
    await getContainerRuntimeClient();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
