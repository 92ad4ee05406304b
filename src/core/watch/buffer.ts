import { assert } from '../assert.ts';
import { watchBufferBytesMax, watchBufferControlsMax, watchBuffersBytesMax } from '../limits.ts';

/** What the buffers of all streams of a hub hold. */
export interface BuffersTotal {
  bytes: number;
}

/**
 * The account of a stream's buffer: responses that were handed out and that the consumer has not taken yet.
 *
 * Invariants:
 * - Responses with events or progress: at most `messagesMax`, of at most `watchBufferBytesMax` together, except that one single
 *   revision larger than that may be there when no other bytes are. A response that does not fit is not made: its watcher lags.
 * - All buffers together hold at most `watchBuffersBytesMax`, except that each may hold one revision.
 * - Answers to creations and cancellations never wait; they are counted apart, and too many end the stream.
 */
export interface StreamBuffer {
  readonly total: BuffersTotal;
  readonly messagesMax: number;
  messages: number;
  bytes: number;
  controls: number;
  /** Bytes of each message, oldest first; -1 for a control. Everything before `head` is gone. */
  sizes: number[];
  head: number;
}

const controlSize = -1;

export function emptyBuffer(messagesMax: number, total: BuffersTotal): StreamBuffer {
  assert(messagesMax >= 1, 'one message fits into a buffer');
  return { total, messagesMax, messages: 0, bytes: 0, controls: 0, sizes: [], head: 0 };
}

/** Room for a further revision of `bytes`, in a message of its own or in one that is already counted. */
export function hasRoom(buffer: StreamBuffer, messages: number, bytes: number): boolean {
  if (buffer.messages + messages > buffer.messagesMax) return false;
  if (buffer.bytes === 0) return true;
  return buffer.bytes + bytes <= watchBufferBytesMax && buffer.total.bytes + bytes <= watchBuffersBytesMax;
}

export function controlsOverflow(buffer: StreamBuffer): boolean {
  return buffer.controls > watchBufferControlsMax;
}

export function reserve(buffer: StreamBuffer, messages: number, bytes: number): void {
  buffer.messages += messages;
  buffer.bytes += bytes;
  buffer.total.bytes += bytes;
}

/** The message was reserved, with all its bytes. */
export function enqueue(buffer: StreamBuffer, bytes: number): void {
  buffer.sizes.push(bytes);
}

export function enqueueControl(buffer: StreamBuffer): void {
  buffer.controls += 1;
  buffer.sizes.push(controlSize);
}

export function dequeue(buffer: StreamBuffer, messages: number): void {
  assert(messages <= buffer.sizes.length - buffer.head, 'a consumer takes only what it was given');
  for (let taken = 0; taken < messages; taken++, buffer.head++) {
    const bytes = buffer.sizes[buffer.head]!;
    if (bytes === controlSize) {
      buffer.controls -= 1;
      continue;
    }
    buffer.messages -= 1;
    buffer.bytes -= bytes;
    buffer.total.bytes -= bytes;
  }
  if (buffer.head * 2 < buffer.sizes.length) return;
  buffer.sizes = buffer.sizes.slice(buffer.head);
  buffer.head = 0;
}

/** The stream is over: whatever it held is nobody's any more. */
export function discard(buffer: StreamBuffer): void {
  buffer.total.bytes -= buffer.bytes;
  buffer.bytes = 0;
}

export function isHalfFree(buffer: StreamBuffer): boolean {
  return buffer.messages * 2 <= buffer.messagesMax && buffer.bytes * 2 <= watchBufferBytesMax;
}
