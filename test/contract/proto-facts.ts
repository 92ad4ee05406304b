import { fromBinary, isFieldSet } from '@bufbuild/protobuf';
import {
  type DescriptorProto,
  type EnumDescriptorProto,
  type FieldDescriptorProto,
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FieldDescriptorProtoSchema,
  FileDescriptorProtoSchema,
  type ServiceDescriptorProto,
} from '@bufbuild/protobuf/wkt';
import { load } from '@grpc/proto-loader';

/**
 * What of a set of .proto files is visible on the wire, a line for each fact: where the texts, files and comments differ, the facts
 * of two compatible sets are equal.
 */
export async function protoFacts(folder: string, files: readonly string[]): Promise<ReadonlySet<string>> {
  const definition = await load([...files], { includeDirs: [folder], keepCase: true });
  const descriptors = Object.values(definition).flatMap((entry) =>
    'fileDescriptorProtos' in entry ? (entry.fileDescriptorProtos as Buffer[]) : [],
  );
  return new Set(descriptors.flatMap((bytes) => fileFacts(bytes)));
}

function fileFacts(bytes: Uint8Array): string[] {
  const file = fromBinary(FileDescriptorProtoSchema, bytes);
  return [
    ...file.messageType.flatMap((message) => messageFacts(file.package, message)),
    ...file.enumType.flatMap((each) => enumFacts(file.package, each)),
    ...file.service.flatMap((service) => serviceFacts(file.package, service)),
  ];
}

function messageFacts(scope: string, message: DescriptorProto): string[] {
  const name = `${scope}.${message.name}`;
  return [
    `message ${name}`,
    ...message.field.map((field) => `${name}: ${fieldFact(field, message)}`),
    ...message.nestedType.flatMap((nested) => messageFacts(name, nested)),
    ...message.enumType.flatMap((nested) => enumFacts(name, nested)),
  ];
}

function fieldFact(field: FieldDescriptorProto, { oneofDecl }: DescriptorProto): string {
  const type = field.typeName === '' ? FieldDescriptorProto_Type[field.type].toLowerCase() : lastWord(field.typeName);
  const repeated = field.label === FieldDescriptorProto_Label.REPEATED ? 'repeated ' : '';
  const inOneof = isFieldSet(field, FieldDescriptorProtoSchema.field.oneofIndex);
  const oneof = inOneof ? ` of oneof ${oneofDecl[field.oneofIndex]?.name}` : '';
  return `${repeated}${type} ${field.name} = ${field.number}${oneof}`;
}

/** Their names travel in JSON alone, and clients spell them as they like (`NOT_EQUAL`, `NotEqual`): compared without that. */
function enumFacts(scope: string, { name, value }: EnumDescriptorProto): string[] {
  return value.map((each) => `${scope}.${name}.${each.name.replaceAll('_', '').toLowerCase()} = ${each.number}`);
}

function serviceFacts(scope: string, { name, method }: ServiceDescriptorProto): string[] {
  return method.map((each) => {
    const request = `${each.clientStreaming ? 'stream ' : ''}${lastWord(each.inputType)}`;
    const response = `${each.serverStreaming ? 'stream ' : ''}${lastWord(each.outputType)}`;
    return `rpc ${scope}.${name}/${each.name}(${request}) returns (${response})`;
  });
}

/** Some write a type's package, some do not; no two types of the packages share a name. */
function lastWord(typeName: string): string {
  return typeName.slice(typeName.lastIndexOf('.') + 1);
}
