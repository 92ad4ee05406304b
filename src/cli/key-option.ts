/** Keys on the command line: text is its UTF-8 bytes; `--hex` is for the others. */
import { byteStringOf, type ByteString } from '../core/types/bytes.ts';
import { usageError } from './cli-error.ts';

export function parseKey(name: string, given: string | undefined, hex: boolean): ByteString {
  if (given === undefined || given === '') throw usageError(`${name}: which key?`);
  if (!hex) return byteStringOf(new TextEncoder().encode(given));
  if (!/^([0-9a-fA-F]{2})+$/.test(given)) {
    throw usageError(
      `${name}: ${JSON.stringify(given)} is no row of hexadecimal bytes`,
      'two digits a byte, as in 00ff41',
    );
  }
  return byteStringOf(new Uint8Array(Buffer.from(given, 'hex')));
}
