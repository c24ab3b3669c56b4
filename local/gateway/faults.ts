import type { AwsRequest } from "./behaviour";
import type { LatencyTable } from "./latencies";
import type { ModelledMilliseconds, ScaledClock } from "./scaledClock";

/** What an injected fault does to a call. */
export type FaultEffect =
  /** Refused as over the rate limit; SDKs retry it with backoff. */
  | { readonly kind: "throttle" }
  /** Refused with an internal error of the service; SDKs retry it. Default status 500. */
  | { readonly kind: "serverError"; readonly status?: 500 | 502 | 503 | 504 }
  /** Refused for lack of permission; SDKs do not retry it. */
  | { readonly kind: "accessDenied" }
  /** Any other refusal by its error code, e.g. `InsufficientInstanceCapacity`. Default status 400. */
  | {
      readonly kind: "refuse";
      readonly code: string;
      readonly message: string;
      readonly status?: number;
    }
  /** Carried out, but late. */
  | { readonly kind: "delay"; readonly duration: ModelledMilliseconds }
  /** Carried out, then the connection is cut: the caller cannot know. */
  | { readonly kind: "dropAfterEffect" }
  /** The connection is cut before anything happened. */
  | { readonly kind: "dropBeforeEffect" }
  /** Never answered: the connection is cut after the client's modelled connect timeout. */
  | { readonly kind: "deadEndpoint" };

/** Which calls a fault meets, and when. An omitted field means any. */
export interface FaultSpecification {
  readonly effect: FaultEffect;
  /** Signing name, e.g. `rds`. */
  readonly service?: string;
  /** API operation, e.g. `PromoteReadReplica`. */
  readonly action?: string;
  /** Region whose control plane answers. */
  readonly region?: string;
  /** Caller, as in the call log. */
  readonly caller?: string;
  /** How many calls it meets before it is spent. Default: no end. */
  readonly count?: number;
  /** Calls that match but go through before it begins. Default 0. */
  readonly skip?: number;
  /** Modelled time from which it works, milliseconds since the epoch. Default: now. */
  readonly from?: ModelledMilliseconds;
  /** Modelled time at which it ends. Default: never. */
  readonly until?: ModelledMilliseconds;
  /** Share of matching calls that it meets, 0 to 1, by the run's seed. Default 1. */
  readonly probability?: number;
}

/** A fault at work. */
export interface InjectedFault {
  readonly id: string;
  readonly specification: FaultSpecification;
  /** Calls met so far. */
  met: number;
  /** Matching calls let through because of `skip`. */
  skipped: number;
}

/** Throttling codes by service; all others use ThrottlingException. */
const throttlingCodes: Readonly<Record<string, string>> = {
  autoscaling: "Throttling",
  dynamodb: "ProvisionedThroughputExceededException",
  ec2: "RequestLimitExceeded",
  elasticloadbalancing: "Throttling",
  iam: "Throttling",
  lambda: "TooManyRequestsException",
  monitoring: "Throttling",
  rds: "Throttling",
  route53: "Throttling",
  s3: "SlowDown",
  sns: "Throttled",
  sts: "Throttling",
};

/** The code by which a service says that it is called too often. */
export function throttlingCode(service: string): string {
  return throttlingCodes[service] ?? "ThrottlingException";
}

type RegionListener = (region: string, alive: boolean) => void;

/**
 * The one place where faults are put into the local AWS: from the same process by these methods, from
 * outside by the gateway's control endpoint, which calls the same methods.
 */
export class Faults {
  private readonly injected = new Map<string, InjectedFault>();
  private readonly dead = new Set<string>();
  private readonly listeners = new Set<RegionListener>();
  private lastId = 0;

  constructor(
    private readonly clock: ScaledClock,
    private readonly latencies: LatencyTable,
  ) {}

  /** Puts a fault to work and returns it; `clear(fault.id)` ends it. */
  inject(specification: FaultSpecification): InjectedFault {
    checkSpecification(specification);
    this.lastId += 1;
    const fault: InjectedFault = {
      id: `fault-${this.lastId}`,
      specification: { from: this.clock.now(), ...specification },
      met: 0,
      skipped: 0,
    };
    this.injected.set(fault.id, fault);
    return fault;
  }

