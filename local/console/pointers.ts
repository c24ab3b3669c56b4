import { fakeCredentials } from "../emulator/isolatedEnvironment";
import { type DeployedPair, textOutput } from "../drill/deployment";
import type { Known } from "./commands";

/** How to look at the local AWS with other programs. */
export function pointers(endpoint: string, { primary, dr }: Known, pair: DeployedPair): string {
  const table = textOutput(pair.dr, "recordTable");
  return `
The local AWS listens on ${endpoint}: primary ${primary}, dr ${dr}. For an AWS CLI or SDK:

  export AWS_ENDPOINT_URL=${endpoint} AWS_REGION=${dr}
  export AWS_ACCESS_KEY_ID=${fakeCredentials.accessKeyId}
  export AWS_SECRET_ACCESS_KEY=${fakeCredentials.secretAccessKey}
  aws dynamodb scan --table-name ${table}
  aws cloudwatch describe-alarms --alarm-types CompositeAlarm

  failover record    table ${table} in ${dr}
  failover function  ${textOutput(pair.dr, "failoverFunction")} in ${dr}
  region alarm       ${textOutput(pair.dr, "regionAlarm")} in ${dr}

For a real pulumi and a program of your own, with the same variables, a provider from here:

  LOCAL_AWS_ENDPOINT=${endpoint} node -r ./local/transpile/register.js local/provider/main.ts
  PULUMI_DEBUG_PROVIDERS=aws:PORT,awsx:PORT pulumi up     # PORT is the provider's first line

Faults from other programs: ${endpoint}/_local/status and local/README.md.
help lists the commands; quit or Ctrl-C ends everything.`;
}
