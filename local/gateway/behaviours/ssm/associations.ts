import { randomUUID } from "node:crypto";
import type {
  CreateAssociationCommandInput,
  DescribeAssociationCommandInput,
  StartAssociationsOnceCommandInput,
  UpdateAssociationCommandInput,
} from "@aws-sdk/client-ssm";
import type { AwsRequest, AwsResponse, Behaviour, BehaviourContext } from "../../behaviour";
import { answer } from "../../wire/answers";
import { AwsError } from "../../wire/awsError";

interface Association {
  readonly id: string;
  readonly region: string;
  settings: CreateAssociationCommandInput | UpdateAssociationCommandInput;
  status: "Pending" | "Success" | "Failed";
}

/** The tag by which an association names the machines of an Auto Scaling group. */
const groupTag = "tag:aws:autoscaling:groupName";

/**
 * State Manager's associations, which the emulator lacks: what is to be run on machines. They are kept,
 * and run when StartAssociationsOnce asks for it, on the machines of the group that their target names.
 * Schedules, several targets, other documents than AWS-RunShellScript and the order of machines
 * (`MaxConcurrency`) are not modelled.
 *
 * Source: Systems Manager API reference.
 */
export class AssociationsBehaviour implements Behaviour {
  readonly name = "State Manager";
  readonly service = "ssm";
  readonly actions = [
    "CreateAssociation",
    "DescribeAssociation",
    "UpdateAssociation",
    "DeleteAssociation",
    "StartAssociationsOnce",
  ];
  private readonly kept = new Map<string, Association>();

  handle(request: AwsRequest, context: BehaviourContext): Promise<AwsResponse> {
    return Promise.resolve(answer(request, this.carryOut(request, context)));
  }

  private carryOut(request: AwsRequest, context: BehaviourContext): object {
    switch (request.action) {
      case "CreateAssociation":
        return this.create(request);
      case "StartAssociationsOnce":
        return this.startOnce(request, context);
      default: {
        const { AssociationId } = request.input as unknown as DescribeAssociationCommandInput;
        const found = this.find(request.region, AssociationId);
        if (request.action === "DeleteAssociation") this.kept.delete(found.id);
        if (request.action === "UpdateAssociation") {
          found.settings = request.input as unknown as UpdateAssociationCommandInput;
        }
        return { AssociationDescription: shown(found) };
      }
    }
  }

  private create({ input, region }: AwsRequest): object {
    const settings = input as unknown as CreateAssociationCommandInput;
    const made: Association = { id: randomUUID(), region, settings, status: "Pending" };
    this.kept.set(made.id, made);
    // Without a machine of its target there is nothing to wait for.
    made.status = "Success";
    return { AssociationDescription: shown(made) };
  }

  private startOnce({ input, region }: AwsRequest, context: BehaviourContext): object {
    const { AssociationIds } = input as unknown as StartAssociationsOnceCommandInput;
    for (const association of (AssociationIds ?? []).map((id) => this.find(region, id))) {
      association.status = "Pending";
      context.clock.after(0, () => this.run(association, context));
    }
    return {};
  }

  private async run(association: Association, context: BehaviourContext): Promise<void> {
    const { id, region, settings } = association;
    const group = settings.Targets?.find(({ Key }) => Key === groupTag)?.Values?.[0] ?? "";
    const command = (settings.Parameters?.commands ?? []).join("\n");
    const failures =
      (await context.world.controllers.runOnGroup?.(group, command)) ??
      `Nothing here runs commands on the machines of ${group}.`;
    association.status = failures === "" ? "Success" : "Failed";
    context.events.record({
      at: context.clock.now(),
      service: this.service,
      region,
      resource: id,
      what: `association ${settings.AssociationName ?? id}: ${association.status} ${failures}`.trim(),
    });
  }

  private find(region: string, id: string | undefined): Association {
    const found = this.kept.get(id ?? "");
    if (found?.region === region) return found;
    throw new AwsError("AssociationDoesNotExist", `Association ${id ?? ""} does not exist.`);
  }
}

function shown({ id, settings, status }: Association): object {
  const { Name, AssociationName, Targets, Parameters, ScheduleExpression } = settings;
  const { MaxConcurrency, MaxErrors, DocumentVersion } = settings;
  return {
    AssociationId: id,
    Name,
    AssociationName,
    Targets,
    Parameters,
    ScheduleExpression,
    MaxConcurrency,
    MaxErrors,
    DocumentVersion,
    Overview: { Status: status },
  };
}
