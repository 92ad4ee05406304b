/**
 * A hash chained over everything that happens: two runs with the same hash took the same way. 64 bits in two lanes of 32, in plain
 * integer arithmetic; it finds differences, it does not resist anybody.
 */
export interface TraceHash {
  number(value: number): void;
  text(value: string): void;
  bytes(value: Uint8Array): void;
  /** Any plain value: primitives, bytes, arrays, objects in the order of their fields. */
  value(value: unknown): void;
  /** 16 hex digits. */
  hex(): string;
}

export function createTraceHash(): TraceHash {
  let low = 0x811c9dc5 | 0;
  let high = 0x2f6e2b1d | 0;

  function word(value: number): void {
    low = Math.imul(low ^ value, 0x01000193);
    high = Math.imul((high ^ value ^ (low >>> 15)) | 0, 0x85ebca6b);
    high ^= high >>> 13;
  }

  function number(value: number): void {
    if ((value | 0) === value) {
      word(value);
      return;
    }
    // Fractions are virtual times, whole microseconds.
    const scaled = Math.round(value * 1_000);
    word(19);
    word(scaled | 0);
    word(Math.floor(scaled / 4_294_967_296) | 0);
  }

  function text(value: string): void {
    let hash = value.length;
    for (let index = 0; index < value.length; index++) hash = Math.imul(hash, 31) + value.charCodeAt(index);
    word(hash | 0);
  }

  function bytes(value: Uint8Array): void {
    const { length } = value;
    let hash = length;
    let index = 0;
    for (; index + 3 < length; index += 4) {
      const four = value[index]! | (value[index + 1]! << 8) | (value[index + 2]! << 16) | (value[index + 3]! << 24);
      hash = Math.imul(hash ^ four, 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    for (; index < length; index++) hash = Math.imul(hash ^ value[index]!, 0x01000193);
    word(hash | 0);
  }

  function value(given: unknown): void {
    switch (typeof given) {
      case 'number':
        number(given);
        return;
      case 'string':
        text(given);
        return;
      case 'boolean':
        word(given ? 3 : 5);
        return;
      case 'bigint':
        word(17);
        text(given.toString());
        return;
      case 'object':
        if (given === null) word(7);
        else if (given instanceof Uint8Array) bytes(given);
        else if (Array.isArray(given)) {
          word(given.length);
          for (const element of given) value(element);
        } else {
          for (const name in given) value((given as Record<string, unknown>)[name]);
          word(11);
        }
        return;
      default:
        word(13);
    }
  }

  return {
    number,
    text,
    bytes,
    value,
    hex: () => hexOf(low) + hexOf(high),
  };
}

function hexOf(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
