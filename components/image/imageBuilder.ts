import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { regionsOf } from "../deployment";
import { builderProfile } from "./builderProfile";
import type { Architecture, BuildArgs } from "./goldenImage";
import { contentVersion, renderImageComponent } from "./imageComponentRenderer";

/** What builds the image; size matters little, the processor has to fit. */
const buildTypes: Readonly<Record<Architecture, string>> = {
  arm64: "m7g.large",
  x86_64: "m7i.large",
};

/** AWS's own image of Amazon Linux 2023 in Image Builder; x.x.x is its newest version. */
const parentImages: Readonly<Record<Architecture, string>> = {
  arm64: "amazon-linux-2023-arm64",
  x86_64: "amazon-linux-2023-x86",
};

/** Builds by EC2 Image Builder, which tests the image and distributes it to every region. */
export function buildByImageBuilder(
  name: string,
  args: BuildArgs,
  parent: pulumi.Resource,
): Record<string, pulumi.Output<string>> {
  const { prefix } = args.deployment;
  const shared = {
    imageRecipeArn: createRecipe(name, args, parent).arn,
    infrastructureConfigurationArn: createInfrastructure(name, args, parent).arn,
    distributionConfigurationArn: createDistribution(name, args, parent).arn,
    imageTestsConfiguration: { imageTestsEnabled: true, timeoutMinutes: 60 },
  };
  new aws.imagebuilder.ImagePipeline(
    `${name}-pipeline`,
    {
      name: `${prefix}-${args.software.name}`,
      description: `Makes patched images: ${args.software.description}`,
      ...shared,
      ...(args.rebuildSchedule === undefined
        ? {}
        : {
            schedule: {
              scheduleExpression: args.rebuildSchedule,
              pipelineExecutionStartCondition: "EXPRESSION_MATCH_AND_DEPENDENCY_UPDATES_AVAILABLE",
            },
          }),
      status: "ENABLED",
    },
    { parent },
  );
  const image = new aws.imagebuilder.Image(
    `${name}-image`,
    { ...shared, tags: { Name: `${prefix}-${args.software.name}` } },
    // Build, tests and the copy to the other region take 30 to 60 minutes. A former image's entry in
    // Image Builder goes afterwards; its machine images stay, and with them what launch templates
    // of the waiting region name until its own `pulumi up`.
    { ...keptUntilReplaced(parent), customTimeouts: { create: "2h" } },
  );
  return Object.fromEntries(
    regionsOf(args.deployment).map((region) => [region, imageIn(image, region)]),
  );
}

function createRecipe(
  name: string,
  args: BuildArgs,
  parent: pulumi.Resource,
): aws.imagebuilder.ImageRecipe {
  const { prefix, region } = args.deployment;
  const data = renderImageComponent(args.software);
  const key = args.kmsKeyArns[region];
  const component = new aws.imagebuilder.Component(
    `${name}-component`,
    {
      name: `${prefix}-${args.software.name}`,
      description: args.software.description,
      platform: "Linux",
      version: contentVersion(data),
      data,
    },
    keptUntilReplaced(parent),
  );
  return new aws.imagebuilder.ImageRecipe(
    `${name}-recipe`,
    {
      name: `${prefix}-${args.software.name}`,
      version: contentVersion(data, args.architecture, String(args.rootVolumeGb)),
      parentImage: `arn:aws:imagebuilder:${region}:aws:image/${parentImages[args.architecture]}/x.x.x`,
      components: [{ componentArn: component.arn }],
      // Session Manager is the way in: Image Builder would remove its agent again.
      systemsManagerAgent: { uninstallAfterBuild: false },
      blockDeviceMappings: [
        {
          deviceName: "/dev/xvda",
          ebs: {
            volumeType: "gp3",
            volumeSize: args.rootVolumeGb,
            encrypted: "true",
            ...(key === undefined ? {} : { kmsKeyId: key }),
            deleteOnTermination: "true",
          },
        },
      ],
    },
    keptUntilReplaced(parent),
  );
}

/**
 * Names of resources are ours, and Pulumi deletes what has a name of ours before it makes the
 * replacement; with component and recipe the image would go, half an hour before there is another.
 * Image Builder tells these two apart by name *and* version, and the version follows the content, so
 * old and new can stand side by side until machines have the new image.
 */
function keptUntilReplaced(parent: pulumi.Resource): pulumi.CustomResourceOptions {
  return { parent, deleteBeforeReplace: false };
}

function createInfrastructure(
  name: string,
  args: BuildArgs,
  parent: pulumi.Resource,
): aws.imagebuilder.InfrastructureConfiguration {
  const { prefix } = args.deployment;
  return new aws.imagebuilder.InfrastructureConfiguration(
    `${name}-infrastructure`,
    {
      name: `${prefix}-${args.software.name}`,
      instanceProfileName: builderProfile(name, args.deployment, parent).name,
      instanceTypes: [buildTypes[args.architecture]],
      subnetId: args.subnetId,
      securityGroupIds: [args.securityGroupId],
      instanceMetadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 },
      terminateInstanceOnFailure: true,
      resourceTags: { Name: `${prefix}-image-builder` },
    },
    { parent },
  );
}

function createDistribution(
  name: string,
  args: BuildArgs,
  parent: pulumi.Resource,
): aws.imagebuilder.DistributionConfiguration {
  const { prefix } = args.deployment;
  return new aws.imagebuilder.DistributionConfiguration(
    `${name}-distribution`,
    {
      name: `${prefix}-${args.software.name}`,
      description: "The same image in every region",
      distributions: regionsOf(args.deployment).map((each) => {
        const key = args.kmsKeyArns[each];
        return {
          region: each,
          amiDistributionConfiguration: {
            name: `${prefix}-${args.software.name}-{{ imagebuilder:buildDate }}`,
            ...(key === undefined ? {} : { kmsKeyId: key }),
            amiTags: { Name: `${prefix}-${args.software.name}`, project: "jenkins-pilot-light" },
          },
        };
      }),
    },
    { parent },
  );
}

function imageIn(image: aws.imagebuilder.Image, region: string): pulumi.Output<string> {
  return image.outputResources.apply((resources) => {
    const found = resources.flatMap(({ amis }) => amis).find((ami) => ami.region === region);
    if (found === undefined) {
      throw new Error(
        `GoldenImage: Image Builder made no image in ${region}; see the build's log in its console`,
      );
    }
    return found.image;
  });
}
