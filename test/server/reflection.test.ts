import { create, createFileRegistry, fromBinary, toBinary } from '@bufbuild/protobuf';
import { type FileDescriptorProto, FileDescriptorProtoSchema, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  ServerReflectionRequest,
  ServerReflectionResponse,
} from '../../src/server/generated/grpc/reflection/v1/reflection.ts';
import { callRaw } from './etcd-client.ts';
import { fakeHeader } from './fake-database.ts';
import { serve, type Served } from './harness.ts';

let served: Served;

beforeEach(async () => {
  served = await serve();
});

afterEach(() => served.stop());

type Question = NonNullable<ServerReflectionRequest['messageRequest']>;

/** One stream, all questions on it. */
function ask(version: 'v1' | 'v1alpha', ...questions: readonly Question[]): Promise<ServerReflectionResponse[]> {
  const stream = served.client.client.makeBidiStreamRequest(
    `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`,
    (request: ServerReflectionRequest) => Buffer.from(ServerReflectionRequest.encode(request).finish()),
    (bytes: Buffer) => ServerReflectionResponse.decode(bytes),
  );
  const answers: ServerReflectionResponse[] = [];
  return new Promise((resolve, reject) => {
    stream.on('data', (answer: ServerReflectionResponse) => void answers.push(answer));
    stream.on('error', reject).on('end', () => resolve(answers));
    for (const messageRequest of questions) stream.write({ host: 'here', messageRequest });
    stream.end();
  });
}

function filesOf(answer: ServerReflectionResponse | undefined): FileDescriptorProto[] {
  const response = answer?.messageResponse;
  if (response?.$case !== 'fileDescriptorResponse') throw new Error(`no files: ${JSON.stringify(response)}`);
  return response.value.fileDescriptorProto.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes));
}

describe.each(['v1', 'v1alpha'] as const)('reflection %s', (version) => {
  test('tells every service', async () => {
    const [answer] = await ask(version, { $case: 'listServices', value: '' });
    expect(answer).toMatchObject({ validHost: 'here', originalRequest: { host: 'here' } });
    const response = answer!.messageResponse;
    expect(response?.$case === 'listServicesResponse' && response.value.service.map(({ name }) => name)).toEqual([
      'etcdserverpb.Auth',
      'etcdserverpb.Cluster',
      'etcdserverpb.KV',
      'etcdserverpb.Lease',
      'etcdserverpb.Maintenance',
      'etcdserverpb.Watch',
      'grpc.health.v1.Health',
      'grpc.reflection.v1.ServerReflection',
      'grpc.reflection.v1alpha.ServerReflection',
      'v3electionpb.Election',
      'v3lockpb.Lock',
    ]);
  });

  test('tells enough to call what nobody brought definitions of', async () => {
    const [answer] = await ask(version, { $case: 'fileContainingSymbol', value: 'etcdserverpb.KV' });
    const files = createFileRegistry(create(FileDescriptorSetSchema, { file: filesOf(answer).reverse() }));
    const range = files.getService('etcdserverpb.KV')!.method['range']!;
    served.database.answer('range', { kind: 'range', kvs: [], more: false, count: 7, keysOnly: false });
    const request = Buffer.from(toBinary(range.input, create(range.input, { key: Buffer.from('k') })));
    const bytes = await callRaw(served.client.client, `/${range.parent.typeName}/${range.name}`, request);
    expect(fromBinary(range.output, bytes)).toMatchObject({
      count: 7n,
      header: { revision: BigInt(fakeHeader.revision) },
    });
    expect(served.database.requests).toMatchObject([{ kind: 'range', key: 'k' }]);
  });

  test('finds members, enums and files, and answers on what there is not', async () => {
    const answers = await ask(
      version,
      { $case: 'fileContainingSymbol', value: 'mvccpb.KeyValue.lease' },
      { $case: 'fileContainingSymbol', value: 'etcdserverpb.KV.Range' },
      { $case: 'fileContainingSymbol', value: 'etcdserverpb.RangeRequest.SortOrder' },
      { $case: 'fileByFilename', value: 'v3lockpb/lock.proto' },
      { $case: 'allExtensionNumbersOfType', value: 'mvccpb.KeyValue' },
      { $case: 'fileContainingSymbol', value: 'no.Such' },
      { $case: 'fileContainingSymbol', value: `etcdserverpb.KV${'.x'.repeat(500)}` },
      { $case: 'fileByFilename', value: 'no.proto' },
      { $case: 'allExtensionNumbersOfType', value: 'no.Such' },
      { $case: 'fileContainingExtension', value: { containingType: 'mvccpb.KeyValue', extensionNumber: 5 } },
    );
    expect(answers.slice(0, 4).map((answer) => filesOf(answer)[0]!.name)).toEqual([
      'mvccpb/kv.proto',
      'etcdserverpb/kv.proto',
      'etcdserverpb/kv.proto',
      'v3lockpb/lock.proto',
    ]);
    expect(answers[4]!.messageResponse).toMatchObject({
      value: { baseTypeName: 'mvccpb.KeyValue', extensionNumber: [] },
    });
    for (const answer of answers.slice(5)) expect(answer.messageResponse).toMatchObject({ value: { errorCode: 5 } });
  });
});
