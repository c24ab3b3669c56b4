import { deployedGuards, type Guards, type Mischief } from "./guards";

const calm: Mischief = {
  machines: 2,
  freezes: false,
  pauses: false,
  cuts: false,
  crashes: false,
  late: false,
  drift: false,
};

/** One environment, explored to its end, and what guards hold in it. */
export interface LeaseScenario {
  readonly what: string;
  readonly mischief: Mischief;
  readonly guards: Guards;
}

const deployed = (what: string, mischief: Partial<Mischief>): LeaseScenario => ({
  what,
  mischief: { ...calm, ...mischief },
  guards: deployedGuards,
});

export const leaseScenarios = {
  freezes: deployed("lease processes stand still and die", { freezes: true, crashes: true }),
  partition: deployed("machines are cut off, and die", { cuts: true, crashes: true }),
  late: deployed("requests arrive long after they were given up", {
    cuts: true,
    crashes: true,
    late: true,
  }),
  clocks: deployed("clocks disagree while machines are cut off or stand still", {
    freezes: true,
    cuts: true,
    drift: true,
  }),
  three: deployed("three machines, cut off", { machines: 3, cuts: true }),
  fenced: {
    what: "whole machines stand still; whoever is taken from is fenced first",
    mischief: { ...calm, pauses: true, crashes: true },
    guards: { ...deployedGuards, fence: true },
  },
} as const satisfies Readonly<Record<string, LeaseScenario>>;
export type LeaseScenarioName = keyof typeof leaseScenarios;

const without = (
  guards: Partial<Guards>,
  what: string,
  mischief: Partial<Mischief>,
): LeaseScenario => ({
  what,
  mischief: { ...calm, ...mischief },
  guards: { ...deployedGuards, ...guards },
});

/** One guard less each, where its loss shows; nothing of this is deployed. */
export const leaseSabotages = {
  patience: without(
    { patience: false },
    "a contender believes an expiry by a clock that is ahead",
    {},
  ),
  condition: without({ condition: false }, "a lease is taken without a condition", {}),
  sessions: without({ sessions: false }, "a late request of an old session counts", {
    late: true,
    crashes: true,
  }),
  // The watchdog alone would do: it ends a holder that tries and tries.
  stopsInTime: without(
    { stopsInTime: false, watchdog: false },
    "a holder that cannot renew goes on",
    { cuts: true },
  ),
  watchdog: without({ watchdog: false }, "nobody watches the lease process", { freezes: true }),
  honestWatchdog: without(
    { honestWatchdog: false },
    "the watchdog is told of attempts that failed",
    {
      freezes: true,
      cuts: true,
    },
  ),
  promptAnswers: without(
    { promptAnswers: false },
    "an answer that was heard late tells the watchdog of a whole lease",
    { freezes: true },
  ),
  checkedStart: without(
    { checkedStart: false, promptAnswers: false },
    "Jenkins starts without a look at the lease",
    { freezes: true },
  ),
  steadyWait: without({ steadyWait: false }, "each look starts the wait anew", { crashes: true }),
  fence: without({ fence: false }, "a whole machine stands still and is not fenced", {
    pauses: true,
  }),
} as const satisfies Readonly<Record<string, LeaseScenario>>;
export type LeaseSabotageName = keyof typeof leaseSabotages;
