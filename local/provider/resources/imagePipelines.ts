import type * as aws from "@pulumi/aws";
import { present, type Operation } from "../operation";
import {
  defaulted,
  replace,
  resourceType,
  unread,
  update,
  type AnyResourceType,
} from "../resourceType";
import type { Properties } from "../wire";
import { retagImageBuilder } from "./imageRecipes";
import { tagsIfAny } from "./tagging";

type InfrastructureOperation = Operation<
  aws.imagebuilder.InfrastructureConfiguration,
  aws.imagebuilder.InfrastructureConfigurationArgs
>;

const infrastructure = resourceType<
  aws.imagebuilder.InfrastructureConfiguration,
  aws.imagebuilder.InfrastructureConfigurationArgs
>({
  token: "aws:imagebuilder/infrastructureConfiguration:InfrastructureConfiguration",
  inputs: {
    name: replace,
    description: update,
    instanceProfileName: update,
    instanceTypes: update,
    instanceMetadataOptions: unread(update),
    keyPair: update,
    logging: unread(update),
    resourceTags: update,
    securityGroupIds: update,
    snsTopicArn: update,
    subnetId: update,
    terminateInstanceOnFailure: defaulted(update, false),
  },
  name: { property: "name", maxLength: 128 },
  async create(operation) {
    const answer = await operation.call("imageBuilder", "createInfrastructureConfiguration", {
      ...operation.arguments(),
      clientToken: operation.idempotencyToken,
      tags: tagsIfAny(operation),
    });
    return present(answer.infrastructureConfigurationArn, "the configuration's ARN");
  },
  async update(operation: InfrastructureOperation) {
    await operation.call("imageBuilder", "updateInfrastructureConfiguration", {
      ...operation.arguments({ name: undefined }),
      infrastructureConfigurationArn: operation.id,
      clientToken: operation.idempotencyToken,
    });
  },
  async read(operation) {
    const answer = await operation.call("imageBuilder", "getInfrastructureConfiguration", {
      infrastructureConfigurationArn: operation.id,
    });
    const found = answer.infrastructureConfiguration;
    if (found === undefined) return undefined;
    return {
      arn: found.arn,
      dateCreated: found.dateCreated,
      dateUpdated: found.dateUpdated,
      name: found.name,
    };
  },
  retag: retagImageBuilder,
  async delete(operation) {
    await operation.call("imageBuilder", "deleteInfrastructureConfiguration", {
      infrastructureConfigurationArn: operation.id,
    });
  },
});

type DistributionOperation = Operation<
  aws.imagebuilder.DistributionConfiguration,
  aws.imagebuilder.DistributionConfigurationArgs
>;

const distribution = resourceType<
  aws.imagebuilder.DistributionConfiguration,
  aws.imagebuilder.DistributionConfigurationArgs
>({
  token: "aws:imagebuilder/distributionConfiguration:DistributionConfiguration",
  inputs: { name: replace, description: update, distributions: unread(update) },
  name: { property: "name", maxLength: 128 },
  async create(operation) {
    const answer = await operation.call("imageBuilder", "createDistributionConfiguration", {
      ...operation.arguments(),
      clientToken: operation.idempotencyToken,
      tags: tagsIfAny(operation),
    });
    return present(answer.distributionConfigurationArn, "the configuration's ARN");
  },
  async update(operation: DistributionOperation) {
    await operation.call("imageBuilder", "updateDistributionConfiguration", {
      ...operation.arguments({ name: undefined }),
      distributionConfigurationArn: operation.id,
      clientToken: operation.idempotencyToken,
    });
  },
  async read(operation) {
    const answer = await operation.call("imageBuilder", "getDistributionConfiguration", {
      distributionConfigurationArn: operation.id,
    });
    const found = answer.distributionConfiguration;
    if (found === undefined) return undefined;
    return {
      arn: found.arn,
      dateCreated: found.dateCreated,
      dateUpdated: found.dateUpdated,
      name: found.name,
    };
  },
  retag: retagImageBuilder,
  async delete(operation) {
    await operation.call("imageBuilder", "deleteDistributionConfiguration", {
      distributionConfigurationArn: operation.id,
    });
  },
});

type PipelineOperation = Operation<
  aws.imagebuilder.ImagePipeline,
  aws.imagebuilder.ImagePipelineArgs
>;

const pipeline = resourceType<aws.imagebuilder.ImagePipeline, aws.imagebuilder.ImagePipelineArgs>({
  token: "aws:imagebuilder/imagePipeline:ImagePipeline",
  inputs: {
    name: replace,
    description: update,
    imageRecipeArn: update,
    containerRecipeArn: update,
    infrastructureConfigurationArn: update,
    distributionConfigurationArn: update,
    enhancedImageMetadataEnabled: defaulted(update, true),
    imageTestsConfiguration: unread(update),
    schedule: unread(update),
    status: defaulted(update, "ENABLED"),
    executionRole: unread(update),
  },
  name: { property: "name", maxLength: 128 },
  async create(operation) {
    const answer = await operation.call("imageBuilder", "createImagePipeline", {
      ...request(operation),
      name: operation.inputs.name,
      tags: tagsIfAny(operation),
    });
    return present(answer.imagePipelineArn, "the pipeline's ARN");
  },
  async update(operation) {
    await operation.call("imageBuilder", "updateImagePipeline", {
      ...request(operation),
      imagePipelineArn: operation.id,
    });
  },
  async read(operation) {
    const { imagePipeline: found } = await operation.call("imageBuilder", "getImagePipeline", {
      imagePipelineArn: operation.id,
    });
    if (found === undefined) return undefined;
    return {
      arn: found.arn,
      dateCreated: found.dateCreated,
      dateUpdated: found.dateUpdated,
      name: found.name,
      platform: found.platform,
    };
  },
  retag: retagImageBuilder,
  async delete(operation) {
    await operation.call("imageBuilder", "deleteImagePipeline", { imagePipelineArn: operation.id });
  },
});

function request(operation: PipelineOperation): Properties {
  return {
    ...operation.arguments({ name: undefined }),
    clientToken: operation.idempotencyToken,
  };
}

/** How, where and when images are built, and where they are copied to. */
export const types: readonly AnyResourceType[] = [infrastructure, distribution, pipeline];
