/** A running etcd, or T4, as the command line names it: its URL, and what TLS and its users ask for. */
import { readFile } from 'node:fs/promises';
import { credentials, type ChannelCredentials } from '@grpc/grpc-js';
import { usageError } from './cli-error.ts';
import type { CommandContext } from './command-context.ts';

export interface EtcdEndpoint {
  /** `HOST:PORT` */
  readonly address: string;
  /** As it was given, for people. */
  readonly url: string;
  readonly credentials: ChannelCredentials;
  readonly user: { readonly name: string; readonly password: string } | undefined;
}

const urlPattern = /^(?:(https?):\/\/)?([^/\s]+:\d{1,5})\/?$/;

export async function endpointGiven(option: string, url: string, context: CommandContext): Promise<EtcdEndpoint> {
  const match = urlPattern.exec(url);
  if (match === null)
    throw usageError(`${option}: ${JSON.stringify(url)} is no URL of an etcd`, 'as in http://127.0.0.1:2379');
  const isSecure = match[1] === 'https';
  const tls = await tlsOf(context);
  if (!isSecure && tls !== undefined) throw usageError(`${option}: --cacert, --cert and --key want an https:// URL`);
  return {
    address: match[2]!,
    url,
    credentials: isSecure ? credentials.createSsl(tls?.root, tls?.key, tls?.certificate) : credentials.createInsecure(),
    user: await userOf(context),
  };
}

interface TlsFiles {
  readonly root: Buffer | null;
  readonly key: Buffer | null;
  readonly certificate: Buffer | null;
}

async function tlsOf(context: CommandContext): Promise<TlsFiles | undefined> {
  const { cacert, cert, key } = context.options;
  if (cacert === undefined && cert === undefined && key === undefined) return undefined;
  if ((cert === undefined) !== (key === undefined)) throw usageError('--cert and --key go together');
  const [root, certificate, own] = await Promise.all([
    fileOf('--cacert', cacert),
    fileOf('--cert', cert),
    fileOf('--key', key),
  ]);
  return { root, key: own, certificate };
}

async function fileOf(option: string, path: string | boolean | undefined): Promise<Buffer | null> {
  if (typeof path !== 'string') return null;
  try {
    return await readFile(path);
  } catch (error) {
    throw usageError(`${option}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function userOf({ options, settings }: CommandContext): Promise<EtcdEndpoint['user']> {
  const { user, passwordFile } = options;
  if (typeof user !== 'string') {
    if (passwordFile !== undefined) throw usageError('--password-file means nothing without --user');
    return undefined;
  }
  const held = await fileOf('--password-file', passwordFile);
  const password = held === null ? settings.values['etcd-password'] : held.toString('utf8').split(/\r?\n/)[0];
  if (password) return { name: user, password };
  throw usageError(`--user ${user}: which password?`, 'give --password-file FILE, or set T4_ETCD_PASSWORD');
}
