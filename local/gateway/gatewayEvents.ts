import type { ModelledMilliseconds } from "./scaledClock";

/** Something that AWS's machinery did by itself, in words a person can read on a timeline. */
export interface GatewayEvent {
  /** Modelled time, milliseconds since the epoch. */
  readonly at: ModelledMilliseconds;
  /** Signing name of the service that acted, e.g. `autoscaling`. */
  readonly service: string;
  readonly region: string;
  /** What it happened to: an identifier or ARN. */
  readonly resource: string;
  /** Past tense, e.g. `instance i-0ab is in service`. */
  readonly what: string;
  /** For machines; keys as in the AWS API. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

type Listener = (event: GatewayEvent) => void;

/** Everything that happened by itself, kept in order; listeners hear it as it happens. */
export class GatewayEvents {
  private readonly past: GatewayEvent[] = [];
  private readonly listeners = new Set<Listener>();

  record(event: GatewayEvent): void {
    this.past.push(event);
    for (const listener of this.listeners) listener(event);
  }

  /** All events so far, oldest first. */
  all(): readonly GatewayEvent[] {
    return this.past;
  }

  /** Hears events from now on until the returned function is called. */
  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }
}
