import { connect as connectHttp2, constants, type ClientHttp2Session } from 'node:http2';
import { connect, type Socket } from 'node:net';

/** What arrives on a port that anyone can reach. Each resolves when the connection is over, whoever ended it. */

/** Bytes, then the client's end of the connection. Answers what came back. */
export function sendBytes(address: string, bytes: Uint8Array): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = open(address);
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('close', () => resolve(Buffer.concat(chunks)));
    socket.on('connect', () => socket.end(bytes));
    // Servers that wait for more are left, as such clients leave.
    socket.setTimeout(leaveAfterMs, () => socket.destroy());
  });
}

const leaveAfterMs = 300;

/** Connects and leaves at once, so many at a time. Answers how many connections came about. */
export async function connectRapidly(address: string, count: number, atOnce: number): Promise<number> {
  let connected = 0;
  let started = 0;
  const worker = async () => {
    while (started < count) {
      started += 1;
      const isConnected = await new Promise<boolean>((resolve) => {
        const socket = open(address);
        socket.on('connect', () => {
          socket.resetAndDestroy();
          resolve(true);
        });
        socket.on('close', () => resolve(false));
      });
      if (isConnected) connected += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return connected;
}

function open(address: string): Socket {
  const [host, port] = address.split(':') as [string, string];
  const socket = connect({ host, port: Number(port) });
  socket.on('error', () => undefined);
  return socket;
}

export interface Http2Answer {
  readonly status: number | undefined;
  readonly grpcStatus: string | undefined;
}

/** One request in HTTP/2 with any headers and any body. */
export function sendHttp2(
  address: string,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
): Promise<Http2Answer> {
  const session: ClientHttp2Session = connectHttp2(`http://${address}`);
  session.on('error', () => undefined);
  return new Promise((resolve) => {
    let status: number | undefined;
    let grpcStatus: string | undefined;
    const stream = session.request({ [constants.HTTP2_HEADER_METHOD]: 'POST', ...headers }, { endStream: false });
    const note = (fields: Record<string, unknown>) => {
      status ??= fields[':status'] as number | undefined;
      grpcStatus ??= fields['grpc-status'] as string | undefined;
    };
    stream.on('response', note);
    stream.on('trailers', note);
    stream.on('error', () => undefined);
    stream.setTimeout(leaveAfterMs, () => stream.close());
    stream.on('close', () => {
      session.close();
      resolve({ status, grpcStatus });
    });
    stream.resume();
    stream.end(body);
  });
}

/** A gRPC message: compressed or not, its length, itself. */
export function grpcFrame(bytes: Uint8Array, { compressed = false, length = bytes.length } = {}): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt8(compressed ? 1 : 0, 0);
  prefix.writeUInt32BE(length, 1);
  return Buffer.concat([prefix, bytes]);
}
