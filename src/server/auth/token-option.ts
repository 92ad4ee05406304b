/**
 * `--auth-token` as etcd takes it: `simple`, or `jwt,sign-method=RS256,priv-key=FILE,pub-key=FILE,ttl=5m`. What etcd only warns of is
 * refused here: a misspelt option must not pass for a setting.
 */
export type TokenOption =
  | { readonly kind: 'simple' }
  | {
      readonly kind: 'jwt';
      readonly signMethod: SignMethod;
      readonly publicKeyFile: string | undefined;
      readonly privateKeyFile: string | undefined;
      readonly ttlMs: number;
    };

export const signMethods = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'HS256',
  'HS384',
  'HS512',
  'EdDSA',
] as const;

export type SignMethod = (typeof signMethods)[number];

export type ParsedTokenOption =
  { readonly kind: 'ok'; readonly value: TokenOption } | { readonly kind: 'invalid'; readonly message: string };

const jwtTtlDefault = '5m';
const jwtOptions = ['sign-method', 'pub-key', 'priv-key', 'ttl'];

/** `parseDuration`: milliseconds, or undefined for what is none. */
export function parseTokenOption(text: string, parseDuration: (text: string) => number | undefined): ParsedTokenOption {
  const [provider, ...pairs] = text.split(',');
  if (provider !== 'simple' && provider !== 'jwt') return invalid(`${quoted(provider)} is neither simple nor jwt`);
  const options = new Map<string, string>();
  for (const pair of pairs) {
    const [name = '', value, ...more] = pair.split('=');
    if (value === undefined || more.length > 0) return invalid(`${quoted(pair)} is not NAME=VALUE`);
    if (options.has(name)) return invalid(`${quoted(name)} is given twice`);
    options.set(name, value);
  }
  const known = provider === 'jwt' ? jwtOptions : [];
  const unknown = [...options.keys()].find((name) => !known.includes(name));
  if (unknown !== undefined) return invalid(`${provider} has no option ${quoted(unknown)}`);
  return provider === 'simple' ? { kind: 'ok', value: { kind: 'simple' } } : jwtOf(options, parseDuration);
}

function jwtOf(
  options: ReadonlyMap<string, string>,
  parseDuration: (text: string) => number | undefined,
): ParsedTokenOption {
  const method = options.get('sign-method') ?? '';
  const signMethod = signMethods.find((known) => known === method);
  if (signMethod === undefined) {
    return invalid(`sign-method ${quoted(method)} is none of ${signMethods.join(', ')}`);
  }
  const ttl = options.get('ttl') || jwtTtlDefault;
  const ttlMs = parseDuration(ttl);
  if (ttlMs === undefined || ttlMs < 1_000) return invalid(`ttl ${quoted(ttl)} is no duration of a second or more`);
  const publicKeyFile = options.get('pub-key') || undefined;
  const privateKeyFile = options.get('priv-key') || undefined;
  if (signMethod.startsWith('HS') && privateKeyFile === undefined) {
    return invalid(`${signMethod} takes its secret from priv-key`);
  }
  if (publicKeyFile === undefined && privateKeyFile === undefined) {
    return invalid('jwt takes priv-key, to give out tokens, or pub-key, to check those of somebody else');
  }
  return { kind: 'ok', value: { kind: 'jwt', signMethod, publicKeyFile, privateKeyFile, ttlMs } };
}

function invalid(message: string): ParsedTokenOption {
  return { kind: 'invalid', message };
}

function quoted(text: string | undefined): string {
  return JSON.stringify(text ?? '');
}
