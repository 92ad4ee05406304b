import { assert } from '../assert.ts';
import { clientUrlBytesMax, clientUrlsMax } from '../limits.ts';
import type { ByteReader } from './reader.ts';
import type { ByteWriter } from './writer.ts';

/** Under which addresses clients reach a node. */

export function writeClientUrls(writer: ByteWriter, clientUrls: readonly string[]): void {
  assert(clientUrls.length <= clientUrlsMax, 'more client URLs than clientUrlsMax');
  writer.varint(clientUrls.length);
  for (const url of clientUrls) writer.text(url, clientUrlBytesMax);
}

export function readClientUrls(reader: ByteReader): readonly string[] {
  const count = reader.count('client URLs', 1, 0, clientUrlsMax);
  const clientUrls: string[] = [];
  for (let index = 0; index < count; index++) clientUrls.push(reader.text('client URL', clientUrlBytesMax));
  return clientUrls;
}
