import type { ZoneAnswer } from "../../gateway/behaviours/route53/zoneAnswer";

/**
 * What users ask for names: it keeps each answer as long as its TTL allows and asks anew after that.
 * All users share it, so that they move together, and at worst a TTL after the name servers did.
 */
export class Resolver {
  private readonly kept = new Map<string, { readonly target: string; readonly until: number }>();

  constructor(
    private readonly ask: (name: string) => ZoneAnswer | undefined,
    /** Modelled milliseconds since the epoch. */
    private readonly now: () => number,
  ) {}

  /** The AWS resource behind a name; undefined for a name that does not exist. */
  resolve(name: string): string | undefined {
    const kept = this.kept.get(name);
    if (kept !== undefined && this.now() < kept.until) return kept.target;
    const answer = this.ask(name);
    // That a name does not exist is not kept: it is about to be made.
    if (answer === undefined) this.kept.delete(name);
    else this.kept.set(name, { target: answer.target, until: this.now() + answer.ttlMs });
    return answer?.target;
  }
}
