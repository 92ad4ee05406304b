import { KVDefinition } from '../../../src/server/generated/etcdserverpb/kv.ts';
import type { ServiceDefinition } from '../../../src/server/services/service.ts';
import type { CaseOptions } from './case-options.ts';
import type { Conform } from './conform.ts';
import { rangeOf } from './message.ts';
import { messagesOf } from './messages.ts';
import type { Plain } from './plain.ts';
import { connectRaw, type RequestOf } from './raw-client.ts';
import { refusalOf, type Session, textOf } from './session.ts';

/** Clients, each on a connection of its own, whose calls wait for one another and are given up. */
export interface Contest {
  /** Starts now. Its answer is noted when somebody asks for it: transcripts do not depend on who was faster. */
  start<D extends ServiceDefinition, N extends keyof D['methods'] & string>(
    client: number,
    service: D,
    method: N,
    request: RequestOf<D['methods'][N]>,
  ): Pending;
  call<D extends ServiceDefinition, N extends keyof D['methods'] & string>(
    client: number,
    service: D,
    method: N,
    request: RequestOf<D['methods'][N]>,
  ): Promise<Plain>;
  /** One request, many messages. */
  stream<D extends ServiceDefinition, N extends keyof D['methods'] & string>(
    client: number,
    service: D,
    method: N,
    request: RequestOf<D['methods'][N]>,
  ): { next(count?: number): Promise<void>; cancel(): void };
  /** Resolves once so many keys begin with the prefix. */
  untilKeys(prefix: string, count: number): Promise<void>;
  close(): void;
}

export interface Pending {
  /** Notes it. */
  answer(): Promise<Plain>;
  cancel(): void;
}

function openContest(session: Session, clientCount = 2): Contest {
  const clients = Array.from({ length: clientCount }, () => connectRaw(session.address));
  const start: Contest['start'] = (client, service, method, request) => {
    const { answer, cancel } = clients[client]!.start(service, method, request);
    const label = `client ${client}: ${method} ${textOf(request)}`;
    const noted = async () => {
      try {
        return session.note(label, await answer);
      } catch (error) {
        return session.note(label, refusalOf(error));
      }
    };
    return { answer: noted, cancel };
  };
  return {
    start,
    call: (client, service, method, request) => start(client, service, method, request).answer(),
    stream: (client, service, method, request) => {
      const stream = clients[client]!.open(service, method);
      stream.write(request);
      stream.end();
      return {
        next: async (count = 1) => {
          for (const message of await messagesOf(stream, count)) session.note(`client ${client}: ${method}`, message);
        },
        cancel: () => stream.cancel(),
      };
    },
    untilKeys: async (prefix, count) => {
      const request = rangeOf({ key: prefix, rangeEnd: `${prefix}\xff`, countOnly: true });
      for (;;) {
        const response = await clients[0]!.call(KVDefinition, 'range', request);
        if (Number(response.count) === count) return;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    close: () => {
      for (const client of clients) client.close();
    },
  };
}

/** Cases with clients of their own, written in the calls that `callsOf` makes of them. */
export function contestsOf<Calls>(conform: Conform, callsOf: (contest: Contest, session: Session) => Promise<Calls>) {
  return (
    name: string,
    program: (session: Session, calls: Calls) => Promise<unknown>,
    options: CaseOptions & { readonly clients?: number } = {},
  ): void =>
    conform(
      name,
      async (session) => {
        const opened = openContest(session, options.clients ?? 2);
        try {
          await program(session, await callsOf(opened, session));
        } finally {
          opened.close();
        }
      },
      options,
    );
}
