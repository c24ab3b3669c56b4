import type { FailoverRecord, Observation } from "../../failover/model";
import { isEmptied } from "../../failover/reconcile/fence";
import { acceptanceHolds } from "../../failover/reconcile/unfenced";
import { isSilent } from "../../failover/silence";
import type { Admission, Decision } from "../../failover/reconcile";
import type { Environment } from "../environment";
import { judgeDecision } from "../rules/decisionRules";
import type { Breach } from "../rules/rule";
import { now, policy } from "../time";
import { type Fault, faultsIn, observe } from "../world/observation";
import { type Requests, requestsOf } from "../world/requests";
import { type Delivery, schedule } from "../world/triggers";
import { visibleCode, visibleCodes, type World } from "../world/world";
import type { Decider } from "./decider";
import type { Records } from "./records";

/** What a round saw and did, as far as the rules ask for it when it is saved; one bit each. */
export const facts = {
  /** The trigger began an attempt. */
  begins: 2,
  commits: 4,
  /** The old region's control plane was asked and did not answer. */
  unheard: 8,
  /** It was asked and answered, be it by an error of its own. */
  heard: 16,
  sawEmptied: 32,
  lagKnown: 64,
  asksFence: 128,
  takesAlarm: 256,
  takesConfig: 512,
  /** A person accepted the loss of data. */
  forces: 1024,
  /** A person accepted the open fence. */
  givesUp: 2048,
  /** A planned role change, which nobody forced. */
  planned: 4096,
} as const;

/** One look at the world and the decision on it, before anything is saved. */
export interface Round {
  readonly what: string;
  /** The decided record's number. */
  readonly record: number;
  readonly requests: Requests;
  /** Bits of {@link facts}. */
  readonly facts: number;
  readonly breaches: readonly Breach[];
}

/** How a round looks at the world. */
export interface Look {
  readonly delivery: Delivery;
  readonly alarm: "ALARM" | "OK";
  readonly fault?: Fault;
}

/**
 * Makes decisions and remembers them: a decision depends on the record, on what can be seen and on
 * the look alone, so that a million states need but some ten thousand decisions.
 */
export class Rounds {
  private readonly known = new Map<number, readonly Round[]>();
  private readonly looksOf = new Map<number, readonly Look[]>();

  constructor(
    private readonly decider: Decider,
    private readonly records: Records,
    private readonly environment: Environment,
  ) {}

  /** All different rounds that can begin on a stored record in a world. */
  outcomes(record: number, world: World): readonly Round[] {
    const key = record * visibleCodes + visibleCode(world);
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const different = new Map<string, Round>();
    for (const look of this.looks(record)) {
      const round = this.decide(record, world, look);
      const idle = round.record === record && round.requests === 0 && round.breaches.length === 0;
      const outcome = `${round.record} ${round.requests} ${round.facts} ${round.breaches.length}`;
      // Many faults come to the same decision.
      if (!idle && !different.has(outcome)) different.set(outcome, round);
    }
    const made = [...different.values()];
    this.known.set(key, made);
    return made;
  }

  /** The round of a look. */
  decide(number: number, world: World, look: Look): Round {
    const { delivery, alarm, fault } = look;
    const stored = this.records.get(number);
    const admission = this.admit(stored, delivery);
    const parts = this.decider.partsNeeded(admission.record, policy);
    const observation = observe(world, parts, alarm, fault);
    const decision = this.decider.reconcile(admission.record, observation, policy, now);
    const record = this.records.numberOf(decision.record);
    return {
      what: describe(look),
      record,
      requests: requestsOf(decision.actions),
      facts:
        record === number && stored.committedAt !== undefined
          ? 0
          : relevant(
              takenBy(delivery, admission.accepted) | factsOf(stored, observation, decision),
            ),
      breaches: judgeDecision(stored, delivery, admission, decision),
    };
  }

  /** Refused deliveries look as the schedule does; they get one look, for the rules. */
  private looks(number: number): readonly Look[] {
    const known = this.looksOf.get(number);
    if (known !== undefined) return known;
    const stored = this.records.get(number);
    const looks = this.environment.deliveries.flatMap((delivery) => {
      const admission = this.admit(stored, delivery);
      const plain: Look = { delivery, alarm: "OK" };
      if (!admission.accepted && delivery !== schedule) return [plain];
      const parts = this.decider.partsNeeded(admission.record, policy);
      const rings = parts.includes("alarm") ? [{ ...plain, alarm: "ALARM" } as const] : [];
      const faults = this.environment.faults ? faultsIn(parts) : [];
      return [plain, ...rings, ...faults.map((fault) => ({ ...plain, fault }))];
    });
    this.looksOf.set(number, looks);
    return looks;
  }

  private admit(stored: FailoverRecord, delivery: Delivery): Admission {
    return this.decider.admit(stored, delivery.trigger(stored.generation), policy, now);
  }
}

function describe({ delivery, alarm, fault }: Look): string {
  const trouble = fault === undefined ? "" : `, ${fault.part} ${fault.failure}`;
  const rings = alarm === "ALARM" ? ", the alarm stands" : "";
  return `${delivery.what}${rings}${trouble}: it looks and decides`;
}

/** On what a decision was made matters for a commit alone. */
function relevant(bits: number): number {
  if ((bits & facts.commits) !== 0) return bits;
  return bits & ~(facts.sawEmptied | facts.lagKnown | facts.planned);
}

function takenBy(delivery: Delivery, accepted: boolean): number {
  if (!accepted) return 0;
  return (
    (delivery.repeatable === "alarm" ? facts.takesAlarm : 0) |
    (delivery.repeatable === "config" ? facts.takesConfig : 0) |
    (delivery.forces === true ? facts.forces : 0)
  );
}

function factsOf(
  stored: FailoverRecord,
  observation: Observation,
  { record, actions }: Decision,
): number {
  const { targets, activeGroups, replica, home } = observation;
  const asked = activeGroups ?? targets;
  const unheard = isSilent(asked);
  const commits = stored.committedAt === undefined && record.committedAt !== undefined;
  const { trigger } = record;
  const planned = trigger?.planned === true && !trigger.force;
  const resting = stored.phase === "standby" || stored.phase === "aborted";
  const begins = resting && record.phase !== "standby" && record.phase !== "aborted";
  const emptied = activeGroups?.known === true && activeGroups.value.every(isEmptied);
  const lags = [replica, home].every(
    (part) => part?.known === true && part.value.lagSeconds !== undefined,
  );
  return (
    (begins ? facts.begins : 0) |
    (commits ? facts.commits : 0) |
    (unheard ? facts.unheard : 0) |
    (asked !== undefined && !unheard ? facts.heard : 0) |
    (emptied ? facts.sawEmptied : 0) |
    (acceptanceHolds(record) && !acceptanceHolds(stored) ? facts.givesUp : 0) |
    (lags ? facts.lagKnown : 0) |
    (planned ? facts.planned : 0) |
    (actions.some(({ kind }) => kind === "fenceGroups") ? facts.asksFence : 0)
  );
}
