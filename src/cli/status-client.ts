import { Client, credentials, type MethodDefinition } from '@grpc/grpc-js';
import { MemberListRequest, MemberListResponse, type Member } from '../server/generated/etcdserverpb/cluster.ts';
import { StatusRequest, StatusResponse } from '../server/generated/etcdserverpb/maintenance.ts';

export interface NodeStatus {
  readonly status: StatusResponse;
  readonly members: readonly Member[];
}

/** Rejects with a `ServiceError` of grpc-js. */
export async function askStatus(address: string, timeoutMs: number): Promise<NodeStatus> {
  const client = new Client(address, credentials.createInsecure());
  const deadline = Date.now() + timeoutMs;
  try {
    const status = await call(client, '/etcdserverpb.Maintenance/Status', StatusRequest, StatusResponse, {}, deadline);
    const { members } = await call(
      client,
      '/etcdserverpb.Cluster/MemberList',
      MemberListRequest,
      MemberListResponse,
      { linearizable: false },
      deadline,
    );
    return { status, members };
  } finally {
    client.close();
  }
}

interface Encoder<Message> {
  encode(message: Message): { finish(): Uint8Array };
}
interface Decoder<Message> {
  decode(bytes: Uint8Array): Message;
}

function call<Request, Response>(
  client: Client,
  path: MethodDefinition<Request, Response>['path'],
  encoder: Encoder<Request>,
  decoder: Decoder<Response>,
  request: Request,
  deadline: number,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      path,
      (message: Request) => Buffer.from(encoder.encode(message).finish()),
      (bytes: Buffer) => decoder.decode(bytes),
      request,
      { deadline },
      (error, response) => {
        if (error !== null) reject(error);
        else if (response === undefined) reject(new Error(`${path} answered nothing`));
        else resolve(response);
      },
    );
  });
}
