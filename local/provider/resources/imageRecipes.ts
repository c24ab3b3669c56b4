import type * as aws from "@pulumi/aws";
import { present } from "../operation";
import {
  defaulted,
  replace,
  resourceType,
  unread,
  update,
  type AnyResourceType,
} from "../resourceType";
import { retagWith, tagsIfAny } from "./tagging";

/** Changes the tags of anything of Image Builder: the ids are ARNs. */
export const retagImageBuilder = retagWith("imageBuilder", {
  resource: ({ id }) => ({ resourceArn: id }),
});

const component = resourceType<aws.imagebuilder.Component, aws.imagebuilder.ComponentArgs>({
  token: "aws:imagebuilder/component:Component",
  inputs: {
    name: replace,
    version: replace,
    platform: replace,
    data: unread(replace),
    uri: unread(replace),
    description: replace,
    changeDescription: replace,
    kmsKeyId: replace,
    supportedOsVersions: replace,
    skipDestroy: defaulted(unread(update), false),
  },
  name: { property: "name", maxLength: 128 },
  async create(operation) {
    const answer = await operation.call("imageBuilder", "createComponent", {
      ...operation.arguments({ version: undefined, skipDestroy: undefined }),
      semanticVersion: operation.inputs.version,
      clientToken: operation.idempotencyToken,
      tags: tagsIfAny(operation),
    });
    return present(answer.componentBuildVersionArn, "the component's ARN");
  },
  update: () => Promise.resolve(),
  async read(operation) {
    const answer = await operation.call("imageBuilder", "getComponent", {
      componentBuildVersionArn: operation.id,
    });
    const found = answer.component;
    if (found === undefined) return undefined;
    return {
      arn: found.arn,
      dateCreated: found.dateCreated,
      encrypted: found.encrypted,
      name: found.name,
      owner: found.owner ?? operation.account,
      platform: found.platform,
      type: found.type,
      version: found.version,
    };
  },
  retag: retagImageBuilder,
  async delete(operation) {
    if (operation.inputs.skipDestroy === true) return;
    await operation.call("imageBuilder", "deleteComponent", {
      componentBuildVersionArn: operation.id,
    });
  },
});

const imageRecipe = resourceType<aws.imagebuilder.ImageRecipe, aws.imagebuilder.ImageRecipeArgs>({
  token: "aws:imagebuilder/imageRecipe:ImageRecipe",
  inputs: {
    name: replace,
    version: replace,
    parentImage: replace,
    components: unread(replace),
    blockDeviceMappings: unread(replace),
    description: replace,
    systemsManagerAgent: unread(replace),
    userDataBase64: unread(replace),
    workingDirectory: replace,
  },
  name: { property: "name", maxLength: 128 },
  async create(operation) {
    const { version, systemsManagerAgent, userDataBase64 } = operation.inputs;
    const answer = await operation.call("imageBuilder", "createImageRecipe", {
      ...operation.arguments({
        version: undefined,
        systemsManagerAgent: undefined,
        userDataBase64: undefined,
      }),
      semanticVersion: version,
      additionalInstanceConfiguration:
        systemsManagerAgent === undefined && userDataBase64 === undefined
          ? undefined
          : { systemsManagerAgent, userDataOverride: userDataBase64 },
      clientToken: operation.idempotencyToken,
      tags: tagsIfAny(operation),
    });
    return present(answer.imageRecipeArn, "the recipe's ARN");
  },
  async read(operation) {
    const answer = await operation.call("imageBuilder", "getImageRecipe", {
      imageRecipeArn: operation.id,
    });
    const found = answer.imageRecipe;
    if (found === undefined) return undefined;
    return {
      arn: found.arn,
      dateCreated: found.dateCreated,
      name: found.name,
      owner: found.owner ?? operation.account,
      parentImage: found.parentImage,
      platform: found.platform,
      version: found.version,
    };
  },
  retag: retagImageBuilder,
  async delete(operation) {
    await operation.call("imageBuilder", "deleteImageRecipe", { imageRecipeArn: operation.id });
  },
});

const image = resourceType<aws.imagebuilder.Image, aws.imagebuilder.ImageArgs>({
  token: "aws:imagebuilder/image:Image",
  inputs: {
    imageRecipeArn: replace,
    containerRecipeArn: replace,
    infrastructureConfigurationArn: replace,
    distributionConfigurationArn: replace,
    enhancedImageMetadataEnabled: defaulted(replace, true),
    imageTestsConfiguration: unread(replace),
    executionRole: unread(replace),
  },
  async create(operation) {
    const answer = await operation.call("imageBuilder", "createImage", {
      ...operation.arguments(),
      clientToken: operation.idempotencyToken,
      tags: tagsIfAny(operation),
    });
    return present(answer.imageBuildVersionArn, "the image's ARN");
  },
  async ready(operation) {
    await operation.untilTrue("available", async () => {
      const { image: found } = await operation.call("imageBuilder", "getImage", {
        imageBuildVersionArn: operation.id,
      });
      const status = found?.state?.status;
      if (status === "FAILED" || status === "CANCELLED") {
        throw new Error(`the image build ended as ${status}: ${found?.state?.reason ?? "?"}`);
      }
      return status === "AVAILABLE";
    });
  },
  async read(operation) {
    const { image: found } = await operation.call("imageBuilder", "getImage", {
      imageBuildVersionArn: operation.id,
    });
    if (found === undefined) return undefined;
    return {
      arn: found.arn,
      dateCreated: found.dateCreated,
      name: found.name,
      osVersion: found.osVersion,
      platform: found.platform,
      version: found.version,
      outputResources: [
        {
          amis: (found.outputResources?.amis ?? []).map((ami) => ({
            accountId: ami.accountId ?? operation.account,
            description: ami.description ?? "",
            image: ami.image ?? "",
            name: ami.name ?? "",
            region: ami.region ?? "",
          })),
          containers: [],
        },
      ],
    };
  },
  retag: retagImageBuilder,
  async delete(operation) {
    await operation.call("imageBuilder", "deleteImage", { imageBuildVersionArn: operation.id });
  },
});

/** What goes into an image, and the image. */
export const types: readonly AnyResourceType[] = [component, imageRecipe, image];
