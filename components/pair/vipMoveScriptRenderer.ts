import type { Vip } from "./vip";

/** An address that only EC2 can move. */
export type AwsVip = Exclude<Vip, { readonly kind: "arp" }>;

/** One statement of an IAM policy. */
export interface VipStatement {
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
}

/**
 * The script that Keepalived runs on the machine that has just become the master. It asks EC2 until
 * EC2 has done it or the machine is master no more; each try has a time limit of its own, because a
 * hanging one would keep the address at a machine that is gone. Its last line tells a person how it
 * ended.
 */
export function renderVipMoveScript(vip: AwsVip): string {
  return `#!/bin/bash
# Moves the pair's address to this machine. Run by Keepalived as "vip-move" when it becomes master.
set -uo pipefail
export AWS_DEFAULT_REGION=${vip.region} AWS_MAX_ATTEMPTS=1 AWS_PAGER=""
metadata=http://169.254.169.254/latest

# Only the newest of several runs counts: an address that goes to and fro is asked for by the last.
newest=\${VIP_MOVE_STATE:-/run/pair}/vip-move.pid
echo $$ >"$newest"
is_newest() { [[ $(cat "$newest" 2>/dev/null) == "$$" ]]; }

token=$(curl --silent --fail --max-time 2 --request PUT \\
  --header "X-aws-ec2-metadata-token-ttl-seconds: 300" "$metadata/api/token")
instance=$(curl --silent --fail --max-time 2 --header "X-aws-ec2-metadata-token: $token" \\
  "$metadata/meta-data/instance-id")
if [[ -z $instance ]]; then
  logger --tag vip-move --priority daemon.err "the instance metadata service does not say who this machine is"
  exit 1
fi

ask() {
  { timeout 5 aws ec2 "$@" --cli-connect-timeout 2 --cli-read-timeout 4 >/dev/null; } 2>&1
}

${moves(vip)}

for ((try = 1; try <= 60; try++)); do
  is_newest || exit 0
  if said=$(move); then
    logger --tag vip-move "${nameOf(vip)} leads to $instance after $try tries"
    exit 0
  fi
  logger --tag vip-move --priority daemon.warning "try $try: $said"
  sleep 1
done
logger --tag vip-move --priority daemon.err "gave up: ${nameOf(vip)} does not lead to this machine; its role lacks a permission, or EC2 does not answer"
exit 1
`;
}

function moves(vip: AwsVip): string {
  if (vip.kind === "elasticIp") {
    return `move() {
  ask associate-address --allocation-id ${vip.allocationId} --instance-id "$instance" --allow-reassociation
}`;
  }
  const routes = vip.routeTableIds.map(
    (id) =>
      `  ask replace-route --route-table-id ${id} --destination-cidr-block ${vip.address} --instance-id "$instance"`,
  );
  return `move() {\n${routes.join(" &&\n")}\n}`;
}

function nameOf(vip: AwsVip): string {
  return vip.kind === "elasticIp" ? vip.allocationId : vip.address;
}

/**
 * What the machines' role needs to move the address, and nothing else.
 *
 * @param instances ARNs of both machines: neither may give the address to a third one
 */
export function vipStatements(
  vip: AwsVip,
  account: { readonly partition: string; readonly id: string },
  instances: readonly string[],
): VipStatement[] {
  const arn = (resource: string) =>
    `arn:${account.partition}:ec2:${vip.region}:${account.id}:${resource}`;
  if (vip.kind === "overlayRoute") {
    return [
      {
        Effect: "Allow",
        Action: ["ec2:ReplaceRoute"],
        Resource: vip.routeTableIds.map((id) => arn(`route-table/${id}`)),
      },
    ];
  }
  return [
    {
      Effect: "Allow",
      Action: ["ec2:AssociateAddress"],
      Resource: [arn(`elastic-ip/${vip.allocationId}`), ...instances],
    },
  ];
}
