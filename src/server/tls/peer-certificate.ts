import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** Whom a certificate names, and whether it may come in. */
export interface AllowedPeers {
  /** Empty: any. Of these two at most one has entries. */
  readonly commonNames: readonly string[];
  /** Names or addresses, one of which the certificate must be good for. Empty: any. */
  readonly hostnames: readonly string[];
}

/** Undefined when there is none, or several: whoever has several is nobody in particular. */
export function commonNameOf(subject: object | undefined): string | undefined {
  const { CN: name } = (subject ?? {}) as { readonly CN?: unknown };
  return typeof name === 'string' && name !== '' ? name : undefined;
}

/** Of a client that had to show a certificate. */
export function isAllowed(socket: TLSSocket, { commonNames, hostnames }: AllowedPeers): boolean {
  const certificate = socket.getPeerX509Certificate();
  if (!socket.authorized || certificate === undefined) return false;
  if (commonNames.length > 0) {
    const { subject } = certificate.toLegacyObject() as { readonly subject?: object };
    const name = commonNameOf(subject);
    return name !== undefined && commonNames.includes(name);
  }
  return hostnames.length === 0 || hostnames.some((hostname) => isGoodFor(certificate, hostname));
}

/**
 * Whom the handshake proved holds as long as the connection: nobody becomes somebody else in it. So it need not be looked up with every call
 * either, which takes longer than many calls do.
 */
export function settlePeer(socket: TLSSocket): void {
  socket.disableRenegotiation();
  const certificate = socket.getPeerCertificate();
  Object.assign(socket, { getPeerCertificate: () => certificate });
}

/** By alternative names alone: nobody ever checked that a common name is a host. */
function isGoodFor(certificate: X509Certificate, hostname: string): boolean {
  const address = hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(address) !== 0) return certificate.checkIP(address) !== undefined;
  return certificate.checkHost(hostname, { subject: 'never', partialWildcards: false }) !== undefined;
}
