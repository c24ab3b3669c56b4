import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment";
import { parseImage } from "./imageReference";

export interface ImageReplicationArgs {
  readonly deployment: Deployment;
  /** All images of the application; those that are not in this account's ECR are left alone. */
  readonly images: readonly string[];
}

/**
 * Keeps the images of ECR in both regions: what is pushed to the registry of the stack's region is there
 * again, under the same tag and digest, in the other one within minutes. $0.02 a GB for the transfer
 * and $0.10 a GB and month for each copy. Images that were there before are not copied: push them again.
 *
 * A registry has one replication configuration for all of its repositories. This one takes the place of
 * any that was made by hand; an account that has its own keeps it with `containers.replicateImages`
 * false, and names these repositories there.
 */
export class ImageReplication extends pulumi.ComponentResource {
  constructor(name: string, args: ImageReplicationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("jenkins-pilot-light:container:ImageReplication", name, {}, opts);
    const { region, peerRegion, accountId } = args.deployment;
    const repositories = repositoriesIn(args.images, region);
    if (repositories.length > 0) {
      new aws.ecr.ReplicationConfiguration(
        name,
        {
          replicationConfiguration: {
            rules: [
              {
                destinations: [
                  {
                    region: peerRegion,
                    registryId: pulumi.output(accountId).apply((own) => ours(own, args.images)),
                  },
                ],
                repositoryFilters: repositories.map((filter) => ({
                  filter,
                  filterType: "PREFIX_MATCH",
                })),
              },
            ],
          },
        },
        { parent: this },
      );
    }
    this.registerOutputs({});
  }
}

/** Repositories of ECR in a region, each once. */
function repositoriesIn(images: readonly string[], region: string): string[] {
  const found = images.flatMap((image) => {
    const reference = parseImage(image);
    return reference?.ecr?.region === region ? [reference.repository] : [];
  });
  return [...new Set(found)].sort();
}

/** The account, once it is known that the images are in it: only its own registry can be set. */
function ours(account: string, images: readonly string[]): string {
  const strange = images.filter((image) => {
    const ecr = parseImage(image)?.ecr;
    return ecr !== undefined && ecr.accountId !== account;
  });
  if (strange.length === 0) return account;
  throw new pulumi.RunError(
    `ImageReplication: ${strange.join(", ")} ${strange.length === 1 ? "is" : "are"} in another account's ECR than ` +
      `${account}, whose registry alone this stack can set. Let that account replicate them to both ` +
      "regions, and set containers.replicateImages to false.",
  );
}
