import type { Team } from "./team";

/** The plugins count in minutes; rounded up, so that nothing ends sooner than configured. */
export function idleMinutes(team: Team): number {
  return Math.max(1, Math.ceil(team.agents.idleTimeoutSeconds / 60));
}

/** An image in a private registry of Elastic Container Registry. */
export interface EcrImage {
  readonly account: string;
  readonly region: string;
  readonly repository: string;
}

const ecrImage = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com\/([^:@]+)/;

/** Where an ECR image is; undefined for an image of any other registry. */
export function parseEcrImage(reference: string): EcrImage | undefined {
  const [, account, region, repository] = ecrImage.exec(reference) ?? [];
  if (account === undefined || region === undefined || repository === undefined) return undefined;
  return { account, region, repository };
}

/**
 * The image as a region pulls it: an ECR image from the registry of that region, so that builds do
 * not depend on a lost one. The registry's owner replicates it: an account has one replication
 * configuration in each region, for all its repositories, so it is not ours to write.
 */
export function imageIn(region: string, reference: string): string {
  const ecr = parseEcrImage(reference);
  return ecr === undefined
    ? reference
    : reference.replace(`.ecr.${ecr.region}.`, `.ecr.${region}.`);
}
