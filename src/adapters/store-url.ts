/**
 * The text form of where an object store is: `file:./path`, `file:/path`, `file:///path`, `memory:`, `memory:name`,
 * `s3://bucket/prefix?endpoint=…&region=…&path-style=true&profile=…`.
 *
 * Never credentials: a URL ends up in logs, process lists and shell histories.
 */
export type StoreLocation =
  { readonly kind: 'file'; readonly path: string } | { readonly kind: 'memory'; readonly name: string } | S3Location;

export interface S3Location {
  readonly kind: 's3';
  readonly bucket: string;
  /** Without slashes at its ends; empty for the whole bucket. */
  readonly prefix: string;
  readonly endpoint?: string;
  readonly region?: string;
  readonly forcePathStyle?: boolean;
  readonly profile?: string;
}

export type ParsedStoreUrl =
  { readonly kind: 'ok'; readonly location: StoreLocation } | { readonly kind: 'invalid'; readonly message: string };

const forms = 'file:PATH, s3://BUCKET/PREFIX or memory:';
const s3Parameters = ['endpoint', 'region', 'path-style', 'profile'];

export function parseStoreUrl(url: string): ParsedStoreUrl {
  if (url.startsWith('file:')) return parseFile(url);
  if (url.startsWith('memory:')) return parseMemory(url);
  if (url.startsWith('s3:')) return parseS3(url);
  const scheme = /^[A-Za-z][A-Za-z0-9+.-]*:/.exec(url)?.[0];
  if (scheme === undefined) return invalid(`a store is given as ${forms}`);
  return invalid(`unknown kind of store ${scheme} (known: ${forms})`);
}

/** The text that is read as this location again. */
export function urlOfStore(location: StoreLocation): string {
  if (location.kind === 'file') return `file:${location.path}`;
  if (location.kind === 'memory') return `memory:${location.name}`;
  const { bucket, prefix, endpoint, region, forcePathStyle, profile } = location;
  const parameters = new URLSearchParams();
  if (endpoint !== undefined) parameters.set('endpoint', endpoint);
  if (region !== undefined) parameters.set('region', region);
  if (forcePathStyle !== undefined) parameters.set('path-style', String(forcePathStyle));
  if (profile !== undefined) parameters.set('profile', profile);
  const query = parameters.size === 0 ? '' : `?${parameters.toString()}`;
  return `s3://${bucket}${prefix === '' ? '' : `/${prefix}`}${query}`;
}

/** The path is taken as it stands: nothing in it is decoded. */
function parseFile(url: string): ParsedStoreUrl {
  const rest = url.slice('file:'.length);
  if (rest.startsWith('//') && !rest.startsWith('///')) {
    return invalid('file://HOST/… names a machine; write file:./path or file:///path');
  }
  const path = rest.startsWith('///') ? rest.slice(2) : rest;
  if (path === '') return invalid('file: needs a path, as in file:./data');
  if (path.includes('\0')) return invalid('file: has a NUL in its path');
  return { kind: 'ok', location: { kind: 'file', path } };
}

function parseMemory(url: string): ParsedStoreUrl {
  const name = url.slice('memory:'.length);
  if (!/^[A-Za-z0-9._-]*$/.test(name)) return invalid('memory:NAME takes letters, digits, `.`, `_` and `-`');
  return { kind: 'ok', location: { kind: 'memory', name } };
}

function parseS3(url: string): ParsedStoreUrl {
  const match = /^s3:\/\/([^/?#]*)(\/[^?#]*)?(?:\?([^#]*))?$/.exec(url);
  if (match === null) return invalid('an S3 store is given as s3://BUCKET/PREFIX?endpoint=URL (without a `#`)');
  const [, bucket = '', path = '', query = ''] = match;
  if (bucket.includes('@')) return invalid(credentialsMessage);
  if (bucket === '') return invalid('s3:// needs a bucket, as in s3://my-bucket/my-prefix');
  const prefix = path.replace(/^\/+|\/+$/g, '');
  const parameters = new URLSearchParams(query);
  for (const name of parameters.keys()) {
    if (/key|secret|token|password/i.test(name)) return invalid(credentialsMessage);
    if (!s3Parameters.includes(name)) return invalid(`unknown parameter ${name} (allowed: ${s3Parameters.join(', ')})`);
    if (parameters.getAll(name).length > 1) return invalid(`parameter ${name} is given twice`);
    if (parameters.get(name) === '') return invalid(`parameter ${name} is empty`);
  }
  const pathStyle = parameters.get('path-style');
  if (pathStyle !== null && pathStyle !== 'true' && pathStyle !== 'false') {
    return invalid('parameter path-style is neither true nor false');
  }
  const location: S3Location = {
    kind: 's3',
    bucket,
    prefix,
    ...optional('endpoint', parameters.get('endpoint')),
    ...optional('region', parameters.get('region')),
    ...optional('forcePathStyle', pathStyle === null ? null : pathStyle === 'true'),
    ...optional('profile', parameters.get('profile')),
  };
  return checkS3Location(location);
}

/** For locations that were put together from separate settings as well. */
export function checkS3Location(location: S3Location): ParsedStoreUrl {
  const { bucket, prefix, endpoint } = location;
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$/.test(bucket)) {
    return invalid(`${JSON.stringify(bucket)} is not the name of a bucket`);
  }
  const problem = prefixProblem(prefix);
  if (problem !== undefined) return invalid(problem);
  if (endpoint === undefined) return { kind: 'ok', location };
  const parsed = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) {
    return invalid(`endpoint ${JSON.stringify(endpoint)} is not an http:// or https:// URL`);
  }
  if (parsed.username !== '' || parsed.password !== '') return invalid(credentialsMessage);
  if (parsed.search !== '' || parsed.hash !== '') return invalid('an endpoint takes no query and no fragment');
  return { kind: 'ok', location };
}

const prefixBytesMax = 300;

function prefixProblem(prefix: string): string | undefined {
  if (prefix.length > prefixBytesMax) return `the prefix is longer than ${prefixBytesMax} bytes`;
  if (!/^[A-Za-z0-9!$&'()*+,\-./:;=@_]*$/.test(prefix)) {
    return `the prefix ${JSON.stringify(prefix)} has a character that is not allowed`;
  }
  if (prefix !== '' && prefix.split('/').some((segment) => segment === '' || segment === '.' || segment === '..')) {
    return `the prefix ${JSON.stringify(prefix)} has an empty, \`.\` or \`..\` segment`;
  }
  return undefined;
}

const credentialsMessage =
  'a store URL takes no credentials: use the environment (AWS_ACCESS_KEY_ID, …), a profile, a role, or the settings for keys';

function optional<Name extends string, Value>(name: Name, value: Value | null): { [key in Name]?: Value } {
  return value === null ? {} : ({ [name]: value } as { [key in Name]?: Value });
}

function invalid(message: string): ParsedStoreUrl {
  return { kind: 'invalid', message };
}
