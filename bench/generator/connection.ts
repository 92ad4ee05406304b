/**
 * One HTTP/2 connection that carries unary gRPC calls, spoken by hand on a socket: a library would cost the machine more than
 * the servers under test do.
 *
 * - A call is answered when a whole message came and trailers ended the stream. Both servers send no message when a call
 *   fails, so headers are never decoded; what is asked of each server in the end is counted by its revision.
 * - All calls that one piece of input sets free leave in one write.
 * - Whatever else goes wrong ends the connection with a reason, which every open call gets.
 */
import { connect, type Socket } from 'node:net';
import {
  callHeaders,
  connectionWindowBytes,
  copyFrame,
  frame,
  frameFlags,
  frameHeaderBytes,
  frameTypes,
  greeting,
  settingNumbers,
  windowBytesDefault,
  windowUpdate,
} from './frames.ts';

export interface Call {
  /** From `messageFrame`. */
  readonly message: Buffer;
  answered(message: Buffer): void;
  failed(reason: Error): void;
}

export interface Connection {
  /** Queued until `flush`; within `answered` and `failed` the connection flushes by itself. */
  send(call: Call): void;
  flush(): void;
  close(): void;
}

interface OpenCall {
  readonly call: Call;
  received: Buffer | undefined;
}

const noBytes = Buffer.alloc(0);
const messagePrefixBytes = 5;

/** Resolves when the server's settings are known. */
export function openConnection(port: number, path: string): Promise<Connection> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  const headers = callHeaders(path, `127.0.0.1:${port}`);
  const ready = Promise.withResolvers<Connection>();
  const open = new Map<number, OpenCall>();
  const queue: Call[] = [];
  const connection: Connection = { send: (call) => void queue.push(call), flush, close };
  let rest: Buffer = noBytes;
  let nextStream = 1;
  let streamsMax = Infinity;
  let sendWindow = windowBytesDefault;
  let consumed = 0;
  let ended = false;

  socket.on('connect', () => socket.write(greeting()));
  socket.on('data', receive);
  socket.on('error', end);
  socket.on('close', () => end(new Error('the server closed the connection')));

  function flush(): void {
    const room = Math.min(queue.length, streamsMax - open.size);
    let calls = 0;
    let bytes = 0;
    for (; calls < room; calls++) {
      const length = queue[calls]!.message.length;
      const used = length - frameHeaderBytes;
      if (used > sendWindow) break;
      sendWindow -= used;
      bytes += length + (nextStream === 1 && calls === 0 ? headers.first : headers.later).length;
    }
    if (calls > 0) write(socket, queue.splice(0, calls), bytes);
  }

  function write(to: Socket, calls: readonly Call[], bytes: number): void {
    const output = Buffer.allocUnsafe(bytes);
    let offset = 0;
    for (const call of calls) {
      offset = copyFrame(nextStream === 1 ? headers.first : headers.later, output, offset, nextStream);
      offset = copyFrame(call.message, output, offset, nextStream);
      open.set(nextStream, { call, received: undefined });
      nextStream += 2;
    }
    to.write(output);
  }

  function receive(piece: Buffer): void {
    const input = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    let offset = 0;
    while (!ended && input.length - offset >= frameHeaderBytes) {
      const next = offset + frameHeaderBytes + input.readUIntBE(offset, 3);
      if (next > input.length) break;
      const payload = input.subarray(offset + frameHeaderBytes, next);
      take(input.readUInt8(offset + 3), input.readUInt8(offset + 4), input.readUInt32BE(offset + 5), payload);
      offset = next;
    }
    rest = input.subarray(offset);
    if (!ended) flush();
  }

  function take(type: number, flags: number, stream: number, payload: Buffer): void {
    if (type === frameTypes.data) return takeData(flags, stream, payload);
    if (type === frameTypes.headers) return takeHeaders(flags, stream);
    if (type === frameTypes.windowUpdate && stream === 0) sendWindow += payload.readUInt32BE(0);
    else if (type === frameTypes.settings && (flags & frameFlags.acknowledge) === 0) takeSettings(payload);
    else if (type === frameTypes.ping && (flags & frameFlags.acknowledge) === 0) {
      socket.write(frame(frameTypes.ping, frameFlags.acknowledge, 0, payload));
    } else if (type === frameTypes.resetStream) fail(stream, new Error(`stream reset with ${payload.readUInt32BE(0)}`));
    else if (type === frameTypes.goAway) end(new Error(`the server said goodbye with ${payload.readUInt32BE(4)}`));
  }

  function takeData(flags: number, stream: number, payload: Buffer): void {
    if ((flags & frameFlags.padded) !== 0) return end(new Error('padded data, which this client cannot read'));
    consumed += payload.length;
    if (consumed > connectionWindowBytes / 2) {
      socket.write(windowUpdate(consumed));
      consumed = 0;
    }
    const waiting = open.get(stream);
    if (waiting === undefined) return;
    waiting.received = waiting.received === undefined ? payload : Buffer.concat([waiting.received, payload]);
    if ((flags & frameFlags.endStream) !== 0) fail(stream, new Error('the answer ended without trailers'));
  }

  function takeHeaders(flags: number, stream: number): void {
    if ((flags & frameFlags.endStream) === 0) return;
    const waiting = open.get(stream);
    if (waiting === undefined) return;
    const message = waiting.received;
    if (message === undefined) return fail(stream, new Error('the call failed: its answer has no message'));
    const whole = message.length >= messagePrefixBytes && message.readUInt32BE(1) === message.length - 5;
    if (!whole || message[0] !== 0) return fail(stream, new Error('the answer is not one plain message'));
    open.delete(stream);
    waiting.call.answered(message.subarray(messagePrefixBytes));
  }

  function takeSettings(payload: Buffer): void {
    for (let at = 0; at + 6 <= payload.length; at += 6) {
      const [setting, value] = [payload.readUInt16BE(at), payload.readUInt32BE(at + 2)];
      if (setting === settingNumbers.streamsMax) streamsMax = value;
      else if (setting === settingNumbers.streamWindow && value < windowBytesDefault) {
        return end(new Error(`the server takes ${value} bytes a call: fewer than this client counts on`));
      }
    }
    socket.write(frame(frameTypes.settings, frameFlags.acknowledge, 0, noBytes));
    ready.resolve(connection);
  }

  function fail(stream: number, reason: Error): void {
    const waiting = open.get(stream);
    open.delete(stream);
    waiting?.call.failed(reason);
  }

  function end(reason: Error): void {
    if (ended) return;
    ended = true;
    socket.destroy();
    ready.reject(reason);
    const left = [...[...open.values()].map(({ call }) => call), ...queue.splice(0)];
    open.clear();
    for (const call of left) call.failed(reason);
  }

  function close(): void {
    end(new Error('the connection was closed here'));
  }

  return ready.promise;
}
