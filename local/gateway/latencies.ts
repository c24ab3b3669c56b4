import type { ModelledMilliseconds } from "./scaledClock";

/** A length of modelled time with its unit, so that nobody guesses: `"90 seconds"`. */
export type Duration = `${number} ${"milliseconds" | "seconds" | "minutes" | "hours"}`;

const unitLength = {
  milliseconds: 1,
  seconds: 1000,
  minutes: 60_000,
  hours: 3_600_000,
} as const;

/** `"90 seconds"` → 90000. */
export function toMilliseconds(duration: Duration): ModelledMilliseconds {
  const [amount, unit] = duration.split(" ") as [string, keyof typeof unitLength];
  const milliseconds = Number(amount) * unitLength[unit];
  if (!Number.isFinite(milliseconds) || milliseconds < 0) {
    throw new RangeError(
      `"${duration}" is no length of time; write a number ≥ 0 and a unit, for example "90 seconds".`,
    );
  }
  return milliseconds;
}

/** One thing that AWS takes time for. */
export interface Latency {
  /** What one would bet on. */
  readonly typical: Duration;
  /** Samples lie evenly within typical × (1 ± spread); 0 to 1. */
  readonly spread: number;
  /** Where the figure is from; "modelled" where AWS publishes none and a bound is all there is. */
  readonly source: string;
}

/**
 * What AWS takes time for after the deployment: everything a failover waits for. Creation of
 * databases, load balancers and the like is not modelled: a drill measures the failover, not `up`.
 */
