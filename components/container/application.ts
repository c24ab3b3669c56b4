import type { RegistryAccess } from "./imageReference";

/** One image of the application; each machine runs one container of it. */
export interface ContainerService {
  /** Among containers its DNS name: `http://backend:3000`. Also part of the target group's name. */
  readonly name: string;
  /** With a tag or a digest, see {@link file://./imageReference.ts}. */
  readonly image: string;
  /** Port that the container listens on, by HTTP. */
  readonly port: number;
  /** Requests that it gets, e.g. `/api/*`. Absent for the one that gets all others. */
  readonly paths?: readonly string[];
  /** Answers 200 while the service works, without a log-on; one of {@link paths}. */
  readonly healthPath: string;
  /** Environment variable to key under `parameters`. */
  readonly settings: Readonly<Record<string, string>>;
  /**
   * Name to key under `secrets`. The value is a file in memory, `/run/secrets/<name>`, whose path is in
   * the variable `<name>_FILE`.
   */
  readonly secrets: Readonly<Record<string, string>>;
  /** Is given the database's address and user. */
  readonly database: boolean;
}

/** Machines while the region serves. */
export interface Capacity {
  readonly min: number;
  readonly desired: number;
  readonly max: number;
}

/** Images that together are one application, the same on all of its machines. */
export interface Application {
  /** It answers at `<name>.<domain>`; also the name of its Auto Scaling group. */
  readonly name: string;
  readonly services: readonly ContainerService[];
  readonly capacity: Capacity;
  /** EC2 type; its processor is the images'. */
  readonly instanceType: string;
  readonly scaling: {
    /** Average CPU of the machines that more machines hold, in percent. */
    readonly cpuPercent: number;
    /** Requests for each machine and minute, of the service that gets the most paths. */
    readonly requestsPerMinute: number;
  };
  /** By host, for registries that are neither public nor ECR. */
  readonly registries: Readonly<Record<string, RegistryAccess>>;
}

/** Security groups let the load balancers to this port and to as many after it as there are services. */
const firstHostPort = 8080;

/** Port of the machine at which a service answers, by its place in the list. */
export function hostPort(index: number): number {
  return firstHostPort + index;
}
