/** The part of s3rver 3.7.1 that the tests use; the package has no types. */
declare module 's3rver' {
  import type { Server } from 'node:http';

  interface S3rverOptions {
    readonly address?: string;
    readonly port?: number;
    readonly silent?: boolean;
    readonly directory?: string;
    readonly vhostBuckets?: boolean;
    readonly configureBuckets?: readonly { readonly name: string }[];
  }
  interface StoredObject {
    readonly key: string;
    readonly size: number;
    readonly metadata: Readonly<Record<string, string>>;
    readonly lastModifiedDate: Date;
  }
  export default class S3rver {
    constructor(options: S3rverOptions);
    readonly httpServer: Server;
    readonly store: {
      listObjects(bucket: string, options: object): Promise<{ readonly objects: readonly StoredObject[] }>;
    };
    run(): Promise<{ readonly port: number }>;
    close(): Promise<void>;
  }
}
