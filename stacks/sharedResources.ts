import * as pulumi from "@pulumi/pulumi";
import { replicationRuleId } from "../components/data/bucketReplication";
import { DatabaseCredentials } from "../components/data/databaseCredentials";
import { EncryptionKeys } from "../components/data/encryptionKeys";
import { ReplicatedBucket } from "../components/data/replicatedBucket";
import { ReplicatedSettings } from "../components/data/replicatedSettings";
import { GoldenImage } from "../components/image/goldenImage";
import { ImageReplication } from "../components/container/imageReplication";
import {
  ClusterCredentials,
  type ClusterCredentialsArgs,
} from "../components/jenkins/clusterCredentials";
import { mapValues } from "../components/mapValues";
import { BackupVaults } from "../components/operations/backupVaults";
import type { ObservabilityArgs } from "../components/operations/observability";
import { imageArgs, type JenkinsNetwork, settingsArgs, vaultLock } from "./arguments";
import type { StackSettings } from "./config";
import type { StackContext } from "./deployment";
import type { OutputsOf, PrimaryOutputs } from "./stackOutputs";

/** What a region takes from what the pair has once. Records are by region. */
export interface SharedResources {
  readonly keyArns: ByRegion<string>;
  readonly imageIds: ByRegion<string>;
  readonly artifactBucketArns: ByRegion<string>;
  readonly databaseSecretName: pulumi.Input<string>;
  readonly databaseSecretArns: ByRegion<string>;
  readonly backupVaults: ByRegion<{ name: string; arn: string }>;
  /** Of the first writer, which alone is given one; later ones bring theirs along. */
  readonly masterPassword?: pulumi.Input<string>;
  /** Where the edge was made elsewhere: its listeners, by shard. */
  readonly listenerArns?: pulumi.Output<string[]>;
  /** The artifacts' replication, where this stack's region is its source. */
  readonly bucket?: NonNullable<ObservabilityArgs["bucket"]>;
  /** What the machines' first boot reads. */
  readonly bootNeeds: readonly pulumi.Resource[];
}

type ByRegion<Value> = pulumi.Output<Record<string, Value>>;

/** Makes what the pair has once: keys, buckets, settings, credentials, images and vaults. */
export function createShared(
  { settings, secrets }: StackSettings,
  { deployment, opts }: StackContext,
  network: JenkinsNetwork,
): SharedResources {
  const { protectState } = settings;
  const { region, peerRegion } = deployment;
  const keys = new EncryptionKeys("keys", { deployment, protectState }, opts);
  const pair = { deployment, kmsKeyArns: keys.arns, protectState };
  const purpose = settings.application === undefined ? "artifacts" : "assets";
  const artifacts = new ReplicatedBucket(purpose, { ...pair, purpose }, opts);
  new ReplicatedSettings("settings", settingsArgs(settings, secrets, deployment, keys), opts);
  const credentials = new DatabaseCredentials("database-credentials", pair, opts);
  const bootNeeds = createBootNeeds(settings, { deployment, opts }, pair);
  const image = new GoldenImage("image", imageArgs(settings, deployment, network, keys), opts);
  const vaults = new BackupVaults("vaults", { ...pair, lock: vaultLock(settings) }, opts);
  const buckets = pulumi.all(artifacts.buckets);
  return {
    keyArns: pulumi.all(keys.arns),
    imageIds: pulumi.all(image.imageIds),
    artifactBucketArns: buckets.apply((made) => mapValues(made, ({ arn }) => arn)),
    databaseSecretName: credentials.secretName,
    databaseSecretArns: pulumi.all(credentials.secretArns),
    backupVaults: pulumi.all(vaults.vaults),
    masterPassword: credentials.masterPassword,
    bucket: {
      source: nameIn(artifacts, region),
      destination: nameIn(artifacts, peerRegion),
      ruleId: replicationRuleId,
    },
    bootNeeds,
  };
}

/** What only one kind of workload has: Jenkins its administrator and agents' key, containers their images. */
function createBootNeeds(
  { application, replicateImages }: StackSettings["settings"],
  { deployment, opts }: Pick<StackContext, "deployment" | "opts">,
  pair: ClusterCredentialsArgs,
): pulumi.Resource[] {
  if (application === undefined) {
    return [new ClusterCredentials("cluster-credentials", pair, opts)];
  }
  if (!replicateImages) return [];
  const images = application.services.map(({ image }) => image);
  return [new ImageReplication("images", { deployment, images }, opts)];
}

/** Reads the same off the primary stack's outputs. */
export function readShared(primary: OutputsOf<PrimaryOutputs>): SharedResources {
  return {
    keyArns: primary.read("keyArns"),
    imageIds: primary.read("imageIds"),
    artifactBucketArns: primary.read("artifactBucketArns"),
    databaseSecretName: primary.read("databaseSecretName"),
    databaseSecretArns: primary.read("databaseSecretArns"),
    backupVaults: primary.read("backupVaults"),
    listenerArns: primary.read("listenerArns"),
    bootNeeds: [],
  };
}

/** One region's part of what the pair has by region. */
export function inRegion<Value extends string | object>(
  byRegion: ByRegion<Value>,
  region: string,
): pulumi.Output<Value> {
  return byRegion.apply((values) => {
    const value = values[region];
    if (value === undefined) {
      throw new pulumi.RunError(
        `The primary stack published nothing for ${region}, only for ${Object.keys(values).join(", ")}. ` +
          "Both stacks must have the same `regions`: check Pulumi.yaml and run `pulumi up --stack primary`.",
      );
    }
    return value;
  });
}

function nameIn({ buckets }: ReplicatedBucket, region: string): pulumi.Output<string> {
  const bucket = buckets[region];
  if (bucket === undefined) throw new Error(`No bucket was made for ${region}.`);
  return bucket.name;
}
