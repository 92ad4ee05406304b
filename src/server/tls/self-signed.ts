import { generateKeyPairSync, randomBytes, sign, X509Certificate } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  GeneralName,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_kp_serverAuth,
  KeyUsage,
  KeyUsageFlags,
  Name,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509';

/**
 * A certificate that nobody but this server stands for, for encryption without an authority: who connects has to be told to trust it,
 * or not to look. Kept in the data folder, so that it stays the same, and made anew before it runs out.
 */
export interface SelfSignedFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

const renewBeforeMs = 30 * 86_400_000;
const organizationId = '2.5.4.10';
const ecdsaWithSha256 = '1.2.840.10045.4.3.2';

/** `hosts`: names and addresses that clients use. */
export function selfSignedFiles(
  folder: string,
  hosts: readonly string[],
  years: number,
  nowMs: number,
): SelfSignedFiles {
  const files = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') };
  if (isGood(files, hosts, nowMs)) return files;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { certificate, key } = selfSigned(hosts, new Date(nowMs), years);
  // The key first: one that belongs to no certificate is replaced at the next start.
  replace(files.keyFile, key);
  replace(files.certFile, certificate);
  return files;
}

function replace(path: string, content: string): void {
  writeFileSync(`${path}.new`, content, { mode: 0o600 });
  chmodSync(`${path}.new`, 0o600);
  renameSync(`${path}.new`, path);
}

function isGood({ certFile, keyFile }: SelfSignedFiles, hosts: readonly string[], nowMs: number): boolean {
  if (!existsSync(certFile) || !existsSync(keyFile)) return false;
  try {
    const certificate = new X509Certificate(readFileSync(certFile));
    const isFresh = Date.parse(certificate.validTo) > nowMs + renewBeforeMs;
    return isFresh && hosts.every((host) => (isIP(host) ? certificate.checkIP(host) : certificate.checkHost(host)));
  } catch {
    return false;
  }
}

function selfSigned(hosts: readonly string[], from: Date, years: number) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const until = new Date(from);
  until.setUTCFullYear(from.getUTCFullYear() + years);
  const algorithm = new AlgorithmIdentifier({ algorithm: ecdsaWithSha256 });
  const name = nameOf('t4');
  const content = new TBSCertificate({
    version: Version.v3,
    serialNumber: serialNumber(),
    signature: algorithm,
    issuer: name,
    validity: new Validity({ notBefore: from, notAfter: until }),
    subject: name,
    subjectPublicKeyInfo: AsnConvert.parse(publicKey.export({ format: 'der', type: 'spki' }), SubjectPublicKeyInfo),
    extensions: extensionsFor(hosts),
  });
  const bytes = Buffer.from(AsnConvert.serialize(content));
  const certificate = new Certificate({
    tbsCertificate: content,
    signatureAlgorithm: algorithm,
    signatureValue: Uint8Array.from(sign('sha256', bytes, privateKey)).buffer,
  });
  return {
    certificate: new X509Certificate(Buffer.from(AsnConvert.serialize(certificate))).toString(),
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  };
}

function nameOf(organization: string): Name {
  const value = new AttributeValue({ utf8String: organization });
  return new Name([new RelativeDistinguishedName([new AttributeTypeAndValue({ type: organizationId, value })])]);
}

function extensionsFor(hosts: readonly string[]): Extensions {
  const names = hosts.map((host) => new GeneralName(isIP(host) ? { iPAddress: host } : { dNSName: host }));
  return new Extensions([
    // Its own authority: clients that are told to trust it need no other.
    extension(id_ce_basicConstraints, true, new BasicConstraints({ cA: true })),
    extension(id_ce_keyUsage, true, new KeyUsage(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyCertSign)),
    extension(id_ce_extKeyUsage, false, new ExtendedKeyUsage([id_kp_serverAuth])),
    extension(id_ce_subjectAltName, false, new SubjectAlternativeName(names)),
  ]);
}

function extension(extnID: string, critical: boolean, value: object): Extension {
  return new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
}

/** Positive, and of no more than 20 bytes. */
function serialNumber(): ArrayBuffer {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return Uint8Array.from(bytes).buffer;
}
