import {
  CreateDBInstanceCommand,
  CreateDBInstanceReadReplicaCommand,
  DescribeDBInstancesCommand,
  ModifyDBInstanceCommand,
  PromoteReadReplicaCommand,
  RDSClient,
  type CreateDBInstanceCommandInput,
  type CreateDBInstanceReadReplicaCommandInput,
  type DBInstance,
  type DeleteDBInstanceCommandInput,
  type DescribeDBInstancesCommandInput,
  type PromoteReadReplicaCommandInput,
} from "@aws-sdk/client-rds";
import type { AwsRequest, AwsResponse, Behaviour, BehaviourContext } from "../../behaviour";
import { answer } from "../../wire/answers";
import { AwsError } from "../../wire/awsError";
import { nameOf, replicaName, resourceId, sourceKey, type DatabaseKey } from "./databaseNames";
import type { DatabaseServers } from "./databaseServers";
import { Replica } from "./replicas";
import { Restores } from "./restores";
import { ZoneFailover } from "./zoneFailover";

type Operation = (request: AwsRequest, context: BehaviourContext) => Promise<object>;

/**
 * What the emulator's RDS gets wrong: promotion of a read replica (it returns at once, succeeds for
 * what is no replica, and never clears the source), cross-region replicas (which show the source's
 * ARN and need the source's region to be made, not to be promoted), backups that block a promotion,
 * and `DbiResourceId`, which is the same for all instances of a region. All else stays with it.
 *
 * Given servers, instances of their engines are real ones; all others stay modelled: their states and
 * times are right, and nothing is in them.
 *
 * Sources: RDS API reference (PromoteReadReplica, CreateDBInstanceReadReplica, DescribeDBInstances),
 * RDS User Guide, "Working with DB instance read replicas".
 */
export class RdsBehaviour implements Behaviour {
  readonly name = "RDS replicas";
  readonly service = "rds";
  readonly actions: readonly string[];
  private readonly replicas: Replica[] = [];
  /** Statuses that trouble has put instances into, by region and identifier. */
  private readonly troubles = new Map<string, string>();
  /** Modelled time until which an instance is backing up, by region and identifier. */
  private readonly backups = new Map<string, number>();
  /** Instances whose server is being made, by region and identifier. */
  private readonly creations = new Set<string>();
  private readonly restores = new Restores();
  private readonly zones: ZoneFailover;
  private readonly operations: Readonly<Record<string, Operation>> = {
    CreateDBInstance: (request, context) => this.create(request, context),
    CreateDBInstanceReadReplica: (request, context) => this.createReplica(request, context),
    DescribeDBInstances: (request, context) => this.describe(request, context),
    PromoteReadReplica: (request, context) => this.promote(request, context),
    RestoreDBInstanceFromDBSnapshot: async (request, context) => ({
      DBInstance: this.correct(
        await this.restores.restore(request, context),
        request.region,
        context,
      ),
    }),
  };
  /** Operations that the emulator does right, but whose answer shows the instance. */
  private readonly corrected = ["DeleteDBInstance", "ModifyDBInstance"];

  /** @param servers what instances of some engines really are; without it all are modelled. */
  constructor(private readonly servers?: DatabaseServers) {
    this.actions = [...Object.keys(this.operations), ...this.corrected];
    this.zones = new ZoneFailover(servers);
  }

  start(context: BehaviourContext): void {
    this.servers?.attach(context);
    context.world.databases = {
      acceptsWrites: (region, identifier) => {
        const key = { region, identifier };
        if (!context.regionIsAlive(region) || !this.zones.hasPower(key)) return false;
        return this.serverOf(key)?.acceptsWrites(key) ?? !this.find(key)?.isReplica;
      },
      replicaLag: async (region, identifier) => {
        const replica = this.find({ region, identifier });
        return replica?.isReplicating ? replica.lag() : undefined;
      },
    };
  }

  regionChanged(region: string, alive: boolean): void {
    this.servers?.regionChanged(region, alive);
    for (const replica of this.replicas) replica.sourceRegionChanged();
  }

  zoneChanged(zone: string, alive: boolean, context: BehaviourContext): void {
    context.clock.after(0, () => this.zones.zoneChanged(zone, alive, context));
  }

  async handle(request: AwsRequest, context: BehaviourContext): Promise<AwsResponse> {
    const operation = this.operations[request.action];
    if (operation) return answer(request, await operation(request, context));
    return this.forwardCorrected(request, context);
  }

  /**
   * Puts an instance into `backing-up` as its backup window would, for drills and tests.
   * @param until modelled time at which the backup ends, milliseconds since the epoch.
   */
  startBackup(key: DatabaseKey, until: number): void {
    this.backups.set(nameOf(key), until);
  }

