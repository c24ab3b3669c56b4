import type { LoggedCall } from "../../gateway/callLog";
import type { Act, MatrixCase } from "../matrixCase";

/** On which side of a call the process dies: the call never comes to be, or its answer is not heard. */
export type CrashSide = "before" | "after";

/** A call that the function makes in an undisturbed failover. */
export type CrashPoint = Pick<LoggedCall, "service" | "action" | "region">;

/**
 * Ends the function's process at its n-th call since the beginning, as SIGKILL does: before anything
 * of the call happened, or after it took effect and before the answer.
 */
export function crashAt(call: number, side: CrashSide): Act {
  return (world) => {
    const effect = { kind: side === "before" ? "dropBeforeEffect" : "dropAfterEffect" } as const;
    const caller = world.names.functionName;
    world.inject({ effect, caller, skip: call - 1, count: 1 });
    world.onCall((met) => {
      if (met.caller !== caller || met.fault !== effect.kind) return;
      // The signal is sent before the connection is cut: the process never learns of it.
      void world.behaviours.lambda.runtime.kill(world.site.waiting.region, caller);
    });
  };
}

/** Both sides of every call, reading and writing, of an undisturbed failover. */
export function crashCases(undisturbed: readonly CrashPoint[]): MatrixCase[] {
  return undisturbed.flatMap(({ service, action, region }, index) =>
    (["before", "after"] as const).map((side): MatrixCase => {
      const call = index + 1;
      return {
        matrix: "crash",
        name: `crash ${side} call ${call}: ${service} ${action} ${region}`,
        // Only the schedule continues it: the alarm publishes to nobody.
        world: { alarmPublishes: false },
        acts: [crashAt(call, side)],
        promise: { kind: "serving", within: 15 },
      };
    }),
  );
}

/** The failover whose calls the crash matrix is made of. */
export const undisturbed: MatrixCase = {
  matrix: "crash",
  name: "undisturbed",
  world: { alarmPublishes: false },
  promise: { kind: "serving", within: 15 },
};
