/** From a location to an open store: the one place that knows every kind. */
import type { ObjectStore } from '../ports/object-store.ts';
import { openFileStore } from './file-store/file-store.ts';
import { openMemoryStore } from './memory-store/memory-store.ts';
import type { S3Credentials } from './s3/client.ts';
import { openS3Store, type S3StoreOptions } from './s3/s3-store.ts';
import { checkS3Location, parseStoreUrl, type StoreLocation } from './store-url.ts';

export interface OpenStoreOptions {
  /** Explicit keys. Without them: the location's profile, else the SDK's chain (environment, files, role). */
  readonly credentials?: S3Credentials;
  readonly requestTimeoutMs?: number;
  readonly socketsMax?: number;
  /** Told of each request to S3 beyond the first that an operation takes. */
  readonly onFurtherRequest?: S3StoreOptions['onFurtherRequest'];
}

/** The location of a store cannot be understood. The message is for the operator. */
export class StoreUrlError extends Error {
  override readonly name = 'StoreUrlError';
}

export async function openObjectStore(url: string, options: OpenStoreOptions = {}): Promise<ObjectStore> {
  const parsed = parseStoreUrl(url);
  if (parsed.kind === 'invalid') throw new StoreUrlError(parsed.message);
  return openStoreAt(parsed.location, options);
}

export async function openStoreAt(location: StoreLocation, options: OpenStoreOptions = {}): Promise<ObjectStore> {
  switch (location.kind) {
    case 'file':
      return openFileStore(location.path);
    case 'memory':
      return openMemoryStore(location.name);
    case 's3': {
      const checked = checkS3Location(location);
      if (checked.kind === 'invalid') throw new StoreUrlError(checked.message);
      const { kind: _kind, ...rest } = location;
      return openS3Store({ ...rest, ...options });
    }
  }
}
