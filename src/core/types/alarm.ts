/** The state's size is at its quota; the state is not what it should be. */
export type AlarmKind = 'nospace' | 'corrupt';

/** An alarm that is on: one member raised it, and all obey it until somebody takes it back. */
export interface ActiveAlarm {
  readonly memberId: bigint;
  readonly alarm: AlarmKind;
}

/** The alarms that are on: a value, ascending by kind, then by member, each once. */
export type Alarms = readonly ActiveAlarm[];
