import type { Registration, Registrations } from "../registrations";
import { belongsTo } from "./exposure";
import { deniesPlainText, policyDocuments } from "./policyDocuments";

/** What is stored or sent in clear, and machines that hand out credentials without a session token. */
export function weakEncryption(registrations: Registrations): string[] {
  return [
    ...unencryptedStorage(registrations),
    ...plainTextTransport(registrations),
    ...weakMachines(registrations),
    ...plainSecrets(registrations),
  ];
}

function unencryptedStorage(registrations: Registrations): string[] {
  const required: Readonly<Record<string, (inputs: Registration["inputs"]) => boolean>> = {
    // A replica within a region has its source's key, and RDS refuses another.
    "aws:rds/instance:Instance": (inputs) =>
      inputs.storageEncrypted === true &&
      (inputs.kmsKeyId !== undefined ||
        !String(inputs.replicateSourceDb ?? "arn:").startsWith("arn:")),
    "aws:efs/fileSystem:FileSystem": (inputs) => inputs.encrypted === true,
    "aws:sns/topic:Topic": (inputs) => inputs.kmsMasterKeyId !== undefined,
    "aws:sqs/queue:Queue": (inputs) =>
      inputs.kmsMasterKeyId !== undefined || inputs.sqsManagedSseEnabled === true,
    "aws:dynamodb/table:Table": (inputs) =>
      valueAt(inputs, "serverSideEncryption", "enabled") === true,
    "aws:backup/vault:Vault": (inputs) => inputs.kmsKeyArn !== undefined,
    "aws:secretsmanager/secret:Secret": (inputs) => inputs.kmsKeyId !== undefined,
    "aws:ec2/amiCopy:AmiCopy": (inputs) => inputs.encrypted === true,
    "aws:kms/key:Key": (inputs) => inputs.enableKeyRotation === true,
  };
  const bad = registrations.all
    .filter((each) => required[each.type]?.(each.inputs) === false)
    .map((each) => `${each.type} ${each.name} is not encrypted as it should be`);
  const encrypted = registrations.ofType(
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  );
  const buckets = registrations
    .ofType("aws:s3/bucket:Bucket")
    .filter((bucket) => !encrypted.some((each) => belongsTo(each, bucket)))
    .map((bucket) => `bucket ${bucket.name} has no encryption configuration`);
  return [...bad, ...buckets];
}

function plainTextTransport(registrations: Registrations): string[] {
  const documents = policyDocuments(registrations);
  const policies = (type: string): Registration[] =>
    documents
      .filter((each) => each.owner.type === type && deniesPlainText(each))
      .map((each) => each.owner);
  const bucketPolicies = policies("aws:s3/bucketPolicy:BucketPolicy");
  const fileSystemPolicies = policies("aws:efs/fileSystemPolicy:FileSystemPolicy");
  const buckets = registrations
    .ofType("aws:s3/bucket:Bucket")
    .filter((bucket) => !bucketPolicies.some((each) => belongsTo(each, bucket)))
    .map((bucket) => `bucket ${bucket.name} takes plain HTTP`);
  const fileSystems = registrations
    .ofType("aws:efs/fileSystem:FileSystem")
    .filter((each) => !fileSystemPolicies.some(({ inputs }) => inputs.fileSystemId === each.id))
    .map((each) => `file system ${each.name} takes mounts without TLS`);
  const listeners = registrations.ofType("aws:lb/listener:Listener").flatMap(listenerProblems);
  const databases = registrations
    .ofType("aws:rds/parameterGroup:ParameterGroup")
    .filter((each) => !forcesTls(each))
    .map((each) => `parameter group ${each.name} lets clients connect without TLS`);
  return [...buckets, ...fileSystems, ...listeners, ...databases];
}

function listenerProblems({ name, inputs }: Registration): string[] {
  if (inputs.protocol === "HTTP") {
    const actions = (inputs.defaultActions ?? []) as { type: string }[];
    return actions.every((each) => each.type === "redirect")
      ? []
      : [`listener ${name} serves plain HTTP`];
  }
  if (inputs.protocol === "HTTPS" || inputs.protocol === "TLS") {
    return String(inputs.sslPolicy).includes("TLS13-1-2")
      ? []
      : [`listener ${name} needs a TLS 1.2+ policy`];
  }
  return [];
}

function forcesTls({ inputs }: Registration): boolean {
  const parameters = (inputs.parameters ?? []) as { name: string; value: string }[];
  return parameters.some(
    ({ name, value }) =>
      (name === "rds.force_ssl" && value === "1") ||
      (name === "require_secure_transport" && ["1", "ON"].includes(value)),
  );
}

/** IMDSv2 only, so that a forged request through Jenkins cannot fetch the machine's credentials; volumes encrypted. */
function weakMachines(registrations: Registrations): string[] {
  const machines = [
    ...registrations.ofType("aws:ec2/launchTemplate:LaunchTemplate"),
    ...registrations.ofType("aws:ec2/instance:Instance"),
  ];
  const tokens = machines
    .filter((each) => valueAt(each.inputs, "metadataOptions", "httpTokens") !== "required")
    .map((each) => `${each.name} does not require IMDSv2`);
  const builders = registrations
    .ofType("aws:imagebuilder/infrastructureConfiguration:InfrastructureConfiguration")
    .filter((each) => valueAt(each.inputs, "instanceMetadataOptions", "httpTokens") !== "required")
    .map((each) => `${each.name} does not require IMDSv2`);
  const volumes = machines
    .filter((each) => !hasEncryptedVolumes(each))
    .map((each) => `${each.name} has a volume that is not encrypted`);
  return [...tokens, ...builders, ...volumes];
}

function hasEncryptedVolumes({ type, inputs }: Registration): boolean {
  if (type === "aws:ec2/instance:Instance")
    return valueAt(inputs, "rootBlockDevice", "encrypted") === true;
  const mappings = (inputs.blockDeviceMappings ?? []) as { ebs?: { encrypted?: unknown } }[];
  return (
    mappings.length > 0 &&
    mappings.every(({ ebs }) => ebs === undefined || String(ebs.encrypted) === "true")
  );
}

function plainSecrets(registrations: Registrations): string[] {
  return registrations.all.flatMap((each) => {
    const secret =
      each.type === "aws:secretsmanager/secretVersion:SecretVersion"
        ? "secretString"
        : each.type === "aws:ssm/parameter:Parameter" && each.inputs.type === "SecureString"
          ? "value"
          : undefined;
    return secret === undefined || each.secretInputs.includes(secret)
      ? []
      : [
          `${each.type} ${each.name}: ${secret} is not a Pulumi secret and would be in the state in clear`,
        ];
  });
}

/** One property of a nested input; undefined where the input is not set. */
function valueAt(inputs: Registration["inputs"], outer: string, inner: string): unknown {
  return (inputs[outer] as Record<string, unknown> | undefined)?.[inner];
}
