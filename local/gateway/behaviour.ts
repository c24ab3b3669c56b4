import type { LatencyTable } from "./latencies";
import type { ScaledClock } from "./scaledClock";

/** One AWS API call as the gateway understood it, whichever wire protocol carried it. */
export interface AwsRequest {
  /** Signing name from the SigV4 credential scope: `rds`, `autoscaling`, `elasticfilesystem`, … */
  readonly service: string;
  /** API operation, e.g. `PromoteReadReplica`. */
  readonly action: string;
  /** Region from the credential scope. */
  readonly region: string;
  readonly method: string;
  /** Path with the query string, as it came. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** The call's input: query-protocol parameters flattened (`Filters.member.1.Name`), JSON as parsed. */
  readonly input: Readonly<Record<string, unknown>>;
}

/** What goes back to the caller. */
export interface AwsResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What a behaviour may use; everything else of the gateway is hidden from it. */
export interface BehaviourContext {
  readonly clock: ScaledClock;
  readonly latencies: LatencyTable;
  /** Sends the request (possibly changed) to the emulator behind the gateway. */
  forward(request: AwsRequest): Promise<AwsResponse>;
  /** The gateway's own address, for SDK clients of a behaviour that acts on its own (an ASG's instances). */
  readonly endpoint: string;
  /** False while the region is dead by fault injection: a dead region's machinery does nothing. */
  regionIsAlive(region: string): boolean;
}

/**
 * One AWS behaviour that the emulator lacks or gets wrong. A behaviour owns its state, answers the
 * actions that it names and may pass them on. One file each under `behaviours/`.
 */
export interface Behaviour {
  readonly name: string;
  /** Signing name of the service whose actions it takes. */
  readonly service: string;
  /** Operations that it answers; `"*"` takes the whole service. */
  readonly actions: readonly string[];
  handle(request: AwsRequest, context: BehaviourContext): Promise<AwsResponse>;
  /** Called once after the gateway listens, for behaviours that act by themselves. */
  start?(context: BehaviourContext): void;
  /** Ends timers and child processes; after it resolves the process can exit. */
  stop?(): Promise<void>;
}
