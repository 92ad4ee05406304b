import { BinaryReader, type BinaryWriter } from '@bufbuild/protobuf/wire';
import { DatabaseError } from '../../host/database.ts';
import { requestDepthMax } from '../limits.ts';

/** A message type as the generated code has it. */
export interface MessageCodec<Message> {
  encode(message: Message, writer?: BinaryWriter): BinaryWriter;
  decode(input: BinaryReader | Uint8Array, length?: number): Message;
}

/** Levels that the generated code counts to before it gives up; a legal transaction may be nested deeper. */
const generatedDepthMax = 100;

/** The client's bytes are its own affair: whatever is wrong with them is told to it, in gRPC's words. */
export function decodeWith<Message>(codec: MessageCodec<Message>, bytes: Uint8Array): Message {
  try {
    return codec.decode(readerOf(bytes));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DatabaseError({ status: 'Internal', message: `grpc: error unmarshalling request: ${reason}` });
  }
}

function readerOf(bytes: Uint8Array): BinaryReader {
  const reader = new BinaryReader(bytes);
  return Object.assign(reader, { __tsProtoDecodeDepth: generatedDepthMax - requestDepthMax });
}
