/**
 * What ends a node: damage, a lost disk, a store that broke its word. `message` is for the operator: what was found, where, what
 * was expected, what to do. Thrown inside tasks; the machine turns it into the `stopped` effect.
 */
export class NodeFailure extends Error {
  override readonly name: string = 'NodeFailure';
}

/** Others changed, each time, what was to be changed. Nothing is damaged, and a later try may go through. */
export class Contention extends NodeFailure {
  override readonly name = 'Contention';
}

/** The local store cannot be read as it was written. It is only a cache: the node gives its reign up, sets it aside and rebuilds it. */
export class LocalStoreDamage extends NodeFailure {
  override readonly name = 'LocalStoreDamage';
}
