/**
 * The bytes of HTTP/2 that a gRPC client sends, made once and then only copied.
 *
 * - A call is one HEADERS and one DATA frame; the stream's number is patched into the copy.
 * - The first call of a connection spells its headers out and has the server remember them; each later one names them by
 *   their place in the server's table, as the common clients do.
 */

export const frameHeaderBytes = 9;
export const frameTypes = { data: 0, headers: 1, resetStream: 3, settings: 4, ping: 6, goAway: 7, windowUpdate: 8 };
export const frameFlags = { endStream: 0x01, acknowledge: 0x01, endHeaders: 0x04, padded: 0x08 };
export const settingNumbers = { streamsMax: 3, streamWindow: 4 };

/** What a receiver takes before it grants more, unless it said otherwise. */
export const windowBytesDefault = 65_535;

/** What a receiver takes in one frame, unless it said otherwise. */
const frameBytesMax = 16_384;

/** What is granted to servers, so that they never wait for a grant. */
const streamWindowBytes = 1 << 24;
export const connectionWindowBytes = 1 << 30;

const streamOffset = 5;
const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

export function frame(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const bytes = Buffer.alloc(frameHeaderBytes + payload.length);
  bytes.writeUIntBE(payload.length, 0, 3);
  bytes.writeUInt8(type, 3);
  bytes.writeUInt8(flags, 4);
  bytes.writeUInt32BE(stream, streamOffset);
  bytes.set(payload, frameHeaderBytes);
  return bytes;
}

export function windowUpdate(bytes: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(bytes);
  return frame(frameTypes.windowUpdate, 0, 0, payload);
}

export function greeting(): Buffer {
  const settings = Buffer.alloc(6);
  settings.writeUInt16BE(settingNumbers.streamWindow, 0);
  settings.writeUInt32BE(streamWindowBytes, 2);
  return Buffer.concat([
    Buffer.from(preface, 'latin1'),
    frame(frameTypes.settings, 0, 0, settings),
    windowUpdate(connectionWindowBytes - windowBytesDefault),
  ]);
}

export interface CallHeaders {
  readonly first: Buffer;
  readonly later: Buffer;
}

/** `:method POST` and `:scheme http` stand in the protocol's own table; the five others go to the connection's, newest first. */
export function callHeaders(path: string, authority: string): CallHeaders {
  const indexed = (place: number) => Buffer.of(0x80 | place);
  const remembered = (name: Buffer, value: string) => Buffer.concat([name, text(value)]);
  const post = Buffer.concat([indexed(3), indexed(6)]);
  const first = Buffer.concat([
    post,
    remembered(Buffer.of(0x40 | 4), path),
    remembered(Buffer.of(0x40 | 1), authority),
    remembered(Buffer.of(0x40 | 31), 'application/grpc'),
    remembered(Buffer.concat([Buffer.of(0x40), text('te')]), 'trailers'),
    remembered(Buffer.of(0x40 | 58), 't4-bench'),
  ]);
  const later = Buffer.concat([post, ...[66, 65, 64, 63, 62].map(indexed)]);
  const headers = (block: Buffer) => frame(frameTypes.headers, frameFlags.endHeaders, 0, block);
  return { first: headers(first), later: headers(later) };
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1');
  if (bytes.length > 126) throw new Error(`header text of ${bytes.length} bytes: longer ones are encoded otherwise`);
  return Buffer.concat([Buffer.of(bytes.length), bytes]);
}

/** The DATA frame that carries one message and ends the client's side of the call. */
export function messageFrame(message: Uint8Array): Buffer {
  if (message.length + 5 > frameBytesMax)
    throw new Error(`a message of ${message.length} bytes is more than one frame`);
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return frame(frameTypes.data, frameFlags.endStream, 0, Buffer.concat([prefix, message]));
}

export function copyFrame(template: Buffer, target: Buffer, offset: number, stream: number): number {
  target.set(template, offset);
  target.writeUInt32BE(stream, offset + streamOffset);
  return offset + template.length;
}
