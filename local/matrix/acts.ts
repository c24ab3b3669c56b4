import { CloudWatchClient, SetAlarmStateCommand } from "@aws-sdk/client-cloudwatch";
import type { FaultEffect, FaultSpecification } from "../gateway/faults";
import type { Act } from "./matrixCase";
import { regions } from "./matrixPlan";

/** The probe's alarm, and with it the region's, goes to this state. */
export function alarm(state: "ALARM" | "OK"): Act {
  return ({ client, names }) =>
    client(CloudWatchClient, regions.waiting).send(
      new SetAlarmStateCommand({
        AlarmName: names.probeAlarm,
        StateValue: state,
        StateReason: "Set by the matrix.",
      }),
    );
}

/** A region dies, or comes back. */
export function lose(which: keyof typeof regions): Act {
  return ({ gateway }) => {
    gateway.faults.loseRegion(regions[which]);
  };
}

/** The counterpart of {@link lose}. */
export function revive(which: keyof typeof regions): Act {
  return ({ gateway }) => {
    gateway.faults.reviveRegion(regions[which]);
  };
}

/** A fault that meets the failover function alone. */
export function fault(effect: FaultEffect, where: Omit<FaultSpecification, "effect">): Act {
  return (world) => {
    world.inject({ ...where, effect, caller: world.names.functionName });
  };
}

/** Ends every fault; dead regions stay dead. */
export const clearFaults: Act = ({ gateway }) => {
  gateway.faults.clearAll();
};

/** Does it when the record is first saved in that phase. */
export function when(phase: string, act: Act): Act {
  return (world) => {
    // At once and not by the clock: the very next call has to meet it.
    world.whenPhase(phase, () => void act(world));
  };
}

/** Does it when what cannot be undone was decided, before the requests that follow from it. */
export function whenCommitted(act: Act): Act {
  return (world) => {
    let done = false;
    world.onCall(() => {
      if (done || world.record().committedAt === undefined) return;
      done = true;
      void act(world);
    });
  };
}

/** Does it so many modelled seconds from now. */
export function later(seconds: number, act: Act): Act {
  return (world) => {
    world.gateway.clock.after(seconds * 1000, () => act(world));
  };
}
