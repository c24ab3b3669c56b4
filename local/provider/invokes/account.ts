import type { InvokeFunction } from "./index";

/** Zones that the local AWS has in every region, by their last letter. */
const zoneLetters = ["a", "b", "c"];

const callerIdentity: InvokeFunction = async (_args, { aws, live, region, settings }) => {
  if (!live) {
    const { account } = settings;
    return {
      id: account,
      accountId: account,
      arn: `arn:aws:iam::${account}:root`,
      userId: account,
    };
  }
  const answer = await aws.call("sts", "getCallerIdentity", region, {});
  const { Account: accountId, Arn: arn, UserId: userId } = answer;
  return { id: accountId, accountId, arn, userId };
};

const regionInfo: InvokeFunction = (args, { region, settings }) => {
  const name = (args.name ?? args.region ?? settings.region) as string;
  return {
    id: name,
    name,
    region: name,
    description: name,
    endpoint: `ec2.${region}.amazonaws.com`,
  };
};

const availabilityZones: InvokeFunction = async (args, { aws, live, region }) => {
  if (args.state !== undefined && args.state !== "available") {
    throw new Error(`getAvailabilityZones: state ${JSON.stringify(args.state)} is not modelled`);
  }
  if (!live) {
    const names = zoneLetters.map((letter) => `${region}${letter}`);
    const zoneIds = zoneLetters.map((_letter, index) => `${region}-az${index + 1}`);
    return { names, zoneIds, groupNames: [region] };
  }
  const { AvailabilityZones = [] } = await aws.call("ec2", "describeAvailabilityZones", region, {});
  return {
    names: AvailabilityZones.map(({ ZoneName }) => ZoneName ?? ""),
    zoneIds: AvailabilityZones.map(({ ZoneId }) => ZoneId ?? ""),
    groupNames: [region],
  };
};

const partition: InvokeFunction = () => ({
  id: "aws",
  partition: "aws",
  dnsSuffix: "amazonaws.com",
  reverseDnsPrefix: "com.amazonaws",
});

/** Questions about the account and its regions. */
export const accountFunctions: Readonly<Record<string, InvokeFunction>> = {
  "aws:index/getCallerIdentity:getCallerIdentity": callerIdentity,
  "aws:index/getRegion:getRegion": regionInfo,
  "aws:index/getAvailabilityZones:getAvailabilityZones": availabilityZones,
  "aws:index/getPartition:getPartition": partition,
};
