import { randomUUID } from "node:crypto";
import type {
  BackupSelection,
  CreateBackupSelectionCommandInput,
  GetBackupSelectionCommandInput,
} from "@aws-sdk/client-backup";
import type { AwsRequest, AwsResponse, Behaviour, BehaviourContext } from "../../behaviour";
import { answer } from "../../wire/answers";
import { AwsError } from "../../wire/awsError";

interface Kept {
  readonly region: string;
  readonly planId: string;
  readonly selectionId: string;
  readonly made: Date;
  readonly selection: BackupSelection;
}

/**
 * What an AWS Backup plan is to back up. Vaults and plans stay with the emulator, which has no
 * selections. Nothing is backed up: jobs, copies and restores are not modelled.
 *
 * Source: AWS Backup API reference.
 */
export class BackupSelectionsBehaviour implements Behaviour {
  readonly name = "Backup selections";
  readonly service = "backup";
  readonly actions = [
    "CreateBackupSelection",
    "GetBackupSelection",
    "ListBackupSelections",
    "DeleteBackupSelection",
  ];
  private readonly kept = new Map<string, Kept>();

  handle(request: AwsRequest, context: BehaviourContext): Promise<AwsResponse> {
    return Promise.resolve(answer(request, this.carryOut(request, context)));
  }

  private carryOut(request: AwsRequest, context: BehaviourContext): object {
    switch (request.action) {
      case "CreateBackupSelection":
        return this.create(request, context);
      case "GetBackupSelection":
        return shown(this.find(request));
      case "ListBackupSelections":
        return { BackupSelectionsList: this.ofPlan(request).map(listed) };
      default:
        this.kept.delete(this.find(request).selectionId);
        return {};
    }
  }

  private create(request: AwsRequest, context: BehaviourContext): object {
    const input = request.input as unknown as CreateBackupSelectionCommandInput;
    const { BackupPlanId: planId = "", BackupSelection: selection } = input;
    if (selection?.SelectionName === undefined || selection.IamRoleArn === undefined) {
      throw new AwsError(
        "MissingParameterValueException",
        "A selection needs SelectionName and IamRoleArn.",
      );
    }
    const made = context.clock.date();
    const one = { region: request.region, planId, selectionId: randomUUID(), made, selection };
    this.kept.set(one.selectionId, one);
    return { BackupPlanId: planId, SelectionId: one.selectionId, CreationDate: made };
  }

  private ofPlan(request: AwsRequest): Kept[] {
    const { BackupPlanId } = request.input as unknown as GetBackupSelectionCommandInput;
    return [...this.kept.values()].filter(
      ({ planId, region }) => planId === BackupPlanId && region === request.region,
    );
  }

  private find(request: AwsRequest): Kept {
    const { SelectionId } = request.input as unknown as GetBackupSelectionCommandInput;
    const found = this.ofPlan(request).find(({ selectionId }) => selectionId === SelectionId);
    if (found === undefined) {
      throw new AwsError(
        "ResourceNotFoundException",
        `Backup selection ${SelectionId ?? ""} does not exist.`,
      );
    }
    return found;
  }
}

function shown({ planId, selectionId, made, selection }: Kept): object {
  return {
    BackupPlanId: planId,
    SelectionId: selectionId,
    CreationDate: made,
    BackupSelection: selection,
  };
}

function listed({ planId, selectionId, made, selection }: Kept): object {
  return {
    BackupPlanId: planId,
    SelectionId: selectionId,
    CreationDate: made,
    SelectionName: selection.SelectionName,
    IamRoleArn: selection.IamRoleArn,
  };
}
