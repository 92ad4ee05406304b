/**
 * Starts s3rver, an S3 endpoint on plain files, as it is. It ignores `If-None-Match` and `If-Match` on PUT and cannot
 * list a second page on current Node: for anything but showing that, use it behind the front (`startS3`).
 */
import S3rver from 's3rver';

export interface RunningS3rver {
  readonly port: number;
  readonly endpoint: string;
  readonly server: S3rver;
  readonly close: () => Promise<void>;
}

export const s3rverCredentials = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' } as const;

export async function startS3rver(directory: string, bucket: string): Promise<RunningS3rver> {
  const server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory,
    vhostBuckets: false,
    configureBuckets: [{ name: bucket }],
  });
  const { port } = await server.run();
  const close = async () => {
    const closed = server.close();
    server.httpServer.closeAllConnections();
    await closed;
  };
  return { port, endpoint: `http://127.0.0.1:${port}`, server, close };
}
