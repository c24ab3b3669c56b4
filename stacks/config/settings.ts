import type { Application } from "../../components/container/application";
import type { Team } from "../../components/jenkins/team";
import type { AwsRegion } from "./region";
import type { GivenSettings } from "./schema";

type Unresolved = "activeRegion" | "teams" | "agents" | "database" | "secrets" | "containers";

/**
 * All settings of one stack: checked, complete and free of secrets, so that they can be logged and
 * compared. Secrets' values are read apart, as Pulumi secrets.
 */
export interface Settings extends Readonly<Omit<GivenSettings, Unresolved>> {
  readonly stackName: string;
  /** The region of this stack's resources: `regions[program]`. */
  readonly region: AwsRegion;
  /** The other region of the pair. */
  readonly peerRegion: AwsRegion;
  readonly activeRegion: AwsRegion;
  /** None where Jenkins is not the workload. Each team with everything that it inherits from `agents` and from the image. */
  readonly teams: readonly Team[];
  readonly database: GivenSettings["database"] & { readonly version: string };
  /** With workload `containers`. */
  readonly application?: Application;
  /** Whether its images are replicated from ECR of the primary region. */
  readonly replicateImages: boolean;
  /** Names under `secrets`, sorted. */
  readonly secretNames: readonly string[];
}
