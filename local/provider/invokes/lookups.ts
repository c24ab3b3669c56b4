import { asSecret } from "../wire";
import type { InvokeFunction } from "./index";

/** An image id that stands for "the newest" where nothing may be called. */
const plannedImage = "ami-0000000000000000f";

/** Accounts that own the load balancers' log deliveries in the regions that are older than 2022. */
const logAccounts: Readonly<Record<string, string>> = {
  "us-east-1": "127311923021",
  "us-east-2": "033677994240",
  "us-west-1": "027434742980",
  "us-west-2": "797873946194",
  "ca-central-1": "985666609251",
  "eu-central-1": "054676820928",
  "eu-west-1": "156460612806",
  "eu-west-2": "652711504416",
  "eu-west-3": "009996457667",
  "eu-north-1": "897822967062",
  "eu-south-1": "635631232127",
  "ap-northeast-1": "582318560864",
  "ap-northeast-2": "600734575887",
  "ap-northeast-3": "383597477331",
  "ap-southeast-1": "114774131450",
  "ap-southeast-2": "783225319266",
  "ap-south-1": "718504428378",
  "sa-east-1": "507241528517",
};

const parameter: InvokeFunction = async (args, { aws, live, region, settings }) => {
  const name = args.name as string;
  const arn = `arn:aws:ssm:${region}:${settings.account}:parameter/${name.replace(/^\//, "")}`;
  // AWS's own parameters under this path hold the newest image of a distribution.
  const isImage = name.startsWith("/aws/service/");
  if (!live) {
    const value = isImage ? plannedImage : `value of ${name}`;
    const type = isImage ? "String" : "SecureString";
    return { id: name, arn, type, value: asSecret(value), insecureValue: value, version: 1 };
  }
  const { Parameter } = await aws.call("ssm", "getParameter", region, {
    name,
    withDecryption: args.withDecryption ?? true,
  });
  return {
    id: name,
    arn: Parameter?.ARN ?? arn,
    type: Parameter?.Type,
    value: asSecret(Parameter?.Value),
    insecureValue: Parameter?.Type === "SecureString" ? "" : Parameter?.Value,
    version: Parameter?.Version,
  };
};

const image: InvokeFunction = async (args, { aws, live, region }) => {
  if (!live) return imageAnswer(plannedImage, { Name: "planned", Architecture: "arm64" });
  const { Images = [] } = await aws.call("ec2", "describeImages", region, {
    filters: args.filters,
    owners: args.owners,
  });
  const pattern = typeof args.nameRegex === "string" ? new RegExp(args.nameRegex) : undefined;
  const newest = Images.filter(({ Name }) => pattern?.test(Name ?? "") ?? true).sort((a, b) =>
    (b.CreationDate ?? "").localeCompare(a.CreationDate ?? ""),
  );
  const found = newest[0];
  if (found?.ImageId === undefined) throw new Error("getAmi: Your query returned no results");
  if (newest.length > 1 && args.mostRecent !== true) {
    throw new Error("getAmi: Your query returned more than one result; set mostRecent");
  }
  return imageAnswer(found.ImageId, found);
};

function imageAnswer(
  id: string,
  found: {
    Name?: string | undefined;
    Architecture?: string | undefined;
    OwnerId?: string | undefined;
    CreationDate?: string | undefined;
    RootDeviceName?: string | undefined;
    Description?: string | undefined;
  },
): Record<string, unknown> {
  return {
    id,
    imageId: id,
    name: found.Name,
    architecture: found.Architecture,
    ownerId: found.OwnerId,
    creationDate: found.CreationDate,
    rootDeviceName: found.RootDeviceName ?? "/dev/xvda",
    description: found.Description ?? "",
  };
}

const elbServiceAccount: InvokeFunction = (_args, { region }) => {
  const account = logAccounts[region];
  if (account === undefined) {
    throw new Error(
      `elb.getServiceAccount: ${region} has none; grant logdelivery.elasticloadbalancing.amazonaws.com`,
    );
  }
  return { id: account, arn: `arn:aws:iam::${account}:root` };
};

