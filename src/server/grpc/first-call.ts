import { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { firstCallBytesMax, firstCallWaitMs, settingsTimeoutMs } from '../limits.ts';
import { withNodesAuthority } from './authority.ts';

/**
 * Looks at the first call of a connection, for the sake of clients that `authority.ts` tells of: theirs goes on through a filter, all
 * others are handed over as they are, with everything that was read. Who calls nobody for a while is handed over too.
 *
 * A client may wait for the server's settings before it calls. They are sent from here, and the client's acknowledgement is taken out of what
 * it sent: Node's session, which sends its own, expects no other.
 */
export function lookAtFirstCall(socket: Socket, streamsMax: number): FirstCall {
  const decided = Promise.withResolvers<Duplex | undefined>();
  let read: Buffer = Buffer.alloc(0);
  /** Where the first frame begins that is not whole yet. */
  let seen = prefaceBytes;
  let call: Frame | undefined;
  let settings: 'due' | 'sent' | 'acknowledged' = 'due';

  const letGo = () => {
    forget();
    socket.on('error', () => undefined);
    socket.destroy();
    decided.resolve(undefined);
  };
  const handOver = (found: Buffer | undefined) => {
    forget();
    if (found !== undefined && isChanged(found)) return decided.resolve(filtered(socket, read));
    socket.unshift(read);
    decided.resolve(socket);
  };
  const onReadable = () => {
    const bytes = socket.read() as Buffer | null;
    if (bytes === null) return;
    read = Buffer.concat([read, bytes]);
    look();
    if (settings !== 'sent' && call !== undefined) handOver(blockOf(call));
    else if (read.length > firstCallBytesMax) letGo();
    else if (settings === 'due' && seen > prefaceBytes) {
      settings = 'sent';
      socket.write(settingsFrame(streamsMax));
    }
  };
  /** At each frame once: a client may send very many small ones, and in pieces. */
  const look = () => {
    for (let frame = frameAt(read, seen); frame !== undefined; frame = frameAt(read, seen)) {
      if (settings === 'sent' && isAcknowledgement(frame)) {
        settings = 'acknowledged';
        read = Buffer.concat([read.subarray(0, frame.start), read.subarray(frame.end)]);
        continue;
      }
      seen = frame.end;
      if (frame.type === headersType) call ??= frame;
    }
  };
  const waited = setTimeout(() => {
    if (settings !== 'sent') handOver(undefined);
  }, firstCallWaitMs);
  const late = setTimeout(() => {
    if (settings === 'sent') letGo();
    else handOver(undefined);
  }, settingsTimeoutMs);
  const forget = () => {
    clearTimeout(waited);
    clearTimeout(late);
    socket.off('readable', onReadable).off('end', letGo).off('close', letGo).off('error', letGo);
  };
  socket.on('readable', onReadable).on('end', letGo).on('close', letGo).on('error', letGo);
  onReadable();
  return { decided: decided.promise, end: letGo };
}

export interface FirstCall {
  /** What to serve; undefined: the connection has ended. */
  readonly decided: Promise<Duplex | undefined>;
  /** Waits no longer: ends the connection. */
  readonly end: () => void;
}

/** The socket below a connection that is filtered: it knows who is at the other end. */
export function socketBelow(connection: object): Socket | undefined {
  return sockets.get(connection);
}

const sockets = new WeakMap<object, Socket>();

const prefaceBytes = 24;
const frameHeaderBytes = 9;
/** Where the settings say nothing of it, as those from here and Node's do not. */
const framePayloadBytesMax = 16_384;
const headersType = 1;
const settingsType = 4;
const acknowledgeFlag = 0x01;
const endHeadersFlag = 0x04;
const paddedFlag = 0x08;
const priorityFlag = 0x20;

interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly start: number;
  readonly end: number;
  readonly payload: Buffer;
}

function isAcknowledgement({ type, flags }: Frame): boolean {
  return type === settingsType && (flags & acknowledgeFlag) !== 0;
}

