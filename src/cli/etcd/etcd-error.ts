/** A start that etcd would refuse, in its words where it has some. Exit code as etcd's: 2 for the command line, 1 for what it says. */
export class EtcdUsageError extends Error {
  override readonly name = 'EtcdUsageError';
  readonly exitCode: 1 | 2;
  readonly hint: string | undefined;

  constructor(exitCode: 1 | 2, message: string, hint?: string) {
    super(message);
    this.exitCode = exitCode;
    this.hint = hint;
  }
}
