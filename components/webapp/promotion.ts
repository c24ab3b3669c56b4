/**
 * What the promotion tool needs to know of prod: the output `promotion` of the stack `web-prod`. It
 * names where things are; who may reach them, AWS decides.
 */
export interface Promotion {
  readonly region: string;
  /** The master, in dev. */
  readonly source: { readonly address: string; readonly port: number };
  /** None where prod has a database of its own: files alone are promoted then. */
  readonly replicas: readonly {
    readonly identifier: string;
    readonly address: string;
    readonly port: number;
  }[];
  /**
   * Secret with `{"username", "password"}` of a user who may start and stop replication: the master's
   * first user, whom replication brings to the replicas.
   */
  readonly secretArn: string;
  /** DynamoDB table with the hash key `id`: the last promotion, and the lock of a running one. */
  readonly recordTable: string;
  /** Machines that reach databases and both file systems, by Systems Manager. */
  readonly reach: { readonly autoScalingGroup: string };
  /** Folders on such a machine. */
  readonly files: {
    readonly source: string;
    readonly target: string;
    /** Relative; never copied, and have to be there in the target. */
    readonly staticFiles: readonly string[];
    /** `user:group` of everything in the target. */
    readonly owner: string;
  };
}
