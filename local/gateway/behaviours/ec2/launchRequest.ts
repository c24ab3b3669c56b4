import {
  DescribeLaunchTemplateVersionsCommand,
  type EC2Client,
  type RunInstancesCommandInput,
} from "@aws-sdk/client-ec2";
import { pairTags } from "../../../../failover/pairTags";
import { decodeUserData } from "./userData";

/** The tags that the machines of a RunInstances call get. */
export function tagsOf({ TagSpecifications }: RunInstancesCommandInput): Record<string, string> {
  const tags = (TagSpecifications ?? []).flatMap(({ ResourceType, Tags }) =>
    ResourceType === "instance" ? (Tags ?? []) : [],
  );
  return Object.fromEntries(tags.map(({ Key = "", Value = "" }) => [Key, Value]));
}

/** What they belong to: a pair, by the failover's name for it (see `pairName`), or a template. */
export function belongsTo(
  { LaunchTemplate }: RunInstancesCommandInput,
  tags: Readonly<Record<string, string>>,
): string {
  const pair = tags[pairTags.pair];
  return pair === undefined
    ? (LaunchTemplate?.LaunchTemplateName ?? "")
    : pair.replace(/-pair$/, "");
}

/** Their user data as text: the call's own, else the launch template's. */
export async function userDataOf(
  ec2: EC2Client,
  { LaunchTemplate, UserData }: RunInstancesCommandInput,
): Promise<string> {
  if (LaunchTemplate === undefined || UserData !== undefined) return decodeUserData(UserData ?? "");
  const { LaunchTemplateVersions } = await ec2.send(
    new DescribeLaunchTemplateVersionsCommand({
      LaunchTemplateName: LaunchTemplate.LaunchTemplateName,
      LaunchTemplateId: LaunchTemplate.LaunchTemplateId,
      Versions: [LaunchTemplate.Version ?? "$Default"],
    }),
  );
  return decodeUserData(LaunchTemplateVersions?.[0]?.LaunchTemplateData?.UserData ?? "");
}
