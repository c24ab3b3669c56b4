import { leaseStretch } from "../dataPlane/controllers/machineEnvironment";
import type { Measured } from "./measured";
import type { DrillSetup } from "./report";

/** What a drill cannot show, in sentences, by what in it was real. */
export function limitsOf(
  measured: Measured | null,
  edge: DrillSetup["edge"],
  hasPair: boolean,
  workload: DrillSetup["workload"] = "jenkins",
): string[] {
  return [
    ...(hasPair ? [pair] : []),
    "AWS's latencies are modelled from the sources given; no AWS was involved.",
    "The emulator checks neither IAM policies nor the provider's schema: that a policy suffices is shown by AWS alone.",
    ...(workload === "containers" ? containers : []),
    ...(measured === null ? modelledPlane : realPlane(measured, edge, workload)),
  ];
}

const pair =
  "Of a pair of machines the failover's part is here: both stopped, both started, one of them with a controller. Pacemaker, Corosync, HAProxy and Keepalived run in the lab (`npm run lab`); users come by the load balancer, not by the edge pair.";

const modelledPlane = [
  "Controllers are modelled: they boot, wait for home and record, load and answer. No Jenkins ran.",
  "The database and the homes hold no data here: the RPO is the modelled lag at the loss, not a count of lost rows.",
  "TLS, DNS resolution and the accelerator's network are not modelled; requests reach a load balancer directly.",
];

const containers = [
  "No container ran: one stand-in process a machine answers for all services, and inserts a row for each write. Boot and the pull of images are modelled; that settings and secrets are there in the machine's region is really asked. ECR's replication is not modelled.",
];

function realPlane(
  { database, jenkins }: Measured,
  edge: DrillSetup["edge"],
  workload: DrillSetup["workload"],
): string[] {
  return [
    ...(workload === "jenkins" ? controllersOf(jenkins) : []),
    "Users wait half a second of real time for an answer, whatever the pace; a gap is as exact as ten requests a second make it.",
    ...(database === null && jenkins === null
      ? ["The database is modelled: only PostgreSQL runs for real. No rows were counted."]
      : []),
    ...(edge === "route53"
      ? [
          "All users share one resolver that honours the TTL; resolvers that do not keep users longer.",
        ]
      : []),
    "TLS and the accelerator's network are not modelled; load balancers do not fail open to unhealthy targets.",
  ];
}

function controllersOf(jenkins: Measured["jenkins"]): string[] {
  return [
    jenkins === null
      ? "Controllers are stand-in processes that append to a file and insert a row for each build; no Jenkins ran. Boot and load times are modelled."
      : `Controllers are a real ${jenkins.product} from its war, without the configuration, plugins and agents that the machine image gives them; it keeps nothing in the database. Boot times are modelled; its load takes real time, which counts as modelled time.`,
    `Leases live ${leaseStretch} times as long as configured, in proportion: at this pace half a second of a busy machine is half a minute. The lease script is the deployed one; its clock and the AWS CLI are stand-ins.`,
  ];
}
