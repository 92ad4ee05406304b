import { type DescMessage, fromBinary, fromJson, type JsonValue, toBinary, toJson } from '@bufbuild/protobuf';
import { requestDepthMax } from '../limits.ts';
import { invalidJson, tooLarge } from './json-values.ts';

/**
 * Messages as etcd's gateway writes them in JSON: names as the .proto file has them, 64-bit numbers as texts, bytes in base64, nothing for
 * what is not set. It reads camel case and numbers too, enums by name or number, and passes over what it does not know.
 */
export function messageBytesOf(json: string, type: DescMessage, bytesMax: number): Uint8Array {
  const bytes = encoded(json, type);
  if (bytes.length > bytesMax) throw tooLarge(bytes.length, bytesMax);
  return bytes;
}

function encoded(json: string, type: DescMessage): Uint8Array {
  try {
    const value = JSON.parse(json, longNumber.test(json) ? (exactNumber as never) : undefined) as JsonValue;
    const options = { ignoreUnknownFields: true, recursionLimit: requestDepthMax };
    return toBinary(type, fromJson(type, value, options));
  } catch (error) {
    throw invalidJson(error instanceof Error ? error.message : String(error));
  }
}

export function jsonOf(bytes: Uint8Array, type: DescMessage): JsonValue {
  const message = fromBinary(type, bytes, { recursionLimit: requestDepthMax });
  return toJson(type, message, { useProtoFieldName: true });
}

/** Without one there is no number past 53 bits, and no need to look at every value. */
const longNumber = /\d{16}/;

/** Numbers past 53 bits would be rounded; a text is not. */
function exactNumber(_name: string, value: unknown, { source }: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  return source !== undefined && /^-?\d+$/.test(source) ? source : value;
}