  /** Puts an instance into a status such as `storage-full`, as trouble with it would; undefined ends it. */
  setTrouble(key: DatabaseKey, status: string | undefined): void {
    if (status === undefined) this.troubles.delete(nameOf(key));
    else this.troubles.set(nameOf(key), status);
  }

  private async create(request: AwsRequest, context: BehaviourContext): Promise<object> {
    const input = request.input as unknown as CreateDBInstanceCommandInput;
    const { DBInstanceIdentifier, Engine = "", MasterUsername, MasterUserPassword, DBName } = input;
    const key = { region: request.region, identifier: DBInstanceIdentifier ?? "" };
    const rds = context.emulator(RDSClient, request.region);
    const { DBInstance } = await rds.send(new CreateDBInstanceCommand(input));
    if (this.servers?.serves(Engine)) {
      const database = {
        user: MasterUsername ?? "postgres",
        name: DBName,
        ...(MasterUserPassword === undefined ? {} : { password: MasterUserPassword }),
      };
      await this.inCreation(key, this.servers.createPrimary(key, database));
    }
    return { DBInstance: this.correct(DBInstance ?? {}, request.region, context) };
  }

  /** Shows the instance as `creating` until its server is ready, which no describe call may miss. */
  private async inCreation(key: DatabaseKey, making: Promise<void>): Promise<void> {
    this.creations.add(nameOf(key));
    try {
      await making;
    } finally {
      this.creations.delete(nameOf(key));
    }
  }

  private async createReplica(request: AwsRequest, context: BehaviourContext): Promise<object> {
    const input = request.input as unknown as CreateDBInstanceReadReplicaCommandInput;
    const given = input.SourceDBInstanceIdentifier ?? "";
    const source = sourceKey(given, request.region);
    if (!context.regionIsAlive(source.region)) {
      throw new AwsError(
        "InvalidDBInstanceStateFault",
        `The source ${given} cannot be reached: region ${source.region} does not answer.`,
      );
    }
    const servers = this.serverOf(source);
    if (servers?.isRunning(source) === false) {
      throw invalidState(`DB Instance ${given} is not in an available state.`);
    }
    const rds = context.emulator(RDSClient, request.region);
    // Not through the gateway: the source may be read whatever faults are at work.
    const { DBInstance } = await rds.send(new CreateDBInstanceReadReplicaCommand(input));
    const key = { region: request.region, identifier: input.DBInstanceIdentifier ?? "" };
    this.replicas.push(new Replica(key, source, given, context, servers));
    this.zones.place(key, input.AvailabilityZone, input.MultiAZ ?? false);
    if (servers) await this.inCreation(key, servers.createStandby(key, source));
    return { DBInstance: this.correct(DBInstance ?? {}, request.region, context) };
  }

  private async describe(request: AwsRequest, context: BehaviourContext): Promise<object> {
    const input = request.input as DescribeDBInstancesCommandInput;
    const byResourceId = input.Filters?.find(({ Name }) => Name === "dbi-resource-id");
    const otherFilters = input.Filters?.filter((filter) => filter !== byResourceId) ?? [];
    const page = await context.emulator(RDSClient, request.region).send(
      new DescribeDBInstancesCommand({
        ...input,
        // The emulator's resource ids are not unique; ours are compared below.
        Filters: otherFilters.length > 0 ? otherFilters : undefined,
      }),
    );
    const all = (page.DBInstances ?? []).map((instance) =>
      this.correct(instance, request.region, context),
    );
    const wanted = byResourceId?.Values;
    return {
      DBInstances: wanted
        ? all.filter(({ DbiResourceId }) => wanted.includes(DbiResourceId ?? ""))
        : all,
      ...(page.Marker === undefined ? {} : { Marker: page.Marker }),
    };
  }

  private async promote(request: AwsRequest, context: BehaviourContext): Promise<object> {
    const input = request.input as unknown as PromoteReadReplicaCommandInput;
    const key = { region: request.region, identifier: input.DBInstanceIdentifier ?? "" };
    const instance = await this.one(key, context);
    const replica = this.find(key);
    if (!replica?.isReplica) {
      throw invalidState(`DB Instance ${key.identifier} is not a read replica.`);
    }
    if (instance.DBInstanceStatus !== "available" || replica.isBeingPromoted) {
      throw invalidState(
        `DB Instance ${key.identifier} is not in an available state (${instance.DBInstanceStatus ?? "unknown"}).`,
      );
    }
    replica.promote(async () => {
      await this.keepBackups(key, input, context);
    });
    return { DBInstance: this.correct(instance, request.region, context) };
  }

