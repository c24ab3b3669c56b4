import {
  ModifyDBInstanceCommand,
  RDSClient,
  RestoreDBInstanceFromDBSnapshotCommand,
  type DBInstance,
  type RestoreDBInstanceFromDBSnapshotCommandInput,
} from "@aws-sdk/client-rds";
import type { AwsRequest, BehaviourContext } from "../../behaviour";
import { refused } from "../emulatorRefusal";
import { nameOf, type DatabaseKey } from "./databaseNames";

/**
 * Instances that are restored from a snapshot: the emulator has them at once, AWS after minutes in
 * `creating`. They stay modelled: no server stands behind a snapshot.
 *
 * Source: RDS User Guide, "Restoring to a DB instance".
 */
export class Restores {
  /** Modelled time at which each becomes available, by region and identifier. */
  private readonly availableAt = new Map<string, number>();

  async restore(request: AwsRequest, context: BehaviourContext): Promise<DBInstance> {
    const input = request.input as unknown as RestoreDBInstanceFromDBSnapshotCommandInput;
    const rds = context.emulator(RDSClient, request.region);
    const { DBInstance } = await rds
      .send(new RestoreDBInstanceFromDBSnapshotCommand(input))
      .catch(refused);
    const identifier = input.DBInstanceIdentifier ?? "";
    // The emulator copies the protection of the snapshot's instance over a `false` in the call.
    if (input.DeletionProtection === false) {
      await rds.send(
        new ModifyDBInstanceCommand({
          DBInstanceIdentifier: identifier,
          DeletionProtection: false,
        }),
      );
    }
    const duration = context.latencies.sample("rdsRestore", identifier);
    const key = nameOf({ region: request.region, identifier });
    this.availableAt.set(key, context.clock.now() + duration);
    return DBInstance ?? {};
  }

  status(key: DatabaseKey, now: number): "creating" | undefined {
    return now < (this.availableAt.get(nameOf(key)) ?? 0) ? "creating" : undefined;
  }

  forget(key: DatabaseKey): void {
    this.availableAt.delete(nameOf(key));
  }
}
