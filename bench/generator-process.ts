/** The bench's end of the generator: one order at a time. */
import { fork, type ChildProcess } from 'node:child_process';
import type { Order, Reply } from './generator/main.ts';
import type { RoundOrder, RoundResult } from './generator/round.ts';

export interface Generator {
  readonly process: ChildProcess;
  round(order: RoundOrder): Promise<RoundResult>;
  /** What is wrong with the server at this port; undefined: it answers. */
  probe(port: number): Promise<string | undefined>;
}

const generatorMain = new URL('./generator/main.ts', import.meta.url);

export function startGenerator(): Generator {
  const child = fork(generatorMain, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });

  function ask(order: Order): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const onExit = () => reject(new Error('the generator ended'));
      child.once('exit', onExit);
      child.once('message', (reply: Reply) => {
        child.off('exit', onExit);
        resolve(reply);
      });
      child.send(order);
    });
  }

  return {
    process: child,
    async round(order) {
      const reply = await ask({ kind: 'round', ...order });
      if (reply.kind === 'round') return reply.result;
      throw new Error(reply.kind === 'failed' ? reply.reason : 'the generator answered another question');
    },
    async probe(port) {
      const reply = await ask({ kind: 'probe', port });
      return reply.kind === 'failed' ? reply.reason : undefined;
    },
  };
}
