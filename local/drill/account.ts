import { EC2Client, RegisterImageCommand } from "@aws-sdk/client-ec2";
import { CreateHostedZoneCommand, Route53Client } from "@aws-sdk/client-route-53";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { Settings } from "../../stacks/config";
import { fakeCredentials } from "../emulator/isolatedEnvironment";
import type { LocalAws } from "../localAws";

export type StackName = "primary" | "dr";

/** Address of the edge pair: outside of both networks. */
const edgeAddress = "100.100.0.1";

/**
 * Makes what an account has before this project comes: the zone of the configured domain and, where a
 * team has a pair, the image of its machines and the certificate of the edge pair in front of it.
 * @returns each stack's configuration that names them
 */
export async function prepareAccount(
  local: LocalAws,
  planned: { readonly settings: Settings; readonly hasPair: boolean },
): Promise<Record<StackName, Record<string, string>>> {
  const { regions, domain } = planned.settings;
  const hostedZoneId = await createHostedZone(local, domain);
  if (!planned.hasPair) return { primary: { hostedZoneId }, dr: { hostedZoneId } };
  const image = {
    primary: await registerImage(local, regions.primary),
    dr: await registerImage(local, regions.dr),
  };
  const edge = {
    address: edgeAddress,
    allowFrom: ["10.0.0.0/8"],
    certificateSecret: await createCertificate(local, regions.primary, domain),
  };
  return {
    primary: { hostedZoneId, pair: JSON.stringify({ image, edge }) },
    dr: { hostedZoneId, pair: JSON.stringify({ image }) },
  };
}

/** @returns the id of the domain's zone, new */
export async function createHostedZone(local: LocalAws, domain: string): Promise<string> {
  const route53 = new Route53Client(clientOf(local, "us-east-1"));
  const { HostedZone } = await route53.send(
    new CreateHostedZoneCommand({ Name: domain, CallerReference: domain }),
  );
  route53.destroy();
  // Answers name the zone by its path, settings by its id alone.
  return (HostedZone?.Id ?? "").replace("/hostedzone/", "");
}

/** An image of Debian 12 as docs/decisions/pair-image.md tells to make one. */
async function registerImage(local: LocalAws, region: string): Promise<string> {
  const ec2 = new EC2Client(clientOf(local, region));
  const { ImageId } = await ec2.send(
    new RegisterImageCommand({
      Name: "jenkins-pair-debian-12",
      Architecture: "arm64",
      RootDeviceName: "/dev/xvda",
      BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { VolumeSize: 8 } }],
      VirtualizationType: "hvm",
    }),
  );
  ec2.destroy();
  return ImageId ?? "";
}

async function createCertificate(local: LocalAws, region: string, domain: string): Promise<string> {
  const secrets = new SecretsManagerClient(clientOf(local, region));
  const { ARN } = await secrets.send(
    new CreateSecretCommand({
      Name: "edge-certificate",
      SecretString: `certificate chain and key of *.${domain}: no machine of the edge pair reads it here`,
    }),
  );
  secrets.destroy();
  return ARN ?? "";
}

function clientOf(local: LocalAws, region: string) {
  return { endpoint: local.gateway.endpoint, region, credentials: fakeCredentials };
}
