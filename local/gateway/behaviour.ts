import type { GatewayEvents } from "./gatewayEvents";
import type { LatencyTable } from "./latencies";
import type { ScaledClock } from "./scaledClock";
import type { World } from "./world";

/** How a request is carried; decides how its answer or error must be written. */
export type WireProtocol =
  "query" | "ec2Query" | "json1.0" | "json1.1" | "cbor" | "restJson" | "restXml";

/** One AWS API call as the gateway understood it, whichever wire protocol carried it. */
export interface AwsRequest {
  /** Signing name from the SigV4 credential scope: `rds`, `autoscaling`, `elasticfilesystem`, … */
  readonly service: string;
  /** API operation, e.g. `PromoteReadReplica`. */
  readonly action: string;
  /**
   * Region whose control plane answers: the credential scope's, but for the global services the one
   * that they really live in (IAM and Route 53 us-east-1, Global Accelerator us-west-2).
   */
  readonly region: string;
  /** Region in the credential scope: where the caller thinks the service is. */
  readonly signedRegion: string;
  /** Who calls: the SDK's application id (see isolatedEnvironment), otherwise the access key id. */
  readonly caller: string;
  readonly protocol: WireProtocol;
  readonly method: string;
  /** Path with the query string, as it came. */
  readonly path: string;
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /**
   * The call's input in the shape of the SDK's `…CommandInput`, whichever protocol carried it:
   * `{ AutoScalingGroupNames: ["a"] }`, dates as Date, numbers as number. Read lazily and once.
   */
  readonly input: Readonly<Record<string, unknown>>;
}

/** What goes back to the caller. Make it with `answer(request, output)` of `wire/answers`. */
export interface AwsResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** The part of an SDK v3 client that makers of clients need to know. */
export type ClientConstructor<Client> = new (configuration: {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
  maxAttempts: number;
}) => Client;

/** What a behaviour may use; everything else of the gateway is hidden from it. */
export interface BehaviourContext {
  readonly clock: ScaledClock;
  readonly latencies: LatencyTable;
  /** What behaviours tell each other: file systems, targets, instances. */
  readonly world: World;
  /** What happens by itself (an instance in service, a replica promoted), for drill and timeline. */
  readonly events: GatewayEvents;
  /** Sends the request (possibly changed) to the emulator behind the gateway. */
  forward(request: AwsRequest): Promise<AwsResponse>;
  /** Does what costs this machine time and not AWS; see `holdsClockForWork` of the gateway. */
  work<Result>(does: () => Promise<Result>): Promise<Result>;
  /**
   * A typed SDK client that talks to the emulator itself, past all behaviours and faults: for a
   * behaviour that reads or writes the state it corrects. Kept for reuse; do not destroy it.
   */
  emulator<Client>(constructor: ClientConstructor<Client>, region: string): Client;
  /**
   * A typed SDK client that talks to this gateway, with behaviours and faults: for a behaviour that
   * acts in AWS's name on another service (a schedule that invokes a function).
   */
  gateway<Client>(constructor: ClientConstructor<Client>, region: string): Client;
  /** The gateway's own address, for child processes. */
  readonly endpoint: string;
  /** False while the region is dead by fault injection: a dead region's machinery does nothing. */
  regionIsAlive(region: string): boolean;
  /** False while the Availability Zone has no power. */
  zoneIsAlive(zone: string): boolean;
}

/**
 * One AWS behaviour that the emulator lacks or gets wrong. A behaviour owns its state, answers the
 * actions that it names and may pass them on. One file each under `behaviours/`.
 *
 * `handle` returns `answer(request, output)`, returns `context.forward(request)`, or throws an
 * `AwsError`, which the gateway writes in the caller's protocol. Anything else that it throws is a
 * defect: the caller gets a non-retryable error that names the behaviour, and the gateway reports it.
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
  /** A region died (`alive` false) or came back, by fault injection. */
  regionChanged?(region: string, alive: boolean, context: BehaviourContext): void;
  /** An Availability Zone lost its power (`alive` false) or has it again. */
  zoneChanged?(zone: string, alive: boolean, context: BehaviourContext): void;
  /** Ends timers and child processes; after it resolves the process can exit. */
  stop?(): Promise<void>;
}
