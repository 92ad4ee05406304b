/**
 * Who a client is to be counted with, of `ADDRESS:PORT`: whatever the port, and of IPv6 the /64, since who has one address has the others
 * in it too.
 */
export function networkOf(address: string): string {
  const host = address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  if (!host.includes(':')) return host;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(host);
  return mapped?.[1] ?? `${expanded(host).slice(0, 4).join(':')}::/64`;
}

function expanded(host: string): readonly string[] {
  const [head = '', tail] = host.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  return [...left, ...Array.from({ length: missing }, () => '0'), ...right].map((group) => group.toLowerCase());
}
