import { createFileRegistry, type FileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { fileDescriptorSet } from './generated/descriptors.ts';

let known: FileRegistry | undefined;

/** What the .proto files say of every message and service. Read when somebody asks first. */
export function descriptors(): FileRegistry {
  known ??= createFileRegistry(fromBinary(FileDescriptorSetSchema, Buffer.from(fileDescriptorSet, 'base64')));
  return known;
}
