/** The few XML answers of S3 that the front gives itself. */
export interface ListedObject {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  readonly lastModified: Date;
}

const head = '<?xml version="1.0" encoding="UTF-8"?>\n';
const namespace = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

export function errorXml(code: string, message: string, resource: string): string {
  const fields = element('Code', code) + element('Message', message) + element('Resource', resource);
  return `${head}<Error>${fields}${element('RequestId', 'front')}</Error>`;
}

export interface ListPage {
  readonly bucket: string;
  readonly prefix: string;
  readonly maxKeys: number;
  readonly objects: readonly ListedObject[];
  /** Set when there is more. */
  readonly nextToken: string | undefined;
}

export function listXml(page: ListPage): string {
  const contents = page.objects.map(
    (object) =>
      `<Contents>${element('Key', object.key)}${element('LastModified', object.lastModified.toISOString())}` +
      `${element('ETag', object.etag)}${element('Size', String(object.size))}${element('StorageClass', 'STANDARD')}</Contents>`,
  );
  const next = page.nextToken === undefined ? '' : element('NextContinuationToken', page.nextToken);
  return (
    `${head}<ListBucketResult ${namespace}>${element('Name', page.bucket)}${element('Prefix', page.prefix)}` +
    `${element('KeyCount', String(page.objects.length))}${element('MaxKeys', String(page.maxKeys))}` +
    `${element('IsTruncated', String(page.nextToken !== undefined))}${next}${contents.join('')}</ListBucketResult>`
  );
}

export function deletedXml(
  errors: readonly { readonly key: string; readonly code: string; readonly message: string }[],
): string {
  const entries = errors.map(
    ({ key, code, message }) =>
      `<Error>${element('Key', key)}${element('Code', code)}${element('Message', message)}</Error>`,
  );
  return `${head}<DeleteResult ${namespace}>${entries.join('')}</DeleteResult>`;
}

export function decodeXml(text: string): string {
  return text
    .replace(/&#x([0-9a-fA-F]+);/g, (_, digits: string) => String.fromCodePoint(parseInt(digits, 16)))
    .replace(/&#(\d+);/g, (_, digits: string) => String.fromCodePoint(Number(digits)))
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&apos;/g, "'")
    .replace(/&amp;/g, '&');
}

function element(name: string, text: string): string {
  const escaped = text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
  return `<${name}>${escaped}</${name}>`;
}
