/** Reads plans from standard input, writes what the component `Failover` deploys for each as JSON. */
import "../quietSdk";
import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import type { FailoverPlan } from "../../failover/plan";
import { Failover } from "../../components/recovery/failover";
import { archiveSignature, assetSignature, zipOf } from "../provider/archive";
import { signatureKey } from "../provider/wire";
import type { PackedFunction } from "./packedFunction";

type Properties = Readonly<Record<string, unknown>>;

async function pack(plan: FailoverPlan): Promise<PackedFunction> {
  const registered = new Map<string, Properties>();
  await pulumi.runtime.setMocks({
    call: () => ({}),
    newResource: ({ type, name, inputs, id }) => {
      const own = inputs as Properties;
      registered.set(type, own);
      const named = typeof own.name === "string" ? own.name : name;
      const arn = `arn:aws:matrix:${plan.waitingRegion}:123456789012:${named}`;
      const url = `https://sqs.local/${named}`;
      return { id: id ?? name, state: { arn, url, name, ...own } };
    },
  });
  await pulumi.runtime.runInPulumiStack(() => {
    new Failover("failover", {
      deployment: {
        prefix: plan.prefix,
        stack: "dr",
        generation: plan.generation,
        region: plan.waitingRegion,
        peerRegion: plan.activeRegion,
        activeRegion: plan.activeRegion,
        accountId: "123456789012",
      },
      ...plan,
      recordTable: {
        name: plan.tableName,
        arn: `arn:aws:dynamodb:${plan.waitingRegion}:123456789012:table/${plan.tableName}`,
      },
      home: { fileSystemId: plan.homeFileSystemId ?? "", sourceFileSystemId: "fs-source" },
      topicKmsKeyArn: "arn:aws:kms:eu-west-1:123456789012:key/matrix",
    });
    return Promise.resolve({});
  });
  await pulumi.runtime.disconnect();
  const found = (type: string): Properties => {
    const inputs = registered.get(type);
    if (inputs === undefined) throw new Error(`The component registered no ${type}.`);
    return inputs;
  };
  const lambda = found("aws:lambda/function:Function");
  const delivery = found("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig");
  return {
    zip: Buffer.from(zipOf(await plainArchive(lambda.code))).toString("base64"),
    settings: {
      handler: String(lambda.handler),
      runtime: String(lambda.runtime),
      timeout: Number(lambda.timeout),
      memorySize: Number(lambda.memorySize),
      reservedConcurrency: Number(lambda.reservedConcurrentExecutions),
      maximumEventAge: Number(delivery.maximumEventAgeInSeconds),
      maximumRetries: Number(delivery.maximumRetryAttempts),
      schedule: String(found("aws:cloudwatch/eventRule:EventRule").scheduleExpression),
    },
  };
}

interface Archive {
  readonly assets: Promise<Record<string, { readonly text?: Promise<string> }>>;
}

/** The archive in the form in which it crosses Pulumi's wire. */
async function plainArchive(code: unknown): Promise<unknown> {
  const assets = await (code as Archive).assets;
  const plain: Record<string, unknown> = {};
  for (const [name, asset] of Object.entries(assets)) {
    plain[name] = { [signatureKey]: assetSignature, text: await asset.text };
  }
  return { [signatureKey]: archiveSignature, assets: plain };
}

async function main(): Promise<void> {
  const plans = JSON.parse(readFileSync(0, "utf8")) as FailoverPlan[];
  const packed: PackedFunction[] = [];
  for (const plan of plans) packed.push(await pack(plan));
  process.stdout.write(JSON.stringify(packed));
}

main().catch((error: unknown) => {
  process.stderr.write(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
});
