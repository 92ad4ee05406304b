import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import { clientErrors } from '../../core/types/error.ts';
import { DatabaseError } from '../../host/database.ts';
import { requestDepthMax, requestMessagesMax } from '../limits.ts';

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
    if (error instanceof DatabaseError) throw error;
    if (error instanceof Error && error.message === tooDeep) throw new DatabaseError(clientErrors.tooManyOperations);
    const reason = error instanceof Error ? error.message : String(error);
    throw new DatabaseError({ status: 'Internal', message: `grpc: error unmarshalling request: ${reason}` });
  }
}

/** Larger ones are rare, and a writer keeps the room of the longest message that went through it. */
const spareWriterBytesMax = 64 * 1024;
let spareWriter: BinaryWriter | undefined;

/** With one writer for all: it has room already. */
export function encodeWith<Message>(codec: MessageCodec<Message>, message: Message): Uint8Array {
  const writer = spareWriter ?? new BinaryWriter();
  // Of a message that cannot be encoded half may be in it.
  spareWriter = undefined;
  const bytes = codec.encode(message, writer).finish();
  if (bytes.length <= spareWriterBytesMax) spareWriter = writer;
  return bytes;
}

/** In the name that the generated code reads and writes, once when a message begins and once when it ends. */
const depthName = '__tsProtoDecodeDepth';
const depthFirst = generatedDepthMax - requestDepthMax;
/** A message in a message has a tag and a length. */
const messageBytesMin = 2;

function readerOf(bytes: Uint8Array): BinaryReader {
  const reader = new BinaryReader(bytes);
  if (bytes.length > messageBytesMin * requestMessagesMax) return countingReaderOf(reader);
  (reader as CountingReader)[depthName] = depthFirst;
  return reader;
}

type CountingReader = BinaryReader & { [depthName]?: number };

/** Gives up when there are too many messages, instead of making an object of each. Nothing but a transaction has so many. */
function countingReaderOf(reader: BinaryReader): BinaryReader {
  let depth = depthFirst;
  let messages = 0;
  return Object.defineProperty(reader, depthName, {
    get: () => depth,
    set: (next: number) => {
      if (next > depth) messages += 1;
      depth = next;
      if (messages > requestMessagesMax) throw new DatabaseError(clientErrors.tooManyOperations);
    },
  });
}
