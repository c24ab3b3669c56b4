import { clearFaults, when } from "../acts";
import type { MatrixCase } from "../matrixCase";
import type { Outcome } from "../outcome";
import { type FaultName, serviceFaults, slowScale } from "./serviceFaults";
import { type ServiceName, services } from "./services";

type Promises = Readonly<Record<FaultName, Outcome>>;

const serving: Outcome = { kind: "serving", within: 15 };

/** The old region has not answered for long enough: S3 lets it go on, and it says so. */
const unfenced: Outcome = { ...serving, unfenced: true };

/** Each fault but the denial passes, and what passes needs nobody. */
const recovers = {
  throttling: serving,
  serverError: serving,
  slow: serving,
  lostAnswer: serving,
  dead: serving,
} as const;

const byPermission = "is not authorized to perform";

/** What is promised for each service and each fault that begins with the first touch. */
export const faultPromises: Readonly<Record<ServiceName, Promises>> = {
  oldGroups: {
    ...recovers,
    // An answer of 500 is no more of an answer than none.
    serverError: unfenced,
    dead: unfenced,
    denied: {
      kind: "blocked",
      step: "fence",
      reason: byPermission,
      remedy: "Give the function's role back its permissions",
    },
  },
  newGroups: {
    ...recovers,
    denied: {
      kind: "blocked",
      step: "capacity",
      reason: byPermission,
      remedy: "Give the function's role",
    },
  },
  database: {
    ...recovers,
    denied: { kind: "blocked", step: "database", reason: byPermission, remedy: "--force" },
  },
  home: {
    ...recovers,
    denied: { kind: "blocked", step: "home", reason: byPermission, remedy: "--force" },
  },
  edge: {
    ...recovers,
    denied: { kind: "blocked", step: "traffic", reason: byPermission, remedy: "us-west-2" },
  },
  metrics: {
    ...recovers,
    denied: { kind: "blocked", step: "database", reason: byPermission, remedy: "--force" },
  },
  record: { ...recovers, denied: { kind: "failing", error: byPermission } },
  // The messages wait in the record and go out once the topic takes them.
  topics: { ...recovers, denied: serving },
};

/** The same denial from before the beginning: nothing is touched until it ends. */
export const deniedFromTheStart: Readonly<Record<ServiceName, Outcome>> = {
  oldGroups: {
    kind: "blocked",
    step: "confirm",
    reason: "the control plane cannot be asked",
    remedy: "npm run failover -- --stack dr",
  },
  newGroups: faultPromises.newGroups.denied,
  database: { kind: "blocked", step: "database", reason: byPermission, remedy: "--force" },
  home: { kind: "blocked", step: "home", reason: byPermission, remedy: "--force" },
  edge: faultPromises.edge.denied,
  metrics: { kind: "blocked", step: "database", reason: byPermission, remedy: "--force" },
  record: faultPromises.record.denied,
  topics: serving,
};

/** Service × fault, and each denial from the start. Cases that only wait come first. */
export function faultCases(): MatrixCase[] {
  const names = Object.keys(services) as ServiceName[];
  const kinds = Object.keys(serviceFaults) as FaultName[];
  const later = kinds.flatMap((kind) => names.map((name) => caseOf(name, kind)));
  const fromTheStart = names.map((name): MatrixCase => {
    const { label } = services[name];
    return {
      matrix: "fault",
      name: `fault from the start: ${label} denies access`,
      acts: [serviceFaults.denied.act(services[name])],
      promise: deniedFromTheStart[name],
      ...(name === "topics" ? { afterwards: [clearFaults] } : {}),
    };
  });
  return [...later.filter(isSlow), ...later.filter((one) => !isSlow(one)), ...fromTheStart];
}

function isSlow({ world }: MatrixCase): boolean {
  return world?.scale !== undefined;
}

function caseOf(name: ServiceName, kind: FaultName): MatrixCase {
  const { label } = services[name];
  const { says, act } = serviceFaults[kind];
  return {
    matrix: "fault",
    name: `fault: ${label} ${says}`,
    ...(kind === "slow" ? { world: { scale: slowScale } } : {}),
    // Between the first and the last message there is none.
    acts: [name === "topics" ? act(services[name]) : when("recovering", act(services[name]))],
    promise: faultPromises[name][kind],
    // What passes by itself is not mended.
    ...(kind === "denied" ? {} : { mend: [] }),
    ...(kind === "denied" && name === "topics" ? { afterwards: [clearFaults] } : {}),
  };
}
