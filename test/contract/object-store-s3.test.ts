import { openS3Store } from '../../src/adapters/s3/s3-store.ts';
import { startS3 } from '../support/s3.ts';
import { objectStoreContract } from './object-store.ts';

objectStoreContract('S3 adapter, s3rver behind the front', async () => {
  const s3 = await startS3();
  const store = openS3Store({ ...s3.location, prefix: 'contract/s3', credentials: s3.credentials });
  return { store, dispose: s3.close };
});

/** A store may give fewer keys than asked and say that there are more: the adapter has to follow its tokens. */
objectStoreContract('S3 adapter, lists in pages of 7, whole bucket', async () => {
  const s3 = await startS3({ listPageMax: 7 });
  const store = openS3Store({ ...s3.location, credentials: s3.credentials });
  return { store, dispose: s3.close };
});