  /** Ends one fault; false if there is none of that id (any more). */
  clear(id: string): boolean {
    return this.injected.delete(id);
  }

  /** Ends all faults; dead regions stay dead (see {@link reviveRegion}). */
  clearAll(): void {
    this.injected.clear();
  }

  /** The faults that are at work or waiting for their time. */
  list(): readonly InjectedFault[] {
    return [...this.injected.values()];
  }

  /**
   * Kills a region: no endpoint of it answers, its machines lose their power, nothing that happens by
   * itself happens there.
   */
  loseRegion(region: string): void {
    if (this.dead.has(region)) return;
    this.dead.add(region);
    for (const listener of this.listeners) listener(region, false);
  }

  /** Brings a dead region back: endpoints answer, machines boot again. */
  reviveRegion(region: string): void {
    if (!this.dead.delete(region)) return;
    for (const listener of this.listeners) listener(region, true);
  }

  /** False while the region is dead. */
  regionIsAlive(region: string): boolean {
    return !this.dead.has(region);
  }

  /** The regions that are dead now. */
  deadRegions(): readonly string[] {
    return [...this.dead];
  }

  /** Hears of each region's death and return until the returned function is called. */
  onRegionChange(listener: RegionListener): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  /** What happens to this call; counts it on the fault that it meets. The oldest fault wins. */
  meet(request: AwsRequest): FaultEffect | undefined {
    if (this.dead.has(request.region)) return { kind: "deadEndpoint" };
    for (const fault of this.injected.values()) {
      if (!this.matches(fault, request)) continue;
      if (fault.skipped < (fault.specification.skip ?? 0)) {
        fault.skipped += 1;
        continue;
      }
      fault.met += 1;
      if (fault.met === fault.specification.count) this.injected.delete(fault.id);
      return fault.specification.effect;
    }
    return undefined;
  }

  private matches({ id, specification }: InjectedFault, request: AwsRequest): boolean {
    const { from = 0, until = Infinity, probability = 1 } = specification;
    const now = this.clock.now();
    return (
      now >= from &&
      now < until &&
      isAnyOr(specification.service, request.service) &&
      isAnyOr(specification.action, request.action) &&
      isAnyOr(specification.region, request.region) &&
      isAnyOr(specification.caller, request.caller) &&
      (probability >= 1 || this.latencies.chance("fault", id) < probability)
    );
  }
}

function isAnyOr(wanted: string | undefined, value: string): boolean {
  return wanted === undefined || wanted === value;
}

const effectKinds: ReadonlySet<string> = new Set<FaultEffect["kind"]>([
  "throttle",
  "serverError",
  "accessDenied",
  "refuse",
  "delay",
  "dropAfterEffect",
  "dropBeforeEffect",
  "deadEndpoint",
]);

const specificationKeys: ReadonlySet<string> = new Set<keyof FaultSpecification>([
  "effect",
  "service",
  "action",
  "region",
  "caller",
  "count",
  "skip",
  "from",
  "until",
  "probability",
]);

/** Specifications also arrive as JSON from outside: a misspelt one must not silently meet every call. */
function checkSpecification(specification: FaultSpecification): void {
  const unknown = Object.keys(specification).filter((key) => !specificationKeys.has(key));
  if (unknown.length > 0) {
    throw new RangeError(
      `A fault has no ${unknown.map((key) => `"${key}"`).join(", ")}; it has: ${[...specificationKeys].join(", ")}.`,
    );
  }
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- JSON from outside
  const kind = specification.effect?.kind;
  if (!effectKinds.has(kind)) {
    throw new RangeError(
      `A fault's effect.kind is ${JSON.stringify(kind)}; it must be one of: ${[...effectKinds].join(", ")}.`,
    );
  }
  const { count, probability } = specification;
  if (count !== undefined && (!Number.isInteger(count) || count < 1)) {
    throw new RangeError(
      `A fault's count is ${count}; it must be a whole number ≥ 1 (leave it out for no end).`,
    );
  }
  if (probability !== undefined && !(probability > 0 && probability <= 1)) {
    throw new RangeError(`A fault's probability is ${probability}; it must lie in (0, 1].`);
  }
}
