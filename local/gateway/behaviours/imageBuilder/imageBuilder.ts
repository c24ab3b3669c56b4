import { DescribeImagesCommand, EC2Client, RegisterImageCommand } from "@aws-sdk/client-ec2";
import type { CreateImageCommandInput, Distribution } from "@aws-sdk/client-imagebuilder";
import type { AwsRequest, AwsResponse, Behaviour, BehaviourContext } from "../../behaviour";
import { answer } from "../../wire/answers";
import { AwsError, notModelled } from "../../wire/awsError";
import { accountId } from "../accountId";

/** A component, recipe, configuration, pipeline or image, as it was asked for. */
interface Entry {
  readonly kind: Kind;
  readonly arn: string;
  readonly made: Date;
  fields: Record<string, unknown>;
  tags: Record<string, string>;
}

/** What Image Builder keeps, by the noun of its operations: `CreateImageRecipe`, `GetImageRecipe`. */
const kinds = {
  Component: { path: "component", field: "component", arn: "componentBuildVersionArn" },
  ImageRecipe: { path: "image-recipe", field: "imageRecipe", arn: "imageRecipeArn" },
  InfrastructureConfiguration: {
    path: "infrastructure-configuration",
    field: "infrastructureConfiguration",
    arn: "infrastructureConfigurationArn",
  },
  DistributionConfiguration: {
    path: "distribution-configuration",
    field: "distributionConfiguration",
    arn: "distributionConfigurationArn",
  },
  ImagePipeline: { path: "image-pipeline", field: "imagePipeline", arn: "imagePipelineArn" },
  Image: { path: "image", field: "image", arn: "imageBuildVersionArn" },
} as const;
type Kind = keyof typeof kinds;

/**
 * EC2 Image Builder as far as a stack uses it: what is created is kept and shown again, and an image
 * is there at once in every region that its distribution names. Nothing is built: which software an
 * image holds is not modelled, and neither are schedules of pipelines.
 *
 * Source: EC2 Image Builder API reference.
 */
export class ImageBuilderBehaviour implements Behaviour {
  readonly name = "Image Builder";
  readonly service = "imagebuilder";
  readonly actions = ["*"];
  private readonly entries = new Map<string, Entry>();

  async handle(request: AwsRequest, context: BehaviourContext): Promise<AwsResponse> {
    if (request.action.endsWith("Resource")) return answer(request, this.tag(request));
    const match = /^(Create|Get|Update|Delete)(\w+)$/.exec(request.action);
    const kind = match?.[2] as Kind | undefined;
    if (!match || kind === undefined || !(kind in kinds)) {
      throw notModelled(request, "components, recipes, configurations, pipelines and images are");
    }
    switch (match[1]) {
      case "Create":
        return answer(request, await this.create(request, kind, context));
      case "Get":
        return answer(request, { [kinds[kind].field]: this.show(this.find(request, kind)) });
      case "Update":
        this.find(request, kind).fields = fieldsOf(request.input);
        return answer(request, this.named(this.find(request, kind)));
      default: {
        const entry = this.find(request, kind);
        this.entries.delete(entry.arn);
        return answer(request, this.named(entry));
      }
    }
  }

  private async create(request: AwsRequest, kind: Kind, context: BehaviourContext) {
    const { name = "image", semanticVersion } = request.input as Record<string, string | undefined>;
    const version =
      kind === "Component" || kind === "Image"
        ? `/${semanticVersion ?? "1.0.0"}/1`
        : kind === "ImageRecipe"
          ? `/${semanticVersion ?? "1.0.0"}`
          : "";
    const noun = `${kinds[kind].path}/${kind === "Image" ? this.recipeName(request) : name}`;
    const arn = `arn:aws:imagebuilder:${request.region}:${accountId}:${noun.toLowerCase()}${version}`;
    if (this.entries.has(arn)) {
      throw new AwsError("ResourceAlreadyExistsException", `${arn} exists already.`, 400);
    }
    const fields = fieldsOf(request.input);
    if (kind === "Image") fields.outputResources = await this.distribute(request, context);
    const tags = (request.input.tags ?? {}) as Record<string, string>;
    const entry: Entry = { kind, arn, made: context.clock.date(), fields, tags };
    this.entries.set(arn, entry);
    return this.named(entry);
  }

