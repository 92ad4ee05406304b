/** A server that answers etcd's calls on a loopback port, whoever it is. */
export interface ServerUnderTest {
  readonly name: string;
  readonly address: string;
  /** Settled when it ended by itself, which no test asks for. */
  isAlive(): boolean;
  stop(): Promise<void>;
}
