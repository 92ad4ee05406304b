import type { ClientError } from '../../core/types/error.ts';
import { DatabaseError } from '../../host/database.ts';
import { createCollectedBytes } from './collected-bytes.ts';
import { jsonValuesMax, requestDepthMax } from '../limits.ts';

/**
 * JSON objects out of a body, each as soon as it is whole: they follow each other with white space between them, or nothing. Where an object
 * ends is all that is looked at here. How long one may get, how deep it nests and how
 * many values it has is bounded before anything is made of it.
 */
export async function* jsonObjects(
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  bytesMax: number,
): AsyncIterable<string> {
  const object = createCollectedBytes();
  let depth = 0;
  let values = 0;
  let inString = false;
  let escaped = false;
  for await (const chunk of bytes) {
    let start = 0;
    for (let index = 0; index < chunk.length; index++) {
      const byte = chunk[index]!;
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === backslash) escaped = true;
        else if (byte === quote) inString = false;
      } else if (depth === 0) {
        if (isSpace(byte)) continue;
        if (byte !== openBrace) throw invalidJson(notAnObject(byte));
        start = index;
        depth = 1;
        values = 1;
      } else if (byte === quote) inString = true;
      else if (byte === openBrace || byte === openBracket) {
        depth += 1;
        values += 1;
        if (depth > jsonDepthMax) throw invalidJson(`exceeded max depth of ${jsonDepthMax}`);
        if (values > jsonValuesMax) throw tooManyValues();
      } else if (byte === comma) {
        values += 1;
        if (values > jsonValuesMax) throw tooManyValues();
      } else if (byte === closeBrace || byte === closeBracket) {
        depth -= 1;
        if (depth > 0) continue;
        object.add(chunk.subarray(start, index + 1));
        yield object.take().toString('utf8');
      }
    }
    if (depth === 0) continue;
    object.add(chunk.subarray(start));
    if (object.length > bytesMax) throw tooLarge(object.length, bytesMax);
  }
  if (depth > 0) throw invalidJson('unexpected EOF');
}

/** A message in base64 is a third longer, and escapes may make a text of a few bytes long. */
export function jsonBytesMaxOf(messageBytesMax: number): number {
  return 2 * messageBytesMax;
}

/** A level of messages is two levels of JSON where it is in a list. */
const jsonDepthMax = 2 * requestDepthMax;

const [quote, backslash, comma, openBrace, closeBrace, openBracket, closeBracket] = Buffer.from(
  '"\\,{}[]',
) as unknown as [number, number, number, number, number, number, number];

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function notAnObject(byte: number): string {
  const character = byte < 0x80 ? String.fromCharCode(byte) : '�';
  // Other values of JSON begin so.
  if (/["[tfn\d-]/.test(character)) return `syntax error: unexpected token ${character}`;
  return `invalid character '${character}' looking for beginning of value`;
}

function tooManyValues(): DatabaseError {
  return invalidJson(`exceeded max values of ${jsonValuesMax}`);
}

export function invalidJson(message: string): DatabaseError {
  return new DatabaseError({ status: 'InvalidArgument', message });
}

/** In the words of Go's gRPC, as for a message that comes without JSON around it. */
export function tooLarge(bytes: number, bytesMax: number): DatabaseError {
  const message = `grpc: received message larger than max (${bytes} vs. ${bytesMax})`;
  return new DatabaseError({ status: 'ResourceExhausted', message } satisfies ClientError);
}
