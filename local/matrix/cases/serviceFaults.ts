import type { FaultEffect } from "../../gateway/faults";
import { fault } from "../acts";
import type { Act } from "../matrixCase";
import type { Service } from "./services";

/** Real milliseconds after which the function has given the call up; see failover/aws/clients.ts. */
const beyondTheLimit = 9_000;

/** Modelled seconds per real second where a call hangs, because the call's limit is real time. */
export const slowScale = 8;

/** What is done to a service, and how the table calls it. */
export const serviceFaults = {
  throttling: { says: "throttles for 2.5 min", act: lasting({ kind: "throttle" }, 150) },
  serverError: { says: "answers 500 for 2.5 min", act: lasting({ kind: "serverError" }, 150) },
  slow: {
    says: "answers two calls after their limit",
    act: (service: Service): Act => {
      const duration = beyondTheLimit * slowScale;
      return fault({ kind: "delay", duration }, { ...placeOf(service), count: 2 });
    },
  },
  lostAnswer: {
    says: "does what is asked, but each call's first two answers are lost",
    act:
      (service: Service): Act =>
      async (world) => {
        for (const action of service.actions) {
          const where = { ...placeOf(service), action, count: 2 };
          await fault({ kind: "dropAfterEffect" }, where)(world);
        }
      },
  },
  denied: {
    says: "denies access",
    act: (service: Service): Act => fault({ kind: "accessDenied" }, placeOf(service)),
  },
  dead: { says: "is dead for 5 min", act: lasting({ kind: "deadEndpoint" }, 300) },
} as const satisfies Readonly<
  Record<string, { readonly says: string; readonly act: (service: Service) => Act }>
>;

/** A key of {@link serviceFaults}. */
export type FaultName = keyof typeof serviceFaults;

function lasting(effect: FaultEffect, seconds: number): (service: Service) => Act {
  return (service) => (world) => {
    const until = world.gateway.clock.now() + seconds * 1000;
    return fault(effect, { ...placeOf(service), until })(world);
  };
}

function placeOf({ service, region }: Service): Pick<Service, "service" | "region"> {
  return { service, region };
}