/** Undefined: it is not whole. */
function frameAt(bytes: Buffer, start: number): Frame | undefined {
  if (bytes.length < start + frameHeaderBytes) return undefined;
  const end = start + frameHeaderBytes + bytes.readUIntBE(start, 3);
  if (bytes.length < end) return undefined;
  const [type, flags] = [bytes.readUInt8(start + 3), bytes.readUInt8(start + 4)];
  return { type, flags, start, end, payload: bytes.subarray(start + frameHeaderBytes, end) };
}

/** Of headers in one frame, without padding, as clients send them; undefined: others, which nobody looks into. */
function blockOf({ flags, payload }: Frame): Buffer | undefined {
  if ((flags & endHeadersFlag) === 0 || (flags & paddedFlag) !== 0) return undefined;
  return payload.subarray((flags & priorityFlag) !== 0 ? 5 : 0);
}

function isChanged(block: Buffer): boolean {
  try {
    return withNodesAuthority(block) !== block;
  } catch {
    // Damaged: Node says so in its own way.
    return false;
  }
}

function settingsFrame(streamsMax: number): Buffer {
  const frame = Buffer.alloc(frameHeaderBytes + 6);
  frame.writeUIntBE(6, 0, 3);
  frame.writeUInt8(settingsType, 3);
  frame.writeUInt16BE(3, frameHeaderBytes);
  frame.writeUInt32BE(streamsMax, frameHeaderBytes + 2);
  return frame;
}

/** What the client sends, each block of headers with a name that Node takes. */
function filtered(socket: Socket, already: Buffer): Duplex {
  let rest = already.subarray(prefaceBytes);
  let isBroken = false;
  const rewritten = (bytes: Buffer): Buffer => {
    if (isBroken) return bytes;
    rest = Buffer.concat([rest, bytes]);
    const whole: Buffer[] = [];
    let start = 0;
    for (let frame = frameAt(rest, 0); frame !== undefined; frame = frameAt(rest, start)) {
      whole.push(rewrittenFrame(rest.subarray(frame.start, frame.end), frame));
      start = frame.end;
    }
    rest = rest.subarray(start);
    // Longer than any that was allowed: Node ends the connection for it, and need not be kept waiting for all of it.
    if (rest.length >= frameHeaderBytes && rest.readUIntBE(0, 3) > framePayloadBytesMax) {
      whole.push(rest);
      rest = Buffer.alloc(0);
      isBroken = true;
    }
    return Buffer.concat(whole);
  };
  const connection: Duplex = new Duplex({
    allowHalfOpen: false,
    read: () => void socket.resume(),
    write: (chunk: Buffer, _encoding, done) => void socket.write(chunk, done),
    final: (done) => void socket.end(done),
    destroy: (error, done) => {
      socket.destroy();
      done(error);
    },
  });
  sockets.set(connection, socket);
  const push = (bytes: Buffer) => {
    if (bytes.length > 0 && !connection.push(bytes)) socket.pause();
  };
  socket.on('data', (bytes: Buffer) => push(rewritten(bytes)));
  socket.on('end', () => connection.push(null));
  socket.on('error', (error) => connection.destroy(error));
  socket.on('close', () => connection.destroy());
  push(Buffer.concat([already.subarray(0, prefaceBytes), rewritten(Buffer.alloc(0))]));
  return connection;
}

function rewrittenFrame(bytes: Buffer, frame: Frame): Buffer {
  const block = frame.type === headersType ? blockOf(frame) : undefined;
  if (block === undefined || !isChanged(block)) return bytes;
  const before = frame.payload.subarray(0, frame.payload.length - block.length);
  const payload = Buffer.concat([before, withNodesAuthority(block)]);
  const header = Buffer.from(bytes.subarray(0, frameHeaderBytes));
  header.writeUIntBE(payload.length, 0, 3);
  return Buffer.concat([header, payload]);
}
