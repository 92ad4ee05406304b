import type { Socket } from 'node:net';
import { networkOf } from '../auth/network.ts';

/** Whether there are not too many connections already from where this one comes; if not, it counts until it closes. */
export type Admission = (socket: Socket) => boolean;

/** So that one machine cannot take all the connections that there may be. A /64 is one address; what is behind a proxy is, too. */
export function admitByNetwork(connectionsMax: number): Admission {
  const open = new Map<string, number>();
  return (socket) => {
    const network = networkOf(`${socket.remoteAddress ?? ''}:${socket.remotePort ?? 0}`);
    const count = open.get(network) ?? 0;
    if (count >= connectionsMax) return false;
    open.set(network, count + 1);
    socket.once('close', () => {
      const left = open.get(network)! - 1;
      if (left === 0) open.delete(network);
      else open.set(network, left);
    });
    return true;
  };
}
