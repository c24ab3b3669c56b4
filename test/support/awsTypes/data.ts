import { longerThan, type Properties, type TypeTable } from "../typeRow";

/** RDS, S3, Secrets Manager and Parameter Store. */
export const dataTypes: TypeTable = {
  "aws:rds/subnetGroup:SubnetGroup": {
    inputs: "name description subnetIds tags",
    id: ({ name }) => String(name),
  },
  "aws:rds/parameterGroup:ParameterGroup": {
    inputs: "name description family parameters skipDestroy tags",
    id: ({ name }) => String(name),
  },
  "aws:rds/instance:Instance": {
    inputs:
      "identifier engine engineVersion instanceClass allocatedStorage maxAllocatedStorage storageType storageEncrypted kmsKeyId dbName username password manageMasterUserPassword masterUserSecretKmsKeyId multiAz dbSubnetGroupName parameterGroupName vpcSecurityGroupIds publiclyAccessible backupRetentionPeriod backupWindow maintenanceWindow copyTagsToSnapshot deletionProtection deleteAutomatedBackups skipFinalSnapshot finalSnapshotIdentifier replicateSourceDb iamDatabaseAuthenticationEnabled enabledCloudwatchLogsExports performanceInsightsEnabled performanceInsightsKmsKeyId performanceInsightsRetentionPeriod autoMinorVersionUpgrade applyImmediately port caCertIdentifier snapshotIdentifier availabilityZone tags",
    id: (_, { name }) => `db-${name}`,
    outputs: (inputs, context) => {
      const identifier = String(inputs.identifier ?? context.name);
      const port =
        (inputs.port as number | undefined) ?? (inputs.engine === "postgres" ? 5432 : 3306);
      return {
        identifier,
        port,
        arn: context.arn("rds", `db:${identifier}`),
        address: `${identifier}.${context.region}.rds.amazonaws.com`,
        endpoint: `${identifier}.${context.region}.rds.amazonaws.com:${port}`,
        resourceId: `db-${context.name}`,
        masterUserSecrets:
          inputs.manageMasterUserPassword === true
            ? [
                {
                  secretArn: context.arn("secretsmanager", `secret:rds!db-${context.name}`),
                  secretStatus: "active",
                  kmsKeyId: inputs.masterUserSecretKmsKeyId as unknown,
                },
              ]
            : [],
      };
    },
    refuse: refuseInstance,
  },
  "aws:s3/bucket:Bucket": {
    inputs: "bucket forceDestroy tags",
    id: ({ bucket }, { name }) => String(bucket ?? name),
    outputs: (inputs, context) => {
      const bucket = String(inputs.bucket ?? context.name);
      return {
        bucket,
        arn: context.arn("s3", bucket, "", ""),
        bucketDomainName: `${bucket}.s3.amazonaws.com`,
        bucketRegionalDomainName: `${bucket}.s3.${context.region}.amazonaws.com`,
      };
    },
    refuse: ({ bucket }) => longerThan("bucket", 63, bucket),
  },
  "aws:s3/bucketVersioning:BucketVersioning": { inputs: "bucket versioningConfiguration" },
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": { inputs: "bucket rules" },
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": {
    inputs: "bucket rules",
  },
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": {
    inputs: "bucket blockPublicAcls blockPublicPolicy ignorePublicAcls restrictPublicBuckets",
  },
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": { inputs: "bucket rule" },
  "aws:s3/bucketPolicy:BucketPolicy": { inputs: "bucket policy" },
  "aws:s3/bucketReplicationConfig:BucketReplicationConfig": { inputs: "bucket role rules" },
  "aws:s3/bucketLogging:BucketLogging": { inputs: "bucket targetBucket targetPrefix" },
  "aws:secretsmanager/secret:Secret": {
    inputs:
      "name description kmsKeyId recoveryWindowInDays replicas forceOverwriteReplicaSecret policy tags",
    id: ({ name }, { arn }) => arn("secretsmanager", `secret:${String(name)}-AbCdEf`),
    outputs: ({ name }, { arn }) => ({
      arn: arn("secretsmanager", `secret:${String(name)}-AbCdEf`),
    }),
  },
  "aws:secretsmanager/secretVersion:SecretVersion": { inputs: "secretId secretString" },
  "aws:ssm/association:Association": {
    inputs:
      "name associationName targets parameters scheduleExpression maxConcurrency maxErrors waitForSuccessTimeoutSeconds documentVersion tags",
    outputs: (_, { name }) => ({ associationId: `${name}-id` }),
  },
  "aws:ssm/parameter:Parameter": {
    inputs: "name description type value keyId tier tags dataType",
    id: ({ name }) => String(name),
    outputs: ({ name }, { arn }) => ({ arn: arn("ssm", `parameter${String(name)}`), version: 1 }),
  },
};

/** The refusals of CreateDBInstance and CreateDBInstanceReadReplica that our components could provoke. */
function refuseInstance(inputs: Properties): string | undefined {
  const replica = inputs.replicateSourceDb !== undefined;
  const setByTheSource = [
    "engine",
    "username",
    "password",
    "dbName",
    "manageMasterUserPassword",
    "allocatedStorage",
  ];
  const wrong = setByTheSource.filter((each) => replica && inputs[each] !== undefined);
  if (wrong.length > 0) return `a replica takes ${wrong.join(", ")} from its source`;
  const abroad = replica && String(inputs.replicateSourceDb).startsWith("arn:");
  if (replica && !abroad && inputs.kmsKeyId !== undefined) {
    return "a replica in its source's region has its source's key";
  }
  if (abroad && inputs.storageEncrypted === true && inputs.kmsKeyId === undefined) {
    return "a cross-region replica of an encrypted instance needs a key of its own region";
  }
  if (inputs.skipFinalSnapshot !== true && inputs.finalSnapshotIdentifier === undefined) {
    return "finalSnapshotIdentifier is required unless skipFinalSnapshot";
  }
  return longerThan("identifier", 63, inputs.identifier);
}
