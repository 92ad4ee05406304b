/**
 * Who may import whom. The core computes and knows nobody; ports are contracts; adapters and servers are edges; the
 * simulator sees the core and the ports alone, so that whatever it proves holds for what production runs.
 *
 * Type imports count. Unit tests beside the code (`*.test.ts`) are free to import what they need. Each comment names the
 * replacement; `test/ground/boundaries.test.ts` proves that each rule bites.
 *
 * @type {import('dependency-cruiser').IConfiguration}
 */
const unitTest = '[.]test[.]ts$';
const speaksGrpc = '^src/(server/grpc|adapters/grpc-peer|cli)/';

export default {
  forbidden: [
    {
      name: 'core-stands-alone',
      comment:
        'The core imports only src/core and src/ports: describe what is needed as a port and return an effect for an adapter.',
      severity: 'error',
      from: { path: '^src/core/', pathNot: unitTest },
      to: { pathNot: '^src/(core|ports)/', couldNotResolve: false },
    },
    {
      name: 'ports-stand-alone',
      comment: 'A port imports only other ports: a type that both sides need is declared in src/ports.',
      severity: 'error',
      from: { path: '^src/ports/', pathNot: unitTest },
      to: { pathNot: '^src/ports/', couldNotResolve: false },
    },
    {
      name: 'adapters-implement-ports',
      comment:
        'An adapter imports src/ports, and of the core its types alone (src/core/types): pass what it decides on as an argument.',
      severity: 'error',
      from: { path: '^src/adapters/', pathNot: unitTest },
      to: { path: '^src/', pathNot: '^src/(adapters|ports|core/types)/' },
    },
    {
      name: 'transport-in-one-place',
      comment:
        'Only src/server/grpc serves gRPC, and src/cli calls it: a service takes and gives plain messages, so that another transport can carry it.',
      severity: 'error',
      from: { path: '^src/', pathNot: [speaksGrpc, unitTest] },
      to: { path: 'node_modules/@grpc/' },
    },
    {
      name: 'storage-libraries-in-adapters',
      comment: 'Only src/adapters uses a storage library: use ObjectStore, LocalStore or Disk (src/ports).',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/adapters/', unitTest] },
      to: { path: 'node_modules/(@aws-sdk|@smithy|classic-level)/' },
    },
    {
      name: 'services-know-no-edge',
      comment:
        'A service works on the core: what it needs of an adapter or a transport is passed in by src/server/grpc, src/host or src/cli.',
      severity: 'error',
      from: { path: '^src/server/services/', pathNot: unitTest },
      to: { path: ['^src/(adapters|cli|server/grpc)/'] },
    },
    {
      name: 'command-line-on-top',
      comment: 'Nothing imports src/cli: move what is shared to src/host, src/server or src/core.',
      severity: 'error',
      from: { path: '^(src|sim)/', pathNot: '^src/cli/' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'source-without-tests',
      comment: 'The source imports no test, simulator, bench or script: move what it needs into src.',
      severity: 'error',
      from: { path: '^src/', pathNot: unitTest },
      to: { path: ['^(test|sim|bench|scripts)/', unitTest] },
    },
    {
      name: 'source-without-development-packages',
      comment:
        'Users do not get development dependencies: move the package to "dependencies", or the code to test/ or scripts/.',
      severity: 'error',
      from: { path: '^src/', pathNot: unitTest },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only', 'npm'] },
    },
    {
      name: 'simulator-owns-its-world',
      comment:
        'The simulator imports src/core, src/ports and src/text: instead of an adapter use a double (sim/doubles).',
      severity: 'error',
      from: { path: '^sim/', pathNot: unitTest },
      to: { path: '^src/', pathNot: '^src/(core|ports|text)/' },
    },
    {
      name: 'no-cycles',
      comment: 'Two modules that need each other have a third in them: move what both need into a module of its own.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'Nothing imports this module and it imports nothing: import it where it is needed, or delete it.',
      severity: 'error',
      from: { orphan: true, path: '^(src|sim)/', pathNot: [unitTest, '[.]d[.]ts$', '^src/(index|cli/main)[.]ts$'] },
      to: {},
    },
    {
      name: 'no-unresolved',
      comment: 'This import leads nowhere: mend the path (own files end in .ts), or add the package to package.json.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|coverage|t4-data)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
