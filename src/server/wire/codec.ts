import { BinaryReader, type BinaryWriter } from '@bufbuild/protobuf/wire';
import { clientErrors } from '../../core/types/error.ts';
import { DatabaseError } from '../../host/database.ts';
import { requestDepthMax } from '../limits.ts';

/** A message type as the generated code has it. */
export interface MessageCodec<Message> {
  encode(message: Message, writer?: BinaryWriter): BinaryWriter;
  decode(input: BinaryReader | Uint8Array, length?: number): Message;
}

/** Levels that the generated code counts to before it gives up; a legal transaction may be nested deeper. */
const generatedDepthMax = 100;
/** What it says then. Nothing but a transaction nests that deep, and none with so many levels is allowed. */
const tooDeep = 'protobuf decode recursion limit exceeded';

/** The client's bytes are its own affair: whatever is wrong with them is told to it, in gRPC's words. */
export function decodeWith<Message>(codec: MessageCodec<Message>, bytes: Uint8Array): Message {
  try {
    return codec.decode(readerOf(bytes));
  } catch (error) {
    if (error instanceof Error && error.message === tooDeep) throw new DatabaseError(clientErrors.tooManyOperations);
    const reason = error instanceof Error ? error.message : String(error);
    throw new DatabaseError({ status: 'Internal', message: `grpc: error unmarshalling request: ${reason}` });
  }
}

function readerOf(bytes: Uint8Array): BinaryReader {
  const reader = new BinaryReader(bytes);
  return Object.assign(reader, { __tsProtoDecodeDepth: generatedDepthMax - requestDepthMax });
}