const zone: InvokeFunction = async (args, { aws, live, region }) => {
  if (!live) {
    const zoneId = (args.zoneId as string | undefined) ?? "Z0000000000000000000";
    const name = (args.name as string | undefined) ?? "example.com";
    return { id: zoneId, zoneId, name, arn: `arn:aws:route53:::hostedzone/${zoneId}` };
  }
  const { HostedZones = [] } = await aws.call("route53", "listHostedZones", region, {});
  const { name, zoneId: wanted } = args as { name?: string; zoneId?: string };
  const found = HostedZones.find(({ Id, Name }) =>
    wanted === undefined
      ? Name?.replace(/\.$/, "") === name?.replace(/\.$/, "")
      : Id?.endsWith(`/${wanted}`),
  );
  if (found === undefined) {
    throw new Error(`route53.getZone: no hosted zone for ${JSON.stringify(args)}`);
  }
  const zoneId = found.Id?.split("/").pop() ?? "";
  return {
    id: zoneId,
    zoneId,
    name: found.Name?.replace(/\.$/, ""),
    arn: `arn:aws:route53:::hostedzone/${zoneId}`,
    privateZone: found.Config?.PrivateZone ?? false,
    resourceRecordSetCount: found.ResourceRecordSetCount,
  };
};

const prefixList: InvokeFunction = async (args, { aws, live, region, settings }) => {
  const name = args.name as string | undefined;
  if (!live) return { id: "pl-00000000", prefixListId: "pl-00000000", name, cidrBlocks: [] };
  const filters =
    name === undefined ? args.filters : [{ name: "prefix-list-name", values: [name] }];
  const { PrefixLists = [] } = await aws.call("ec2", "describeManagedPrefixLists", region, {
    filters,
  });
  const found = PrefixLists[0];
  if (found?.PrefixListId === undefined) {
    throw new Error(`no managed prefix list for ${JSON.stringify(args)} in ${region}`);
  }
  const id = found.PrefixListId;
  return {
    id,
    prefixListId: id,
    name: found.PrefixListName,
    cidrBlocks: [],
    entries: [],
    arn: `arn:aws:ec2:${region}:${settings.account}:prefix-list/${id}`,
  };
};

const secret: InvokeFunction = async (args, { aws, live, region, settings }) => {
  const SecretId = args.arn ?? args.name;
  if (!live) {
    const arn = `arn:aws:secretsmanager:${region}:${settings.account}:secret:${String(SecretId)}-planned`;
    return { id: arn, arn, name: args.name };
  }
  const found = await aws.call("secretsManager", "describeSecret", region, { SecretId });
  return {
    id: found.ARN,
    arn: found.ARN,
    name: found.Name,
    description: found.Description ?? "",
    kmsKeyId: found.KmsKeyId ?? "",
  };
};

/** Another one on each call, as in AWS: programs keep the first by `ignoreChanges`. */
const randomPassword: InvokeFunction = async (args, { aws, live, region }) => {
  if (!live) return { id: region, randomPassword: asSecret("planned-password") };
  const request = { ...args, region: undefined };
  const answer = await aws.call("secretsManager", "getRandomPassword", region, request);
  return { id: region, randomPassword: asSecret(answer.RandomPassword) };
};

/** Questions about what is there already. */
export const lookups: Readonly<Record<string, InvokeFunction>> = {
  "aws:ssm/getParameter:getParameter": parameter,
  "aws:ec2/getAmi:getAmi": image,
  "aws:elb/getServiceAccount:getServiceAccount": elbServiceAccount,
  "aws:route53/getZone:getZone": zone,
  "aws:ec2/getPrefixList:getPrefixList": prefixList,
  "aws:ec2/getManagedPrefixList:getManagedPrefixList": prefixList,
  "aws:secretsmanager/getSecret:getSecret": secret,
  "aws:secretsmanager/getRandomPassword:getRandomPassword": randomPassword,
};