  private recipeName(request: AwsRequest): string {
    const { imageRecipeArn = "" } = request.input as { imageRecipeArn?: string };
    return imageRecipeArn.split("/")[1] ?? "image";
  }

  /** Registers an image of the distribution's name in each of its regions. */
  private async distribute(request: AwsRequest, context: BehaviourContext): Promise<object> {
    const input = request.input as unknown as CreateImageCommandInput;
    const configuration = this.entries.get(input.distributionConfigurationArn ?? "");
    const distributions = (configuration?.fields.distributions ?? [
      { region: request.region },
    ]) as Distribution[];
    const amis = await Promise.all(
      distributions.map(async ({ region = request.region, amiDistributionConfiguration }) => {
        const name = amiDistributionConfiguration?.name ?? this.recipeName(request);
        const image = await registered(context.emulator(EC2Client, region), name);
        return { region, image, name, accountId };
      }),
    );
    return { amis };
  }

  private find(request: AwsRequest, kind: Kind): Entry {
    const arn = String(request.input[kinds[kind].arn]);
    const entry = this.entries.get(arn);
    if (entry?.kind !== kind) {
      throw new AwsError("ResourceNotFoundException", `${arn} cannot be found.`, 404);
    }
    return entry;
  }

  /** The answer to a change: the ARN under the operation's own name for it. */
  private named({ kind, arn }: Entry): Record<string, unknown> {
    return { [kinds[kind].arn]: arn };
  }

  private show(entry: Entry): Record<string, unknown> {
    const { kind, arn, made, fields, tags } = entry;
    const common = { ...fields, arn, tags };
    switch (kind) {
      case "Image":
        return this.showImage(entry);
      case "Component":
        return { ...common, dateCreated: made.toISOString(), owner: accountId, version: "1.0.0" };
      case "ImageRecipe":
        return { ...common, dateCreated: made.toISOString(), owner: accountId, platform: "Linux" };
      default:
        return { ...common, dateCreated: made.toISOString(), dateUpdated: made.toISOString() };
    }
  }

  private showImage({ arn, made, fields, tags }: Entry): Record<string, unknown> {
    const shown = (key: string): Record<string, unknown> => {
      const part = this.entries.get(String(fields[key]));
      return part === undefined ? {} : this.show(part);
    };
    return {
      arn,
      tags,
      name: arn.split("/")[1],
      version: "1.0.0/1",
      dateCreated: made.toISOString(),
      platform: "Linux",
      state: { status: "AVAILABLE" },
      imageRecipe: shown("imageRecipeArn"),
      infrastructureConfiguration: shown("infrastructureConfigurationArn"),
      distributionConfiguration: shown("distributionConfigurationArn"),
      outputResources: fields.outputResources,
      enhancedImageMetadataEnabled: fields.enhancedImageMetadataEnabled,
      imageTestsConfiguration: fields.imageTestsConfiguration,
    };
  }

  private tag(request: AwsRequest): object {
    const { resourceArn, tags, tagKeys } = request.input as {
      resourceArn?: string;
      tags?: Record<string, string>;
      tagKeys?: string[];
    };
    const entry = this.entries.get(resourceArn ?? "");
    if (!entry) {
      throw new AwsError("ResourceNotFoundException", `${resourceArn ?? ""} cannot be found.`, 404);
    }
    if (request.action === "ListTagsForResource") return { tags: entry.tags };
    const removed = new Set(tagKeys ?? []);
    const kept = Object.entries(entry.tags).filter(([key]) => !removed.has(key));
    entry.tags = { ...Object.fromEntries(kept), ...tags };
    return {};
  }
}

/** What belongs to the request and not to the thing. */
const requestMembers = new Set(["clientToken", "tags", "semanticVersion"]);

function fieldsOf(input: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(input).filter(([key]) => !requestMembers.has(key)));
}

/** An image of that name, as a launch template can use it; two builds of one name share it. */
async function registered(ec2: EC2Client, name: string): Promise<string> {
  const literal = name.replace(/\{\{.*?\}\}/g, "1");
  const known = await ec2.send(
    new DescribeImagesCommand({ Owners: ["self"], Filters: [{ Name: "name", Values: [literal] }] }),
  );
  const existing = known.Images?.[0]?.ImageId;
  if (existing !== undefined) return existing;
  const { ImageId = "" } = await ec2.send(new RegisterImageCommand({ Name: literal }));
  return ImageId;
}
