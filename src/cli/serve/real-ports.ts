import type { ListenAddress } from '../listen-address.ts';
import type { ReservedPort, ServeParts } from './parts.ts';

/** As asked for, with a port that is reserved instead of each 0. */
export async function withRealPorts(
  listen: readonly ListenAddress[],
  parts: ServeParts,
  reserved: ReservedPort[],
): Promise<readonly ListenAddress[]> {
  const addresses: ListenAddress[] = [];
  for (const address of listen) {
    if (address.port !== 0) {
      addresses.push(address);
      continue;
    }
    const one = await parts.reservePort(address.host);
    reserved.push(one);
    addresses.push({ host: address.host, port: one.port });
  }
  return addresses;
}

export async function releaseAll(reserved: ReservedPort[]): Promise<void> {
  for (const one of reserved.splice(0)) await one.release();
}
