import { createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { SignMethod, TokenOption } from './token-option.ts';

/** Keys for signed tokens, read and held against the method and each other before anybody logs in. */
export interface JwtKeys {
  /** Undefined: tokens are checked here and given out elsewhere. */
  readonly signing: KeyObject | undefined;
  readonly checking: KeyObject;
}

/** Its message is for operators. */
export class JwtKeyError extends Error {
  override readonly name = 'JwtKeyError';
}

const rsaBitsMin = 2_048;
/** As long as what the shortest hash gives: less is easier to guess than to break. */
const secretBytesMin = 32;

const curves: Readonly<Partial<Record<SignMethod, string>>> = {
  ES256: 'prime256v1',
  ES384: 'secp384r1',
  ES512: 'secp521r1',
};

export function readJwtKeys(option: Extract<TokenOption, { readonly kind: 'jwt' }>): JwtKeys {
  const { signMethod, privateKeyFile, publicKeyFile } = option;
  if (signMethod.startsWith('HS')) return secretOf(privateKeyFile!);
  const signing = privateKeyFile === undefined ? undefined : keyIn(privateKeyFile, 'private', createPrivateKey);
  const given = publicKeyFile === undefined ? undefined : keyIn(publicKeyFile, 'public', createPublicKey);
  const checking = given ?? createPublicKey(signing!);
  if (given !== undefined && signing !== undefined && !createPublicKey(signing).equals(given)) {
    throw new JwtKeyError(`the keys in ${privateKeyFile} and ${publicKeyFile} do not belong together`);
  }
  const problem = keyProblem(signMethod, checking);
  if (problem !== undefined) throw new JwtKeyError(`${privateKeyFile ?? publicKeyFile}: ${problem}`);
  return { signing, checking };
}

function secretOf(path: string): JwtKeys {
  const bytes = read(path);
  if (bytes.length < secretBytesMin) {
    throw new JwtKeyError(`${path} has ${bytes.length} bytes: a secret for signing needs ${secretBytesMin} at least`);
  }
  const secret = createSecretKey(bytes);
  return { signing: secret, checking: secret };
}

function keyProblem(signMethod: SignMethod, key: KeyObject): string | undefined {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (signMethod === 'EdDSA') return type === 'ed25519' ? undefined : 'EdDSA takes an Ed25519 key';
  const curve = curves[signMethod];
  if (curve !== undefined) {
    return type === 'ec' && details?.namedCurve === curve ? undefined : `${signMethod} takes a key on ${curve}`;
  }
  if (type !== 'rsa') return `${signMethod} takes an RSA key`;
  return (details?.modulusLength ?? 0) >= rsaBitsMin
    ? undefined
    : `an RSA key of less than ${rsaBitsMin} bits is too short`;
}

function keyIn(path: string, what: string, parse: (pem: Buffer) => KeyObject): KeyObject {
  try {
    return parse(read(path));
  } catch (error) {
    if (error instanceof JwtKeyError) throw error;
    throw new JwtKeyError(`${path} has no ${what} key in PEM: ${(error as Error).message}`, { cause: error });
  }
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new JwtKeyError(`cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
}