  /** A promoted instance keeps the backup settings that the promotion named. */
  private async keepBackups(
    key: DatabaseKey,
    input: PromoteReadReplicaCommandInput,
    context: BehaviourContext,
  ): Promise<void> {
    const { BackupRetentionPeriod, PreferredBackupWindow } = input;
    if (BackupRetentionPeriod === undefined && PreferredBackupWindow === undefined) return;
    await context.emulator(RDSClient, key.region).send(
      new ModifyDBInstanceCommand({
        DBInstanceIdentifier: key.identifier,
        BackupRetentionPeriod,
        PreferredBackupWindow,
      }),
    );
  }

  private async forwardCorrected(
    request: AwsRequest,
    context: BehaviourContext,
  ): Promise<AwsResponse> {
    const key = {
      region: request.region,
      identifier: (request.input as unknown as DeleteDBInstanceCommandInput).DBInstanceIdentifier,
    } as DatabaseKey;
    const before = request.action === "DeleteDBInstance" ? await this.one(key, context) : undefined;
    // The emulator fails when it deletes what it takes for a replica of another region; it takes it
    // for none after a promotion, and who is whose replica is this behaviour's business anyway.
    if (before && this.find(key)) {
      await context
        .emulator(RDSClient, key.region)
        .send(new PromoteReadReplicaCommand({ DBInstanceIdentifier: key.identifier }));
    }
    const response = await context.forward(request);
    if (response.status >= 400) return response;
    if (before) {
      await this.forget(key);
      return answer(request, { DBInstance: { ...before, DBInstanceStatus: "deleting" } });
    }
    return answer(request, { DBInstance: await this.one(key, context) });
  }

  /** Deleting a replica ends it; deleting a source leaves its replicas standing alone. */
  private async forget(key: DatabaseKey): Promise<void> {
    this.restores.forget(key);
    for (const replica of this.replicas) {
      if (nameOf(replica.key) === nameOf(key)) replica.detach();
      if (nameOf(replica.source) !== nameOf(key) || !replica.isReplica) continue;
      replica.detach();
      await this.serverOf(replica.key)?.startPromoted(replica.key);
    }
    await this.serverOf(key)?.remove(key);
    const gone = this.replicas.findIndex((replica) => nameOf(replica.key) === nameOf(key));
    if (gone >= 0) this.replicas.splice(gone, 1);
  }

  private async one(key: DatabaseKey, context: BehaviourContext): Promise<DBInstance> {
    try {
      const page = await context
        .emulator(RDSClient, key.region)
        .send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: key.identifier }));
      const [instance] = page.DBInstances ?? [];
      if (instance) return this.correct(instance, key.region, context);
    } catch (error) {
      if ((error as Error).name !== "DBInstanceNotFoundFault") throw error;
    }
    throw new AwsError("DBInstanceNotFoundFault", `DBInstance ${key.identifier} not found.`);
  }

  /** The servers, if the instance has a real one. */
  private serverOf(key: DatabaseKey): DatabaseServers | undefined {
    return this.servers?.has(key) ? this.servers : undefined;
  }

  private find(key: DatabaseKey): Replica | undefined {
    return this.replicas.find((replica) => nameOf(replica.key) === nameOf(key));
  }

  /** What a server that cannot be used makes of the status. */
  private statusOfServer(key: DatabaseKey): "creating" | "starting" | undefined {
    if (this.creations.has(nameOf(key))) return "creating";
    return this.serverOf(key)?.isRunning(key) === false ? "starting" : undefined;
  }

  /** The emulator's view of an instance, made true. */
  private correct(instance: DBInstance, region: string, context: BehaviourContext): DBInstance {
    const key = { region, identifier: instance.DBInstanceIdentifier ?? "" };
    const replica = this.find(key);
    const backupUntil = this.backups.get(nameOf(key)) ?? 0;
    const status =
      replica?.status ??
      this.troubles.get(nameOf(key)) ??
      this.statusOfServer(key) ??
      this.restores.status(key, context.clock.now()) ??
      (backupUntil > context.clock.now() ? "backing-up" : instance.DBInstanceStatus);
    return {
      ...instance,
      DbiResourceId: resourceId(key, instance.InstanceCreateTime),
      DBInstanceStatus: status,
      AvailabilityZone: this.zones.zoneOf(key, instance),
      MultiAZ: this.zones.hasStandby(key, instance),
      ReadReplicaSourceDBInstanceIdentifier: replica?.isReplica ? replica.sourceArn : undefined,
      ReadReplicaDBInstanceIdentifiers: this.replicas
        .filter(({ source, isReplica }) => isReplica && nameOf(source) === nameOf(key))
        .map((other) => replicaName(other.key, region, instance)),
    };
  }
}

function invalidState(message: string): AwsError {
  return new AwsError("InvalidDBInstanceStateFault", message);
}
