import { create, type DescField, type DescMessage, type Message, ScalarType, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';

/** Any message of a type, out of values that mean something to the server that it is sent to. */
export interface MeaningfulValues {
  readonly texts: readonly string[];
  readonly bytes: readonly Uint8Array[];
  readonly integers: readonly bigint[];
}

const depthMax = 3;

export function anyBytesOf(type: DescMessage, values: MeaningfulValues): fc.Arbitrary<Buffer> {
  return anyMessage(type, values, depthMax).map((message) => Buffer.from(toBinary(type, message)));
}

function anyMessage(type: DescMessage, values: MeaningfulValues, depth: number): fc.Arbitrary<Message> {
  const members = type.members.map((member) => {
    if (member.kind === 'field') return anyField(member, values, depth).map((value) => [member.localName, value]);
    const cases = member.fields.map((field) =>
      anyField(field, values, depth).map((value) =>
        value === undefined ? undefined : { case: field.localName, value },
      ),
    );
    return fc.oneof(fc.constant(undefined), ...cases).map((value) => [member.localName, value ?? { case: undefined }]);
  });
  return fc.tuple(...members).map((entries) => {
    const given = entries.filter(([, value]) => value !== undefined);
    return create(type, Object.fromEntries(given) as Record<string, unknown>);
  });
}

function anyField(field: DescField, values: MeaningfulValues, depth: number): fc.Arbitrary<unknown> {
  switch (field.fieldKind) {
    case 'scalar':
      return fc.option(anyScalar(field.scalar, values), { nil: undefined });
    case 'enum':
      return fc.constantFrom(undefined, 99, ...field.enum.values.map(({ number }) => number));
    case 'message':
      if (depth === 0) return fc.constant(undefined);
      return fc.option(anyMessage(field.message, values, depth - 1), { nil: undefined });
    case 'list': {
      if (field.listKind === 'message') {
        if (depth === 0) return fc.constant([]);
        return fc.array(anyMessage(field.message, values, depth - 1), { maxLength: 2 });
      }
      if (field.listKind === 'enum') {
        return fc.array(fc.constantFrom(...field.enum.values.map(({ number }) => number)), { maxLength: 2 });
      }
      return fc.array(anyScalar(field.scalar, values), { maxLength: 2 });
    }
    case 'map':
      return fc.constant({});
  }
}

function anyScalar(type: ScalarType, { texts, bytes, integers }: MeaningfulValues): fc.Arbitrary<unknown> {
  switch (type) {
    case ScalarType.STRING:
      return fc.constantFrom(...texts);
    case ScalarType.BYTES:
      return fc.constantFrom(...bytes);
    case ScalarType.BOOL:
      return fc.boolean();
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return fc.constantFrom(...integers);
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return fc.constantFrom(...integers.map((value) => BigInt.asUintN(64, value)));
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return fc.double();
    case ScalarType.INT32:
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
    case ScalarType.SFIXED32:
    case ScalarType.SINT32:
      return fc.nat({ max: 100 });
  }
}
