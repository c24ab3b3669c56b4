/** What the protocol rests on. All are on in what is deployed; a sabotage takes one away. */
export interface Guards {
  /** A contender waits until a count has stood still for a whole lease. */
  readonly patience: boolean;
  /** A lease is taken on a condition. */
  readonly condition: boolean;
  /** A request of an old session does nothing. */
  readonly sessions: boolean;
  /** A holder that cannot renew stops Jenkins before its lease ends. */
  readonly stopsInTime: boolean;
  /** systemd ends a lease process that says nothing. */
  readonly watchdog: boolean;
  /** The watchdog hears of renewals only, not of attempts. */
  readonly honestWatchdog: boolean;
  /** An answer that is heard late counts as none. */
  readonly promptAnswers: boolean;
  /** Jenkins starts only while its lease has time left. */
  readonly checkedStart: boolean;
  /** Another look at the same count goes on with the wait. */
  readonly steadyWait: boolean;
  /** A machine that is taken from is off: its fence was confirmed. Only a cluster manager's machines. */
  readonly fence: boolean;
}

export const deployedGuards: Guards = {
  patience: true,
  condition: true,
  sessions: true,
  stopsInTime: true,
  watchdog: true,
  honestWatchdog: true,
  promptAnswers: true,
  checkedStart: true,
  steadyWait: true,
  fence: false,
};

/** How badly the environment may behave. */
export interface Mischief {
  readonly machines: 2 | 3;
  /** Lease processes stand still for as long as they like. */
  readonly freezes: boolean;
  /** Whole machines do. */
  readonly pauses: boolean;
  /** Machines do not reach the table. */
  readonly cuts: boolean;
  /** Lease processes die, machines lose their power. */
  readonly crashes: boolean;
  /** Requests arrive long after they were given up. */
  readonly late: boolean;
  /** Clocks disagree by a tick on how long a lease is. */
  readonly drift: boolean;
}
