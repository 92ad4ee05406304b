/** Where a server listens: `HOST:PORT`, as people write it. */
export interface ListenAddress {
  readonly host: string;
  /** 0: the system picks a free one. */
  readonly port: number;
}

/** Undefined when the text is no address. IPv6 hosts stand in brackets; a leading `http://` is accepted, as etcd has it. */
export function parseAddress(text: string): ListenAddress | undefined {
  const match = /^(?:http:\/\/)?(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9_.-]+)):(\d{1,5})\/?$/.exec(text);
  if (match === null) return undefined;
  const port = Number(match[3]);
  if (port > 65_535) return undefined;
  return { host: match[1] ?? match[2]!, port };
}

export function formatAddress(address: ListenAddress): string {
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `${host}:${address.port}`;
}

/** True when only processes of this machine can connect. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

/** True when the host stands for every interface: nobody can connect *to* it from elsewhere. */
export function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || /^[0:]+$/.test(host);
}
