// Writes the descriptors of every .proto file, as one FileDescriptorSet in base64, beside the generated types: JSON and reflection read them.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

const image = execFileSync('buf', ['build', '--as-file-descriptor-set', '--exclude-source-info', '-o', '-']);
const words = `/** A google.protobuf.FileDescriptorSet of proto/, in base64. */
export const fileDescriptorSet =
  '${image.toString('base64')}';
`;
writeFileSync('src/server/generated/descriptors.ts', words);
