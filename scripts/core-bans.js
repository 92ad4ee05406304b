/**
 * What `src/core` and `src/ports` may not use, and what to use instead: the part that the compiler cannot see, or sees only
 * as an unknown name. The same events must give the same effects on every machine, engine and run.
 *
 * Each group is data for one ESLint rule; `eslint.config.js` turns them into rules and `test/ground/lint.test.ts` proves
 * that each entry bites. A message always names the replacement.
 */

const time = 'Time reaches the core with each event: use its Instant (src/ports/clock.ts).';
const timer = 'The core sets no timer: return a timer effect; its expiry comes back as an event.';
const promise = 'The core is synchronous: return an effect; the outcome comes back as an event.';
const json = 'JSON is no durable form: use the codecs of src/core/format.';
const bytes =
  'Keys in the core are byte strings and values Uint8Array: use the helpers of src/core (latin1, one char a byte).';
const language = 'Language data differs between machines: compare byte strings with < and >.';
const outside = 'The core does no I/O: return an effect, and let an adapter (src/adapters) act on it.';
const collected = 'When memory is collected differs from run to run: own the lifetime, and delete from a Map.';
const digest = 'Digests are injected: use Digest (src/ports/digest.ts).';

/** Names of the global scope, for `no-restricted-globals`. */
export const bannedGlobals = [
  { name: 'Date', message: time },
  { name: 'performance', message: time },
  { name: 'setTimeout', message: timer },
  { name: 'setInterval', message: timer },
  { name: 'setImmediate', message: timer },
  { name: 'clearTimeout', message: timer },
  { name: 'clearInterval', message: timer },
  { name: 'clearImmediate', message: timer },
  { name: 'queueMicrotask', message: promise },
  { name: 'Promise', message: promise },
  { name: 'JSON', message: json },
  { name: 'Intl', message: language },
  { name: 'WeakRef', message: collected },
  { name: 'FinalizationRegistry', message: collected },
  { name: 'Buffer', message: bytes },
  { name: 'TextEncoder', message: bytes },
  { name: 'TextDecoder', message: bytes },
  { name: 'atob', message: bytes },
  { name: 'btoa', message: bytes },
  { name: 'crypto', message: `${digest} Random bytes reach the core as an event (src/ports/random.ts).` },
  { name: 'process', message: `${outside} Settings reach the core when it is created.` },
  { name: 'console', message: 'The core does not log: return an effect that says what happened; the edge logs it.' },
  { name: 'fetch', message: outside },
  { name: 'globalThis', message: 'Nothing global reaches the core: pass what is needed as an argument.' },
  { name: 'structuredClone', message: 'Data in the core is readonly: share it, or copy the fields with a spread.' },
  { name: 'Atomics', message: 'The core has one thread: change state within step.' },
  { name: 'SharedArrayBuffer', message: 'The core has one thread: use Uint8Array.' },
];

const transcendental =
  'Engines may round this differently: use integers and + - * /, Math.floor, Math.trunc, Math.imul, Math.clz32 or Math.sqrt.';
const transcendentalNames = [
  ...['exp', 'expm1', 'log', 'log1p', 'log2', 'log10', 'pow', 'cbrt', 'hypot', 'sin', 'cos', 'tan', 'asin', 'acos'],
  ...['atan', 'atan2', 'sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh'],
];
const localeNames = ['localeCompare', 'toLocaleString', 'toLocaleLowerCase', 'toLocaleUpperCase', 'normalize'];
const ordered = 'Objects list number-like keys first: keep entries in a Map, which lists them as inserted.';

/** Members, for `no-restricted-properties`. */
export const bannedProperties = [
  {
    object: 'Math',
    property: 'random',
    message:
      'Random numbers reach the core as seeds with an event (src/ports/random.ts): draw from the seeded generator.',
  },
  ...transcendentalNames.map((property) => ({ object: 'Math', property, message: transcendental })),
  ...localeNames.map((property) => ({ property, message: language })),
  ...['keys', 'values', 'entries', 'fromEntries'].map((property) => ({ object: 'Object', property, message: ordered })),
];

/** Forms of the language, for `no-restricted-syntax`. */
export const bannedSyntax = [
  { selector: ':function[async=true]', message: promise },
  { selector: 'AwaitExpression', message: promise },
  { selector: 'ForOfStatement[await=true]', message: promise },
  {
    selector: 'ImportExpression',
    message: 'Loading code takes time and I/O: import it statically from src/core or src/ports.',
  },
  { selector: 'ForInStatement', message: ordered },
  {
    selector:
      ':matches(ObjectExpression, ObjectPattern) > Property[computed=false] > Literal.key:matches([value=/^\\d+$/], [value=type(number)])',
    message: ordered,
  },
  {
    selector: 'TSPropertySignature[computed=false] > Literal.key:matches([value=/^\\d+$/], [value=type(number)])',
    message: ordered,
  },
  { selector: 'TSIndexSignature > Identifier.parameters > TSTypeAnnotation > TSNumberKeyword', message: ordered },
  {
    selector: 'TSTypeReference[typeName.name="Record"] > TSTypeParameterInstantiation > TSNumberKeyword:first-child',
    message: ordered,
  },
  { selector: 'BinaryExpression[operator="**"]', message: transcendental },
  { selector: 'AssignmentExpression[operator="**="]', message: transcendental },
  { selector: 'MemberExpression[computed=true][object.name="Math"]', message: transcendental },
  { selector: ':not(MemberExpression) > Identifier[name="Math"]:not(.property, .key)', message: transcendental },
];

/** What only the core, and not the asynchronous interfaces of the ports, may not name. */
export const bannedSyntaxOfCore = [{ selector: 'TSTypeReference[typeName.name=/^Promise(Like)?$/]', message: promise }];

const contractOnly =
  'A port is an interface and its written contract: code belongs in src/core, or in an adapter (src/adapters).';

/** What the ports may not hold, since they are interfaces and contracts only. */
export const bannedSyntaxOfPorts = [
  { selector: ':function', message: contractOnly },
  { selector: ':matches(ClassDeclaration, ClassExpression)', message: contractOnly },
  { selector: 'VariableDeclaration[kind!="const"]', message: contractOnly },
  { selector: ':matches(CallExpression, NewExpression)', message: contractOnly },
];

/** Modules, for `no-restricted-imports`: whatever is not a file of our own. */
export const bannedImports = [
  {
    regex: '^[^.]',
    message:
      'The core and the ports stand alone: describe what is needed as a port (src/ports) and implement it in src/adapters.',
  },
];
