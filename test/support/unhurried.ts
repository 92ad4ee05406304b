/**
 * For nodes whose lease and whose patience are not what a test is about: longer than any machine stands still, so that only what the test
 * does decides what happens. Whoever leads next does so because this one gave its lease back, never because time went by.
 */
export const unhurried = { leaseMs: 600_000, requestTimeoutMs: 600_000 } as const;
