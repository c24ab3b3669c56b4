import { runStack, type WholeStacks } from "../../support/wholeStacks";
import type { CallTable } from "../../support/typeRow";

/** Settings that differ from the samples', in both stacks alike. */
const changed = {
  image: JSON.stringify({ jenkinsVersion: "2.563.1" }),
  loadBalancer: JSON.stringify({ webApplicationFirewall: true }),
  observability: JSON.stringify({
    accessLogRetention: "10 days",
    certificateWarning: "20 days",
    quotaWarning: 0.5,
  }),
};

/** The flag that asks for a failover; the dr stack reads it. */
export const asking = { failover: "true" };

/** What a program asks the failover record by. */
export const recordToken = "aws:dynamodb/getTableItem:getTableItem";

/** The failover record as it is in whichever region is asked. */
export function recorded(phase: string, generation: number, activeRegion: string): CallTable {
  const item = JSON.stringify({
    id: { S: "failover" },
    generation: { N: String(generation) },
    activeRegion: { S: activeRegion },
    phase: { S: phase },
  });
  return { [recordToken]: () => ({ item }) };
}

let stacks: Promise<WholeStacks> | undefined;

/**
 * Both stacks with all that differs from a first deployment of the samples and does not meet:
 * {@link changed} settings, a failover record that agrees, and the flag. The first caller pays for
 * the runs.
 */
export function changedStacks(): Promise<WholeStacks> {
  stacks ??= (async () => {
    const calls = recorded("standby", 1, "eu-central-1");
    const primary = await runStack("primary", changed, undefined, { calls });
    const dr = await runStack("dr", { ...changed, ...asking }, primary.result, { calls });
    return { primary, dr };
  })();
  return stacks;
}