export const modelledLatencies = {
  /** RDS: promotion accepted → replication stopped; status `modifying`. */
  rdsPromotionModifying: {
    typical: "90 seconds",
    spread: 0.3,
    source:
      "RDS User Guide, Promoting a read replica: “can take several minutes or longer”, no upper bound; split by state modelled",
  },
  /** RDS: the reboot that ends a promotion; status `rebooting`. */
  rdsPromotionRebooting: {
    typical: "3.5 minutes",
    spread: 0.3,
    source: "RDS User Guide, Promoting a read replica: replication stops, then the replica reboots",
  },
  /** RDS: `available` is reported again before ReadReplicaSourceDBInstanceIdentifier is gone. */
  rdsPromotionDetach: {
    typical: "20 seconds",
    spread: 0.5,
    source: "modelled; describe calls seen to report available before the source id disappears",
  },
  /** RDS: the zone of a Multi-AZ instance's primary is lost → its standby serves, at the same address. */
  rdsZoneFailover: {
    typical: "90 seconds",
    spread: 0.3,
    source:
      "RDS User Guide, Failing over a Multi-AZ DB instance: “failover times are typically 60–120 seconds”",
  },
  /** RDS: lag of a healthy asynchronous cross-region replica. */
  rdsReplicaLag: {
    typical: "2 seconds",
    spread: 0.8,
    source: "RDS User Guide, Monitoring read replication: seconds under ordinary load; modelled",
  },
  /** RDS: RestoreDBInstanceFromDBSnapshot → `available`. */
  rdsRestore: {
    typical: "10 minutes",
    spread: 0.3,
    source:
      "modelled for some GB; RDS User Guide, Restoring to a DB instance: blocks are loaded lazily, so the size matters little until they are read",
  },
  /** EFS: DeleteReplicationConfiguration → destination writable. */
  efsReplicationDelete: {
    typical: "4 minutes",
    spread: 0.4,
    source: "EFS User Guide, Deleting a replication configuration: “several minutes”",
  },
  /** EFS: CreateReplicationConfiguration → initial sync of a small home done, state ENABLED. */
  efsInitialSync: {
    typical: "10 minutes",
    spread: 0.4,
    source: "EFS User Guide, Replicating file systems: depends on size; modelled for some GB",
  },
  /** EFS: age of the newest complete copy at the destination. */
  efsReplicationLag: {
    typical: "5 minutes",
    spread: 0.9,
    source:
      "EFS User Guide, Replicating file systems: most changes within 15 minutes, no guarantee",
  },
  /** Auto Scaling: desired capacity changed → the instance launch or termination is ordered. */
  asgReaction: {
    typical: "10 seconds",
    spread: 0.5,
    source: "modelled; scaling activities seen to start within some 5 to 15 seconds",
  },
  /** Auto Scaling: terminate ordered → the instance is gone (shutdown included, hooks apart). */
  asgTerminate: {
    typical: "75 seconds",
    spread: 0.4,
    source: "modelled; EC2 instance lifecycle names no figure, shutdowns take about a minute",
  },
  /** Auto Scaling: a failed launch is tried again. */
  asgLaunchRetry: {
    typical: "60 seconds",
    spread: 0.3,
    source: "modelled; Auto Scaling troubleshooting guide: keeps trying, with growing pauses",
  },
  /** Auto Scaling: an instance marked unhealthy is noticed and replaced. */
  asgHealthReaction: {
    typical: "30 seconds",
    spread: 0.6,
    source: "modelled; Auto Scaling User Guide: replaced soon after it is marked unhealthy",
  },
  /** EC2: RunInstances → state `running`. */
  ec2LaunchToRunning: {
    typical: "25 seconds",
    spread: 0.4,
    source: "modelled; Nitro instances are commonly running after 15 to 35 seconds",
  },
  /** EC2: the system of a stopped instance is down → state `stopped`. */
  ec2Stop: {
    typical: "30 seconds",
    spread: 0.4,
    source: "modelled; EC2 User Guide, Stop and start: the system's shutdown first, no figure",
  },
  /** Pacemaker pair: the machine that served is gone, and EC2 says so → the other one takes over. */
  pairTakeover: {
    typical: "4 seconds",
    spread: 0.3,
    source: "measured by `npm run lab` with real Corosync and Pacemaker, fence confirmed",
  },
  /** Machine: `running` → boot script has come to its waiting for home and failover record. */
  instanceBoot: {
    typical: "60 seconds",
    spread: 0.3,
    source: "modelled for an image with everything installed (cloud-init, mount, start lease)",
  },
  /** Controller: how often a waiting boot script looks again at home and record. */
  controllerPoll: {
    typical: "10 seconds",
    spread: 0,
    source: "the boot script's own interval",
  },
  /** Rehearsal: the team's home is copied to the machine's disk. */
  homeCopy: {
    typical: "4 minutes",
    spread: 0.4,
    source: "modelled for some GB in 100,000 files, 32 at a time at some 10 ms each",
  },
  /** Jenkins: start of the process → /login answers 200. */
  jenkinsLoad: {
    typical: "60 seconds",
    spread: 0.4,
    source: "Jenkins issues and own measurements: 20 to 90 s; up to 30 minutes with 1,000 jobs",
  },
  /** Machine of containers: settings fetched → images pulled and containers up. */
  containerStart: {
    typical: "45 seconds",
    spread: 0.4,
    source:
      "modelled: some hundred MB of layers from a registry of the same region, then the start",
  },
  /** ELBv2: target registered → first health check; later ones follow the target group's settings. */
  albRegistration: {
    typical: "5 seconds",
    spread: 0.5,
    source: "modelled; ELB User Guide: a target is `initial` until registered and first checked",
  },
  /** Global Accelerator: a dial, weight or endpoint changed → all edges follow. */
  globalAcceleratorPropagation: {
    typical: "30 seconds",
    spread: 0.5,
    source: "modelled; the accelerator stays IN_PROGRESS meanwhile; AWS promises no figure",
  },
  /** Global Accelerator: an endpoint's health changed → traffic moves. */
  globalAcceleratorHealth: {
    typical: "20 seconds",
    spread: 0.5,
    source: "Global Accelerator FAQ: within 30 seconds",
  },
  /** Route 53: ChangeResourceRecordSets → INSYNC on all name servers. */
  route53Propagation: {
    typical: "30 seconds",
    spread: 0.5,
    source: "Route 53 Developer Guide: usually within 60 seconds",
  },
  /** CloudWatch: PutMetricData → the datum counts in an alarm's evaluation. */
  metricIngestion: {
    typical: "5 seconds",
    spread: 0.5,
    source: "CloudWatch User Guide: most data within seconds, up to 2 minutes",
  },
  /** CloudWatch: an alarm with a period ≥ 60 s is evaluated once a minute. */
  alarmEvaluationPeriod: {
    typical: "60 seconds",
    spread: 0,
    source: "CloudWatch User Guide, Evaluating an alarm: each minute for standard periods",
  },
  /** CloudWatch: a member alarm changed → the composite alarm follows. */
  compositeAlarmReaction: {
    typical: "3 seconds",
    spread: 0.6,
    source: "modelled; CloudWatch User Guide: evaluated when a member changes state",
  },
  /** SNS: Publish → delivered to a function, queue or HTTP endpoint. */
  snsDelivery: {
    typical: "300 milliseconds",
    spread: 0.7,
    source: "modelled; SNS FAQ: typically under a second, across regions a little more",
  },
  /** EventBridge: a schedule's minute has come → the target is invoked. */
  scheduleDelivery: {
    typical: "15 seconds",
    spread: 1,
    source: "EventBridge User Guide: at some moment within the minute, not on its second",
  },
  /** Lambda: CreateFunction → Active; an update → LastUpdateStatus Successful. */
  lambdaUpdate: {
    typical: "2 seconds",
    spread: 0.5,
    source: "modelled; Lambda Developer Guide, Function states: without a VPC a few seconds",
  },
  /** Lambda: first invocation of a new environment: start, then the module is loaded. */
  lambdaColdStart: {
    typical: "700 milliseconds",
    spread: 0.5,
    source: "Lambda Operator Guide: under 100 ms to over 1 s",
  },
  /** Lambda: first retry of a failed asynchronous invocation. */
  lambdaAsyncRetry: {
    typical: "60 seconds",
    spread: 0,
    source: "Lambda Developer Guide: one minute before the first retry, two before the second",
  },
  /** Any call to a region that is dead: SYN is not answered until the client's connect timeout. */
  regionDeadConnectTimeout: {
    typical: "3 seconds",
    spread: 0.1,
    source: "the failover's and the probe's own connection timeout; the kernel's would be 127 s",
  },
} as const satisfies Record<string, Latency>;

