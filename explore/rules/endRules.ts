/** S7 and S8: what a state may come to when the environment behaves. */
import type { FailoverRecord } from "../../failover/model";
import type { Model } from "../model";
import type { State } from "../runs/state";
import type { Calm } from "../search/calm";
import { repair } from "../world/mischief";
import { abort } from "../world/triggers";
import type { World } from "../world/world";
import type { Breach } from "./rule";

/** Judges the ends of quiet states, and remembers how long the way to them was at the most. */
export class EndRules {
  /** The most rounds from any state to its end. */
  bound = 0;
  /** Blocked ends by what leads a person out of them. */
  readonly ways = { repair: 0, abort: 0 };
  private readonly judged = new Map<State, readonly Breach[]>();

  constructor(
    private readonly model: Model,
    private readonly calm: Calm,
  ) {}

  /** @param start a state in which no run is under way */
  judge(start: State): readonly Breach[] {
    const { state, rounds } = this.calm.endOf(start);
    this.bound = Math.max(this.bound, rounds);
    const rule = start.world.obstacle === "none" ? "S7" : "S8";
    if (state === undefined) return [{ rule, what: "Left alone, it circles for ever." }];
    const known = this.judged.get(state);
    if (known !== undefined) return known;
    const breaches = this.judgeEnd(state);
    this.judged.set(state, breaches);
    return breaches;
  }

  private judgeEnd(end: State): readonly Breach[] {
    const record = this.model.records.get(end.record);
    const { phase } = record;
    if (end.world.obstacle === "none" && !isLostPlan(record, end.world)) {
      const untidy = untidyIn(record, end.world);
      return untidy.map((what) => ({
        rule: "S7",
        what: `Left alone, it ends ${phase}, and ${what}.`,
      }));
    }
    if (phase === "confirming" || phase === "recovering") {
      return [{ rule: "S8", what: `Left alone, it stays ${phase} and calls nobody.` }];
    }
    return phase === "blocked" ? this.judgeBlocked(end) : [];
  }

  private judgeBlocked(end: State): readonly Breach[] {
    const mended = repair(end.world) ?? end.world;
    const lost = isLostPlan(this.model.records.get(end.record), mended);
    const repaired = { ...end, world: lost ? { ...mended, cut: false } : mended };
    const byRepair = this.leadsOut(repaired);
    const byAbort = this.leadsOut(this.calm.deliver(end, abort));
    if (byRepair) this.ways.repair += 1;
    if (byAbort) this.ways.abort += 1;
    return byRepair || byAbort
      ? []
      : [{ rule: "S8", what: "It is blocked, and neither repair nor abort leads out." }];
  }

  private leadsOut(state: State): boolean {
    const { state: end } = this.calm.endOf(state);
    return end !== undefined && this.model.records.get(end.record).phase !== "blocked";
  }
}

/** A role change that was planned never goes on without the old region: that one has to come back. */
function isLostPlan({ trigger, committedAt }: FailoverRecord, { cut }: World): boolean {
  return cut && committedAt === undefined && trigger?.planned === true;
}

/** What is wrong with an end that no obstacle excuses. */
function untidyIn({ phase }: FailoverRecord, world: World): string[] {
  const { cut, oldSized, oldSuspended, oldInstance, oldOpen, newSized, newOpen, newWrites } = world;
  if (phase === "serving") {
    return [
      ...(newWrites ? [] : ["nothing serves in the new region"]),
      ...(newOpen && !oldOpen ? [] : ["users are not sent to the new region alone"]),
      ...(cut || (!oldSized && oldSuspended && oldInstance === "none")
        ? []
        : ["the old region is not fenced"]),
    ];
  }
  if (phase !== "standby" && phase !== "aborted") return ["that is no end without an obstacle"];
  // What cannot be reached cannot be put back; it is once it is there again.
  if (cut) return [];
  return [
    ...(oldSized && !oldSuspended ? [] : ["the old region is still fenced"]),
    ...(oldOpen && !newOpen ? [] : ["users are not sent to the old region alone"]),
    ...(newSized ? ["the new region's machines still run"] : []),
  ];
}
