/** Connections and calls by hand, of clients that do what no library does: say nothing, or ask and never read. */
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { callHeaders, frame, frameFlags, frameTypes, greeting } from '../generator/frames.ts';

/** A client that has greeted and now is silent; it answers the server's settings, and nothing after. */
export async function openIdle(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port });
  await once(socket, 'connect');
  socket.write(Buffer.concat([preface, frame(frameTypes.settings, 0, 0, noBytes)]));
  await once(socket, 'data');
  socket.write(frame(frameTypes.settings, frameFlags.acknowledge, 0, noBytes));
  return socket;
}

/**
 * A call that is never read: `narrow` grants the server no more than the protocol's beginning allows, `wide` grants it all it wants and
 * leaves the bytes in the socket.
 */
export async function openUnread(
  port: number,
  path: string,
  message: Uint8Array,
  grant: 'narrow' | 'wide',
): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port });
  socket.pause();
  await once(socket, 'connect');
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  const headers = Buffer.from(callHeaders(path, `127.0.0.1:${port}`).first);
  headers.writeUInt32BE(1, 5);
  const hello = grant === 'wide' ? greeting() : Buffer.concat([preface, frame(frameTypes.settings, 0, 0, noBytes)]);
  socket.write(Buffer.concat([hello, headers, frame(frameTypes.data, 0, 1, Buffer.concat([prefix, message]))]));
  return socket;
}

const noBytes = Buffer.alloc(0);
const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');
