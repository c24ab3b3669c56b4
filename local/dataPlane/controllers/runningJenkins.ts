import type { DatabaseConnection } from "../storage";

/** The Jenkins of a machine, from its start to its end; a stand-in or a real one. */
export interface RunningJenkins {
  /** Resolves with the exit status; null after a signal. */
  readonly exited: Promise<number | null>;
  /** Resolves when it answers requests. */
  readonly loaded: Promise<void>;
  /** Where it listens; undefined until it does. */
  readonly address: JenkinsAddress | undefined;
  /** Why it ended, where it ended by itself. */
  readonly lastWords: string;
  /** The status of a real request; undefined if there is none in time. */
  healthCheckStatus(path: string): Promise<number | undefined>;
  /** Asks it to end in good order. */
  terminate(): void;
  /** Ends it with all that it started, at once. */
  kill(): void;
}

export interface JenkinsAddress {
  readonly host: string;
  readonly port: number;
}

/** What a machine gives its Jenkins. */
export interface JenkinsStart {
  readonly home: { readonly name: string; readonly directory: string };
  readonly generation: number;
  readonly region: string;
  readonly instance: string;
  /** The machine's own disk, which its user can write to. */
  readonly folder: string;
  /** Finds the database as of now; absent where it keeps its builds in its home alone. */
  readonly findDatabase?: () => DatabaseConnection | undefined;
}

/** Starts the Jenkins of a machine. */
export type StartJenkins = (start: JenkinsStart) => RunningJenkins;
