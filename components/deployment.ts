import type * as pulumi from "@pulumi/pulumi";

/** What every component has to know of the deployment that it is part of. */
export interface Deployment {
  /** Leads every physical name, so that two deployments can share an account. Default `jenkins`. */
  readonly prefix: string;
  /** The Pulumi stack's name, for tags and for telling people which stack to run. */
  readonly stack: string;
  /** Completed role changes plus one; see {@link file://../failover/model.ts}. */
  readonly generation: number;
  /** The region that this stack's resources live in. */
  readonly region: string;
  /** The other region of the pair; equal to {@link region} where the deployment has one alone. */
  readonly peerRegion: string;
  /** The region that serves now. Equal to {@link region} or to {@link peerRegion}. */
  readonly activeRegion: string;
  /** The AWS account, for names that must be unique beyond it and for policies. */
  readonly accountId: pulumi.Input<string>;
}

/** Every region of the deployment: two, or one where it has no peer. */
export function regionsOf({ region, peerRegion }: Deployment): readonly string[] {
  return region === peerRegion ? [region] : [region, peerRegion];
}

/** `active` serves and writes; `waiting` replicates and costs next to nothing. */
export type RegionRole = "active" | "waiting";

/** The role that the deployment's own region has now. */
export function roleOf(deployment: Deployment): RegionRole {
  return deployment.region === deployment.activeRegion ? "active" : "waiting";
}
