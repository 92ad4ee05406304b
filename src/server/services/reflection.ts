import { type DescFile, type FileRegistry, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { descriptors } from '../descriptors.ts';
import {
  type ServerReflectionRequest,
  type ServerReflectionResponse,
  ServerReflectionDefinition,
} from '../generated/grpc/reflection/v1/reflection.ts';
import { ServerReflectionDefinition as ServerReflectionAlphaDefinition } from '../generated/grpc/reflection/v1alpha/reflection.ts';
import { reflectionNameCharsMax } from '../limits.ts';
import { statusCodes } from '../status-codes.ts';
import type { CallContext, Method, ResponseStream } from './call.ts';
import type { Node } from './node.ts';
import { methodsOf } from './service.ts';

/** What services there are, and their .proto files: nothing that is not public. Both versions say the same. */
export function reflectionMethods(node: Node, others: readonly Method[]): readonly Method[] {
  const services = new Set(others.map(({ path }) => path.service));
  services.add(ServerReflectionDefinition.fullName).add(ServerReflectionAlphaDefinition.fullName);
  const names = [...services].sort();
  const serverReflectionInfo = (
    requests: AsyncIterable<ServerReflectionRequest>,
    _context: CallContext,
    responses: ResponseStream<ServerReflectionResponse>,
  ) => answerAll(names, requests, responses);
  return [
    ...methodsOf(node, ServerReflectionDefinition, { serverReflectionInfo }),
    ...methodsOf(node, ServerReflectionAlphaDefinition, { serverReflectionInfo }),
  ];
}

async function answerAll(
  services: readonly string[],
  requests: AsyncIterable<ServerReflectionRequest>,
  responses: ResponseStream<ServerReflectionResponse>,
): Promise<void> {
  for await (const request of requests) {
    const messageResponse = answerOf(request, services, descriptors());
    if (!responses.write({ validHost: request.host, originalRequest: request, messageResponse }))
      await responses.room();
  }
}

type Answer = NonNullable<ServerReflectionResponse['messageResponse']>;

function answerOf(
  { messageRequest: asked }: ServerReflectionRequest,
  services: readonly string[],
  known: FileRegistry,
): Answer {
  switch (asked?.$case) {
    case 'listServices':
      return { $case: 'listServicesResponse', value: { service: services.map((name) => ({ name })) } };
    case 'fileByFilename':
      return fileAnswer(known.getFile(asked.value), `file ${asked.value}`);
    case 'fileContainingSymbol':
      return fileAnswer(fileOf(asked.value, known), `symbol ${asked.value}`);
    case 'fileContainingExtension':
      return notFound(`extension ${asked.value.extensionNumber} of ${asked.value.containingType}`);
    case 'allExtensionNumbersOfType':
      if (known.getMessage(asked.value) === undefined) return notFound(`message ${asked.value}`);
      return {
        $case: 'allExtensionNumbersResponse',
        value: { baseTypeName: asked.value, extensionNumber: [] },
      };
    case undefined:
      return errorAnswer(statusCodes.InvalidArgument.grpc, 'nothing is asked for');
  }
}

/** Members are found by what they are members of. A long name would be looked up as often as it has dots. */
function fileOf(symbol: string, known: FileRegistry): DescFile | undefined {
  if (symbol.length > reflectionNameCharsMax) return undefined;
  for (let name = symbol; name !== ''; name = name.slice(0, Math.max(0, name.lastIndexOf('.')))) {
    const found = known.get(name);
    if (found !== undefined) return found.file;
  }
  return undefined;
}

/** With all that it imports, so that nothing has to be asked for again. */
function fileAnswer(file: DescFile | undefined, what: string): Answer {
  if (file === undefined) return notFound(what);
  const files = new Set<DescFile>();
  collect(file, files);
  const fileDescriptorProto = [...files].map(({ proto }) => toBinary(FileDescriptorProtoSchema, proto));
  return { $case: 'fileDescriptorResponse', value: { fileDescriptorProto } };
}

function collect(file: DescFile, files: Set<DescFile>): void {
  if (files.has(file)) return;
  files.add(file);
  for (const imported of file.dependencies) collect(imported, files);
}

function notFound(what: string): Answer {
  return errorAnswer(statusCodes.NotFound.grpc, `${what} is not known`);
}

function errorAnswer(errorCode: number, errorMessage: string): Answer {
  return { $case: 'errorResponse', value: { errorCode, errorMessage } };
}
