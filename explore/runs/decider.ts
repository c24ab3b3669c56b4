import { admit, partsNeeded, reconcile } from "../../failover/reconcile";

/** The decisions under exploration: the deployed ones, or those with one guard taken away. */
export interface Decider {
  readonly admit: typeof admit;
  readonly partsNeeded: typeof partsNeeded;
  readonly reconcile: typeof reconcile;
}

/** What is deployed. */
export const deployed: Decider = { admit, partsNeeded, reconcile };
