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

/** What create and update take alike; a name cannot be changed. */
function request<R, A extends { name?: unknown }>(operation: Operation<R, A>): Properties {
  return {
    ...operation.arguments({ name: undefined }),
    clientToken: operation.idempotencyToken,
  };
}

/** What Image Builder answers for configurations and pipelines alike. */
interface Described {
  readonly arn?: string | undefined;
  readonly dateCreated?: string | undefined;
  readonly dateUpdated?: string | undefined;
  readonly name?: string | undefined;
}

function outputsOf(found: Described | undefined): Described | undefined {
  if (found === undefined) return undefined;
  const { arn, dateCreated, dateUpdated, name } = found;
  return { arn, dateCreated, dateUpdated, name };
}

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
      ...request(operation),
      name: operation.inputs.name,
      tags: tagsIfAny(operation),
    });
    return present(answer.infrastructureConfigurationArn, "the configuration's ARN");
  },
  async update(operation) {
    await operation.call("imageBuilder", "updateInfrastructureConfiguration", {
      ...request(operation),
      infrastructureConfigurationArn: operation.id,
    });
  },
  async read(operation) {
    const answer = await operation.call("imageBuilder", "getInfrastructureConfiguration", {
      infrastructureConfigurationArn: operation.id,
    });
    return outputsOf(answer.infrastructureConfiguration);
  },
  retag: retagImageBuilder,
  async delete(operation) {
    await operation.call("imageBuilder", "deleteInfrastructureConfiguration", {
      infrastructureConfigurationArn: operation.id,
    });
  },
});

const distribution = resourceType<
  aws.imagebuilder.DistributionConfiguration,
  aws.imagebuilder.DistributionConfigurationArgs
>({
  token: "aws:imagebuilder/distributionConfiguration:DistributionConfiguration",
  inputs: { name: replace, description: update, distributions: unread(update) },
  name: { property: "name", maxLength: 128 },
  async create(operation) {
    const answer = await operation.call("imageBuilder", "createDistributionConfiguration", {
      ...request(operation),
      name: operation.inputs.name,
      tags: tagsIfAny(operation),
    });
    return present(answer.distributionConfigurationArn, "the configuration's ARN");
  },
  async update(operation) {
    await operation.call("imageBuilder", "updateDistributionConfiguration", {
      ...request(operation),
      distributionConfigurationArn: operation.id,
    });
  },
  async read(operation) {
    const answer = await operation.call("imageBuilder", "getDistributionConfiguration", {
      distributionConfigurationArn: operation.id,
    });
    return outputsOf(answer.distributionConfiguration);
  },
  retag: retagImageBuilder,
  async delete(operation) {
    await operation.call("imageBuilder", "deleteDistributionConfiguration", {
      distributionConfigurationArn: operation.id,
    });
  },
});

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
    return found === undefined ? undefined : { ...outputsOf(found), platform: found.platform };
  },
  retag: retagImageBuilder,
  async delete(operation) {
    await operation.call("imageBuilder", "deleteImagePipeline", { imagePipelineArn: operation.id });
  },
});

/** How, where and when images are built, and where they are copied to. */
export const types: readonly AnyResourceType[] = [infrastructure, distribution, pipeline];
