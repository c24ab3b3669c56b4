import type { BehaviourContext } from "./behaviour";
import type { ModelledMilliseconds } from "./scaledClock";

/** What the EFS replication behaviour knows of a file system. */
export interface FileSystemStates {
  /** False while it is (or is still being freed from being) a replication destination. */
  isWritable(region: string, fileSystemId: string): boolean;
}

/** What the load balancers know of their targets. */
export interface TargetHealthStates {
  /** Ids of the targets that are healthy now; empty for an unknown or empty group. */
  healthyTargets(targetGroupArn: string): readonly string[];
  /** Ids of the targets that failed their health checks; neither initial nor draining ones. */
  unhealthyTargets?(targetGroupArn: string): readonly string[];
}

/** A machine that an Auto Scaling group or a program launched. */
export interface LaunchedInstance {
  readonly instanceId: string;
  readonly region: string;
  readonly availabilityZone: string;
  readonly subnetId: string;
  readonly privateIpAddress: string;
  /**
   * What it belongs to; for a machine of a pair, the name under which the failover knows the pair. Only
   * shown for other machines that a program launched.
   */
  readonly autoScalingGroupName: string;
  /** Tags that it got at its launch. */
  readonly tags: Readonly<Record<string, string>>;
  /** User data as text; empty if there is none. */
  readonly userData: string;
  /** True for one that has been up for a while: the standby of a pair that takes over. */
  readonly hasBooted?: boolean;
}

/**
 * What runs on a launched machine. The modelled one is `ModelledControllers`; the drill's data plane
 * puts real processes here. All calls are notifications: they return at once and never throw.
 */
export interface ControllerModel {
  /** Called once, when the gateway listens and before any machine is launched. */
  attach?(context: BehaviourContext): void;
  /** The instance's operating system starts to boot. */
  started(instance: LaunchedInstance): void;
  /**
   * Auto Scaling holds the instance in Terminating:Wait: it shall stop gracefully and call `stopped`
   * when it has, as the machine's own script does by CompleteLifecycleAction. Without this method
   * the hook waits out its time.
   */
  stopping?(instanceId: string, stopped: () => void): void;
  /** The instance lost its power or was terminated. Called once for each `started`. */
  stopped(instanceId: string): void;
  /**
   * The HTTP status that a health check of `path` on `port` gets; undefined if nothing answers. A
   * promise where a real process is asked; it never rejects.
   */
  healthCheckStatus(
    instanceId: string,
    port: number,
    path: string,
  ): number | undefined | Promise<number | undefined>;
  /**
   * Runs a command on every machine of an Auto Scaling group, as Systems Manager does. It never rejects.
   * @returns what failed, machine by machine; empty if nothing did. Absent where nothing real runs.
   */
  runOnGroup?(autoScalingGroupName: string, command: string): Promise<string>;
  /** Ends what runs for it, when the gateway stops. */
  stop?(): Promise<void>;
  /** Where requests to the instance go on loopback; absent where nothing real runs. */
  addressOf?(instanceId: string): { readonly host: string; readonly port: number } | undefined;
}

/** What RDS knows of its database instances. */
export interface DatabaseStates {
  /**
   * True while the instance's region is alive and it is no replica; where it has a real server, while
   * that one accepts connections and is no standby, which can be before RDS says so.
   */
  acceptsWrites(region: string, identifier: string): boolean;
  /**
   * Modelled seconds that a replica is behind its source, measured where it has a real server;
   * undefined for what is no replica, and for what cannot be measured.
   */
  replicaLag(region: string, identifier: string): Promise<number | undefined>;
}

/** What Lambda does for the AWS services that invoke functions by themselves. */
export interface AsyncInvoker {
  /**
   * Queues an event for the function as an `Event` invocation does: retries, age limit and failure
   * destinations are Lambda's own. Resolves with the request's id once Lambda has accepted it.
   * @throws AwsError ResourceNotFoundException for a function that does not exist, or an error
   * without an answer when the function's region is dead.
   */
  invokeAsync(functionArn: string, event: unknown): Promise<string>;
}

/** One published number, as CloudWatch keeps it. */
export interface MetricDatum {
  readonly region: string;
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number;
  /** Modelled milliseconds since the epoch; default now. */
  readonly at?: ModelledMilliseconds;
}

/** What CloudWatch offers to the AWS services that publish metrics of their own. */
export interface MetricSink {
  put(datum: MetricDatum): void;
}

/**
 * What behaviours tell each other, in process. A behaviour that owns a fact puts its interface here
 * when it is made; until then the emulator's own simple view holds.
 */
export class World {
  /** Owned by the EFS replication behaviour. Default: every file system is writable. */
  fileSystems: FileSystemStates = { isWritable: () => true };
  /** Owned by the target health behaviour. Default: nothing is healthy. */
  targetHealth: TargetHealthStates = { healthyTargets: () => [] };
  /** Owned by the RDS behaviour. Default: no database. */
  databases: DatabaseStates = {
    acceptsWrites: () => false,
    replicaLag: () => Promise.resolve(undefined),
  };
  /** Given to the gateway by its maker. Default: machines boot and nothing ever answers. */
  controllers: ControllerModel = {
    started: () => undefined,
    stopped: () => undefined,
    healthCheckStatus: () => undefined,
  };
  /** Owned by the Lambda behaviour. Default: refuses. */
  functions: AsyncInvoker = {
    invokeAsync: () =>
      Promise.reject(new Error("The local AWS runs without its Lambda behaviour.")),
  };
  /** Owned by the CloudWatch behaviour. Default: nobody listens. */
  metrics: MetricSink = { put: () => undefined };
  /** `host:port` of the load-balancer edge, once it listens. */
  loadBalancerEdge?: string;
}
