import { cipherSuiteProblem } from '../../server/tls/cipher-suites.ts';
import { choice, flag, integer, text, texts } from '../setting.ts';
import { optional, required } from './describe.ts';
import { nameProblem, hostProblem, pathProblem } from './text-problems.ts';

const shared = { group: 'TLS', commands: ['run'] } as const;

/** How connections are encrypted, and who may make one. */
export const tlsSettings = {
  'cert-file': optional(text('FILE', pathProblem), {
    ...shared,
    help: 'Certificate of this server, with what it takes to prove it, in PEM: clients are served with TLS alone. Read again when it changes, like the other files here.',
    defaultNote: 'none: no TLS',
  }),
  'key-file': optional(text('FILE', pathProblem), {
    ...shared,
    help: 'Private key of the certificate, in PEM.',
  }),
  'trusted-ca-file': optional(text('FILE', pathProblem), {
    ...shared,
    help: 'Authorities whose certificates clients have to show, in PEM.',
    defaultNote: 'none: clients show no certificate',
  }),
  'client-cert-auth': required(flag(), {
    ...shared,
    help: 'A client without a token is the user that the common name of its certificate names. Not over the JSON gateway. Needs --trusted-ca-file.',
    default: 'false',
  }),
  'client-crl-file': optional(text('FILE', pathProblem), {
    ...shared,
    help: 'Certificates that the authorities took back, in PEM or DER: signed, not run out, and one for each authority in a chain.',
  }),
  'client-cert-allowed-cn': optional(texts('NAME', nameProblem), {
    ...shared,
    help: 'Common names that a client certificate may have.',
    defaultNote: 'any',
  }),
  'client-cert-allowed-hostname': optional(texts('HOST', hostProblem), {
    ...shared,
    help: 'Names or addresses, one of which a client certificate has to be good for.',
    defaultNote: 'any',
  }),
  'auto-tls': required(flag(), {
    ...shared,
    help: 'Make a certificate that nobody stands for, and keep it in the data folder (tls/cert.pem): encryption for clients that are told to trust it.',
    default: 'false',
  }),
  'self-signed-cert-validity': required(integer(1, 100), {
    ...shared,
    help: 'Years that the certificate of --auto-tls is good for. A start in its last month makes a new one.',
    default: '1',
  }),
  'cipher-suites': optional(texts('SUITE', cipherSuiteProblem), {
    ...shared,
    help: 'Cipher suites for TLS 1.2 by their registered names, as TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256; the first that a client has too is taken.',
    defaultNote: "Node's",
  }),
  'tls-min-version': required(choice(['TLS1.2', 'TLS1.3']), {
    ...shared,
    help: 'Oldest version of TLS that is spoken.',
    default: 'TLS1.2',
  }),
  'tls-max-version': required(choice(['TLS1.2', 'TLS1.3']), {
    ...shared,
    help: 'Newest version of TLS that is spoken.',
    default: 'TLS1.3',
  }),
} as const;
