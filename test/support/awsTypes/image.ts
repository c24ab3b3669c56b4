import { longerThan, type TypeTable } from "../typeRow";

/** EC2 Image Builder and machine images. */
export const imageTypes: TypeTable = {
  "aws:imagebuilder/component:Component": {
    inputs:
      "name description platform version data kmsKeyId supportedOsVersions skipDestroy changeDescription tags",
    outputs: ({ name, version }, { arn }) => ({
      arn: arn("imagebuilder", `component/${String(name)}/${String(version)}/1`),
    }),
    // CreateComponent takes 16,000 characters of inline data; beyond that only `uri`.
    refuse: ({ data }) => longerThan("component document", 16_000, data)?.slice(-60),
  },
  "aws:imagebuilder/imageRecipe:ImageRecipe": {
    inputs:
      "name description version parentImage components blockDeviceMappings systemsManagerAgent workingDirectory tags",
    outputs: ({ name, version }, { arn }) => ({
      arn: arn("imagebuilder", `image-recipe/${String(name)}/${String(version)}`),
    }),
  },
  "aws:imagebuilder/infrastructureConfiguration:InfrastructureConfiguration": {
    inputs:
      "name description instanceProfileName instanceTypes subnetId securityGroupIds terminateInstanceOnFailure instanceMetadataOptions resourceTags logging tags",
    outputs: ({ name }, { arn }) => ({
      arn: arn("imagebuilder", `infrastructure-configuration/${String(name)}`),
    }),
  },
  "aws:imagebuilder/distributionConfiguration:DistributionConfiguration": {
    inputs: "name description distributions tags",
    outputs: ({ name }, { arn }) => ({
      arn: arn("imagebuilder", `distribution-configuration/${String(name)}`),
    }),
  },
  "aws:imagebuilder/imagePipeline:ImagePipeline": {
    inputs:
      "name description imageRecipeArn infrastructureConfigurationArn distributionConfigurationArn schedule imageTestsConfiguration enhancedImageMetadataEnabled status tags",
    outputs: ({ name }, { arn }) => ({
      arn: arn("imagebuilder", `image-pipeline/${String(name)}`),
    }),
  },
  "aws:imagebuilder/image:Image": {
    inputs:
      "imageRecipeArn infrastructureConfigurationArn distributionConfigurationArn imageTestsConfiguration enhancedImageMetadataEnabled tags",
    outputs: ({ distributionConfigurationArn }, { name, region, arn }) => ({
      arn: arn("imagebuilder", `image/${name}/1.0.0/1`),
      outputResources: [
        {
          amis: ["eu-west-1", "eu-central-1", "us-east-1", "us-west-2"]
            .filter((each) => each === region || distributionConfigurationArn !== undefined)
            .map((each) => ({
              region: each,
              image: `ami-${name}-${each}`,
              name,
              description: "",
              accountId: "123456789012",
            })),
          containers: [],
        },
      ],
    }),
  },
  "aws:ec2/instance:Instance": {
    inputs:
      "ami instanceType subnetId vpcSecurityGroupIds primaryNetworkInterface iamInstanceProfile userData userDataBase64 userDataReplaceOnChange metadataOptions rootBlockDevice associatePublicIpAddress keyName instanceInitiatedShutdownBehavior monitoring maintenanceOptions tags volumeTags",
    outputs: (_, { name }) => ({
      privateIp: "10.0.0.10",
      publicIp: "203.0.113.1",
      arn: `arn:aws:ec2:instance/${name}`,
    }),
    refuse: ({ userDataBase64, subnetId, primaryNetworkInterface }) => {
      if (Buffer.from(String(userDataBase64 ?? ""), "base64").length > 16_384) {
        return "user data has more than 16384 bytes";
      }
      return subnetId !== undefined && primaryNetworkInterface !== undefined
        ? "a network interface brings its subnet along"
        : undefined;
    },
  },
  "aws:ec2transitgateway/instanceState:InstanceState": { inputs: "instanceId state force" },
  "aws:ec2/amiFromInstance:AmiFromInstance": {
    inputs: "name description sourceInstanceId snapshotWithoutReboot tags",
    outputs: (_, { name }) => ({ arn: `arn:aws:ec2:image/${name}-id` }),
  },
  "aws:ec2/amiCopy:AmiCopy": {
    inputs: "name description sourceAmiId sourceAmiRegion encrypted kmsKeyId tags",
    outputs: (_, { name }) => ({ arn: `arn:aws:ec2:image/${name}-id` }),
  },
};
