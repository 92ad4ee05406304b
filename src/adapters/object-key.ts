/**
 * The keys that every object store accepts alike. A key outside these rules is a bug of ours and throws; it never
 * reaches a store, so that no store's own idea of a path can matter.
 *
 * - `/`-separated segments, none of them empty, `.` or `..`.
 * - Letters, digits and `! $ & ' ( ) * + , - . : ; = ? @ _`: what S3 calls safe, or safe once encoded in a URL. No
 *   space, no `\`, no `~` and no `%`: the folder store uses the last two in file names of its own.
 * - Bounded, so that prefix and key stay below S3's 1,024 bytes and a segment below a file system's 255.
 */
export const objectKeyBytesMax = 700;
export const objectKeySegmentBytesMax = 200;
export const objectKeysPerDeleteMax = 1_000;
export const objectsPerListMax = 1_000;

const characters = /^[A-Za-z0-9!$&'()*+,\-./:;=?@_]*$/;

export function assertObjectKey(key: string): void {
  if (key === '') throw new RangeError('object key: empty');
  const problem = problemOf(key);
  if (problem !== undefined) throw new RangeError(`object key ${JSON.stringify(key)}: ${problem}`);
}

/** A prefix may end in the middle of a segment or with `/`, and may be empty. */
export function assertObjectPrefix(prefix: string): void {
  if (prefix === '') return;
  const problem = prefix.endsWith('/')
    ? problemOf(prefix.slice(0, -1))
    : problemOf(prefix, { lastSegmentPartial: true });
  if (problem !== undefined) throw new RangeError(`object key prefix ${JSON.stringify(prefix)}: ${problem}`);
}

export function isObjectKey(key: string): boolean {
  return key !== '' && problemOf(key) === undefined;
}

function problemOf(key: string, options: { readonly lastSegmentPartial?: boolean } = {}): string | undefined {
  if (key.length > objectKeyBytesMax) return `longer than ${objectKeyBytesMax} bytes`;
  if (!characters.test(key)) return 'has a character outside the allowed set';
  const segments = key.split('/');
  for (const [index, segment] of segments.entries()) {
    if (segment === '') return 'starts or ends with `/`, or has an empty segment';
    if (segment.length > objectKeySegmentBytesMax) return `has a segment longer than ${objectKeySegmentBytesMax} bytes`;
    const partial = options.lastSegmentPartial === true && index === segments.length - 1;
    if (!partial && (segment === '.' || segment === '..')) return 'has a `.` or `..` segment';
  }
  return undefined;
}