/** A row of {@link modelledLatencies}. */
export type LatencyName = keyof typeof modelledLatencies;

/** How a {@link LatencyTable} is made. */
export interface LatencyTableOptions {
  /** Same seed, same samples. Default 1. */
  readonly seed?: number;
  /** Replaces typical values (without spread), for tests and for "what if" drills. */
  readonly overrides?: Partial<Record<LatencyName, Duration>>;
}

/** A latency that was drawn, for the report: what was modelled and with which value. */
export interface DrawnLatency {
  readonly name: LatencyName;
  readonly key: string;
  readonly value: ModelledMilliseconds;
}

/**
 * Draws latencies. A sample depends on seed, name, key and how often that pair was drawn, not on the
 * order of calls: two runs with one seed draw the same for the same thing, whatever else happens.
 */
export class LatencyTable {
  readonly seed: number;
  private readonly overrides: Partial<Record<LatencyName, Duration>>;
  private readonly draws = new Map<string, number>();
  private readonly history: DrawnLatency[] = [];

  constructor(options: LatencyTableOptions = {}) {
    this.seed = options.seed ?? 1;
    this.overrides = options.overrides ?? {};
  }

  /** The typical value, for what is to be steady within a run. */
  typical(name: LatencyName): ModelledMilliseconds {
    return toMilliseconds(this.overrides[name] ?? modelledLatencies[name].typical);
  }

  /** A value for one thing (`key`: its identifier). */
  sample(name: LatencyName, key = ""): ModelledMilliseconds {
    const value = this.overrides[name] === undefined ? this.draw(name, key) : this.typical(name);
    this.history.push({ name, key, value });
    return value;
  }

  /** A number in [0, 1) by the same rule, for other choices that the seed must fix. */
  chance(purpose: string, key = ""): number {
    const identity = `${purpose}\0${key}`;
    const nth = this.draws.get(identity) ?? 0;
    this.draws.set(identity, nth + 1);
    return fraction(`${this.seed}\0${identity}\0${nth}`);
  }

  /** Everything drawn so far, oldest first. */
  drawn(): readonly DrawnLatency[] {
    return this.history;
  }

  private draw(name: LatencyName, key: string): ModelledMilliseconds {
    const { typical, spread } = modelledLatencies[name];
    const factor = 1 + spread * (2 * this.chance(name, key) - 1);
    return Math.round(toMilliseconds(typical) * factor);
  }
}

/** FNV-1a with a final avalanche (murmur3's): text → [0, 1), evenly enough for latencies. */
function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
