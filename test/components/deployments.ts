import type { Deployment } from "../../components/deployment";

/** The primary stack as it is first deployed: its region serves. */
export const primaryDeployment: Deployment = {
  prefix: "jenkins",
  stack: "primary",
  generation: 1,
  region: "eu-west-1",
  peerRegion: "eu-central-1",
  activeRegion: "eu-west-1",
  accountId: "123456789012",
};

/** The dr stack beside it: its region waits. */
export const drDeployment: Deployment = {
  ...primaryDeployment,
  stack: "dr",
  region: "eu-central-1",
  peerRegion: "eu-west-1",
};

/** Either stack after a number of failovers: roles swap with each. */
export function afterFailovers(deployment: Deployment, count: number): Deployment {
  const regions = ["eu-west-1", "eu-central-1"] as const;
  return {
    ...deployment,
    generation: 1 + count,
    activeRegion: count % 2 === 0 ? regions[0] : regions[1],
  };
}

export const keyArns = {
  "eu-west-1": "arn:aws:kms:eu-west-1:123456789012:key/primary",
  "eu-central-1": "arn:aws:kms:eu-central-1:123456789012:key/peer",
};

/** A copy of arguments with some of them left out. */
export function without<T extends object, K extends keyof T>(value: T, ...keys: K[]): Omit<T, K> {
  const left = Object.entries(value).filter(([key]) => !keys.includes(key as K));
  return Object.fromEntries(left) as Omit<T, K>;
}
