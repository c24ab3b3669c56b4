import type { StepName } from "../../failover/model";
import type { EndState } from "./endState";
import { regions, servingSizes, teams } from "./matrixPlan";

/** What a case promises. */
export type Outcome =
  /** The new region serves, without anybody's help. */
  | {
      readonly kind: "serving";
      /** Modelled minutes from the trouble to `serving` at the most. */
      readonly within: number;
      /** Whether it goes on without a confirmed fence first (S3). Default: it does not. */
      readonly unfenced?: boolean;
    }
  /** A step cannot go on and says so; after `mend` of the case the new region serves. */
  | {
      readonly kind: "blocked";
      readonly step: StepName;
      /** In the reason that the record and the page give. */
      readonly reason: string;
      /** In what they tell a person to do. */
      readonly remedy: string;
      readonly unfenced?: boolean;
    }
  /** No run can do anything; each fails, which the function's own alarm pages. Then it serves. */
  | { readonly kind: "failing"; readonly error: string }
  /** Nothing is touched; the old region goes on serving. */
  | { readonly kind: "unchanged"; readonly phase: "standby" | "aborted" | "confirming" };

const full = `${servingSizes.min}/${servingSizes.max}/${servingSizes.desired}`;

/** How every failover ends: the same whatever happened on the way. */
export const servingEnd: EndState = {
  record: {
    phase: "serving",
    generation: 2,
    activeRegion: regions.waiting,
    steps: {
      confirm: "done",
      fence: "done",
      capacity: "done",
      database: "done",
      home: "done",
      controllers: "done",
      traffic: "done",
    },
    unsent: 0,
    blocked: false,
    history: ["serving 2"],
  },
  oldGroups: teams.map(() => ({ sizes: "0/0/0", instances: 0, launchSuspended: true })),
  newGroups: teams.map(() => ({ sizes: full, instances: 1, launchSuspended: false })),
  oldEndpoint: "0/0",
  newEndpoint: "100/128",
  database: "writer, available",
  home: "writable",
  healthyTeams: teams.length,
};

/** Where `got` differs from `wanted`, member by member. */
export function differences(wanted: unknown, got: unknown, path = ""): string[] {
  if (isObject(wanted) && isObject(got)) {
    const keys = [...new Set([...Object.keys(wanted), ...Object.keys(got)])];
    return keys.flatMap((key) =>
      differences(wanted[key], got[key], path === "" ? key : `${path}.${key}`),
    );
  }
  if (wanted === got) return [];
  return [`${path} is ${JSON.stringify(got)}, not ${JSON.stringify(wanted)}`];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** A promise in a few words, for the table. */
export function wordsOf(promise: Outcome): string {
  switch (promise.kind) {
    case "serving":
      return promise.unfenced === true ? "serving, unfenced first" : "serving";
    case "blocked":
      return `blocked at ${promise.step}, then serving`;
    case "failing":
      return "every run fails, then serving";
    case "unchanged":
      return `stays ${promise.phase}`;
  }
}
