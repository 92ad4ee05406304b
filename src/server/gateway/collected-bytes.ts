/**
 * Bytes that come in pieces, put together as they come. A client decides how small its pieces are: kept apart, a body in pieces of one byte
 * would take hundreds of times its size.
 */
export interface CollectedBytes {
  readonly length: number;
  add(bytes: Uint8Array): void;
  /** All of them; it begins anew. */
  take(): Buffer;
}

const roomFirst = 4_096;

export function createCollectedBytes(): CollectedBytes {
  let room = Buffer.alloc(0);
  let length = 0;
  return {
    get length() {
      return length;
    },
    add: (bytes) => {
      const needed = length + bytes.length;
      if (needed > room.length) {
        const larger = Buffer.allocUnsafeSlow(Math.max(roomFirst, needed, 2 * room.length));
        larger.set(room.subarray(0, length));
        room = larger;
      }
      room.set(bytes, length);
      length = needed;
    },
    take: () => {
      const taken = room.subarray(0, length);
      length = 0;
      room = Buffer.alloc(0);
      return taken;
    },
  };
}
