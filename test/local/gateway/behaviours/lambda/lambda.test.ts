import { expect } from "chai";
import { strToU8, zipSync } from "fflate";
import {
  AddPermissionCommand,
  CreateFunctionCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  GetPolicyCommand,
  InvokeCommand,
  LambdaClient,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  UpdateFunctionCodeCommand,
  type CreateFunctionCommandInput,
} from "@aws-sdk/client-lambda";
import { LambdaBehaviour } from "../../../../../local/gateway/behaviours/lambda/lambda";
import { eventually, startLocalAws, startOfTest, type LocalAws } from "../localAws";
import { messageOfError, nameOfError } from "../refusals";

const role = "arn:aws:iam::123456789012:role/function";

function packaged(code: string): Uint8Array {
  return zipSync({ "__index.js": strToU8(code) });
}

describe("the Lambda behaviour", () => {
  let aws: LocalAws;
  let lambda: LambdaClient;
  let behaviour: LambdaBehaviour;
  const deadLetters: { body: string; attributes: Record<string, string> }[] = [];

  before(async () => {
    behaviour = new LambdaBehaviour({ leastRealTimeoutMs: 700 });
    aws = await startLocalAws({
      behaviours: [behaviour],
      scale: 100,
      latencies: { overrides: { lambdaUpdate: "0 seconds" } },
      stub: {
        "sns Publish": () => ({ MessageId: "called-from-the-function" }),
        "sqs SendMessage": (input: SentMessage) => {
          const attributes = Object.entries(input.MessageAttributes).map(([key, value]) => [
            key,
            value.StringValue,
          ]);
          deadLetters.push({
            body: input.MessageBody,
            attributes: Object.fromEntries(attributes) as Record<string, string>,
          });
          return { MessageId: "1", MD5OfMessageBody: "0" };
        },
      },
    });
    lambda = aws.client(LambdaClient);
  });
  after(() => aws.stop());

  let made = 0;
  async function deploy(code: string, more: Partial<CreateFunctionCommandInput> = {}) {
    const name = `function-${++made}`;
    await lambda.send(
      new CreateFunctionCommand({
        FunctionName: name,
        Role: role,
        Runtime: "nodejs22.x",
        Handler: "__index.handler",
        Timeout: 600,
        Code: { ZipFile: packaged(code) },
        ...more,
      }),
    );
    return name;
  }

  async function invoke(name: string, event: unknown = {}) {
    const answer = await lambda.send(
      new InvokeCommand({
        FunctionName: name,
        Payload: Buffer.from(JSON.stringify(event)),
        LogType: "Tail",
      }),
    );
    return {
      error: answer.FunctionError,
      result: JSON.parse(Buffer.from(answer.Payload ?? []).toString()) as Record<string, unknown>,
      log: Buffer.from(answer.LogResult ?? "", "base64").toString(),
    };
  }

  it("describes a function with Lambda's defaults and refuses a second of its name", async () => {
    const name = await deploy("exports.handler = async () => 1", {
      Environment: { Variables: { REGION_OF_PEER: "us-west-2" } },
      Tags: { team: "ma" },
    });
    const { Configuration, Tags } = await lambda.send(
      new GetFunctionCommand({ FunctionName: name }),
    );
    expect(Configuration).to.include({
      MemorySize: 128,
      State: "Active",
      Handler: "__index.handler",
    });
    expect(Configuration?.LastUpdateStatus).to.equal("Successful");
    expect(Configuration?.Environment?.Variables).to.deep.equal({ REGION_OF_PEER: "us-west-2" });
    expect(Tags).to.deep.equal({ team: "ma" });
    const again = lambda.send(
      new CreateFunctionCommand({
        FunctionName: name,
        Role: role,
        Runtime: "nodejs22.x",
        Handler: "__index.handler",
        Code: { ZipFile: packaged("") },
      }),
    );
    expect(await nameOfError(again)).to.equal("ResourceConflictException");
    const elsewhere = aws.client(LambdaClient, "eu-west-1");
    const lookup = elsewhere.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
    expect(await nameOfError(lookup)).to.equal("ResourceNotFoundException");
  });

  it("refuses what it could not run as Lambda does, by name", async () => {
    expect(await messageOfError(deploy("", { Runtime: "python3.13" }))).to.contain(
      "Runtime python3.13",
    );
    expect(
      await messageOfError(deploy("", { Layers: ["arn:aws:lambda:x:1:layer:y:1"] })),
    ).to.contain("Layers");
    const reserved = deploy("", { Environment: { Variables: { AWS_REGION: "x" } } });
    expect(await messageOfError(reserved)).to.contain(
      "Reserved keys used in this request: AWS_REGION",
    );
  });

  it("runs the deployed code with the function's environment, context and the runtime's SDK", async () => {
    const name = await deploy(
      `exports.handler = async (event, context) => {
        const { SNSClient, PublishCommand } = require("@aws-sdk/client-sns");
        const sent = await new SNSClient({}).send(new PublishCommand({ TopicArn: "arn:aws:sns:us-east-1:123456789012:t", Message: "x" }));
        console.log("greeting %s", event.name);
        return { event, sent: sent.MessageId, env: process.env, remaining: context.getRemainingTimeInMillis(),
          arn: context.invokedFunctionArn };
      };`,
      { Environment: { Variables: { MINE: "yes" } }, MemorySize: 512 },
    );
    const { error, result, log } = await invoke(name, { name: "Ada" });
    expect(error).to.equal(undefined);
    expect(result).to.deep.include({ event: { name: "Ada" }, sent: "called-from-the-function" });
    expect(result.env).to.include({
      MINE: "yes",
      AWS_REGION: "us-east-1",
      AWS_LAMBDA_FUNCTION_NAME: name,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "512",
    });
    expect(result.env, "the gateway's own environment").not.to.have.property("npm_lifecycle_event");
    expect(result.env).not.to.have.property("LOCAL_LAMBDA_SANDBOX");
    expect(result.arn).to.equal(`arn:aws:lambda:us-east-1:123456789012:function:${name}`);
    expect(result.remaining).to.be.within(1, 600_000);
    expect(log).to.match(/START RequestId[^]*greeting Ada[^]*END RequestId[^]*REPORT/);
    const record = behaviour.runtime.invocations.find(({ functionName }) => functionName === name);
    expect(record?.maxMemoryMb).to.be.greaterThan(20);
    const calls = aws.gateway.calls.since().filter(({ caller }) => caller === name);
    expect(calls.map(({ action }) => action)).to.deep.equal(["Publish"]);
  });

  it("finds no module outside of the bundle and the runtime", async () => {
    const name = await deploy(`
      const tried = (id) => { try { require(id); return "found"; } catch (error) { return error.message; } };
      exports.handler = async () => [tried("zod"), tried("@pulumi/pulumi"), tried(${JSON.stringify(
        require.resolve("zod"),
      )}), tried("tslib"), tried("node:fs"), tried("@aws-sdk/client-rds")];`);
    const { result } = await invoke(name);
    const [zod, pulumi, byPath, sdkOwn, fs, rds] = result as unknown as string[];
    for (const refusal of [zod, pulumi, byPath, sdkOwn]) {
      expect(refusal).to.contain("not in the bundle or the runtime");
    }
    expect([fs, rds]).to.deep.equal(["found", "found"]);
  });

  it("finds the bundle's own modules", async () => {
    const name = `function-${++made}`;
    const zip = zipSync({
      "__index.js": strToU8(`exports.handler = async () => [require("./part"), require("own")];`),
      "part.js": strToU8("module.exports = 1"),
      "node_modules/own/index.js": strToU8("module.exports = 2"),
    });
    await deploy("", { FunctionName: name, Code: { ZipFile: zip } });
    expect((await invoke(name)).result).to.deep.equal([1, 2]);
  });

  it("reaches nothing but loopback", async () => {
    const name = await deploy(`
      const tried = (open) => new Promise((resolve) => open().on("error", (error) => resolve(error.code)));
      exports.handler = async () => [
        await tried(() => require("https").get("https://sts.amazonaws.com/")),
        await tried(() => require("net").connect(443, "169.254.169.254")),
        await fetch("http://203.0.113.1/").catch((error) => error.cause.code),
      ];`);
    expect((await invoke(name)).result).to.deep.equal([
      "ENETUNREACH",
      "ENETUNREACH",
      "ENETUNREACH",
    ]);
  });

  it("lives in modelled time, all but AbortSignal.timeout", async () => {
    const name = await deploy(`exports.handler = async () => {
      const hr = process.hrtime.bigint();
      const before = Date.now();
      await new Promise((resolve) => setTimeout(resolve, 20_000));
      await require("timers/promises").setTimeout(20_000);
      const slept = Date.now() - before;
      const real = Number(process.hrtime.bigint() - hr) / 1e6;
      const mark = process.hrtime.bigint();
      await new Promise((resolve) => AbortSignal.timeout(300).addEventListener("abort", resolve));
      return { year: new Date().getUTCFullYear(), slept, real, abort: Number(process.hrtime.bigint() - mark) / 1e6,
        dates: [new Date() instanceof Date, new Date(5).getTime(), require("fs").statSync("/").mtime instanceof Date] };
    };`);
    const { result } = await invoke(name);
    expect(result.year).to.equal(new Date(startOfTest).getUTCFullYear());
    expect(result.slept).to.be.within(39_000, 120_000);
    expect(result.real).to.be.within(390, 1200);
    expect(result.abort).to.be.greaterThan(290);
    expect(result.dates).to.deep.equal([true, 5, true]);
  });

  it("lets a running function wait as long as the gateway's clock is held", async () => {
    const name = await deploy(`exports.handler = async () => {
      console.log("sleeps");
      const cancelled = setTimeout(() => console.log("never"), 12_000);
      await new Promise((resolve) => setTimeout(resolve, 6_000));
      await require("timers/promises").setTimeout(1_000);
      clearTimeout(cancelled);
      await new Promise((resolve) => setTimeout(resolve, 6_000));
      return { at: Date.now() };
    };`);
    const { clock } = aws.gateway;
    const invoked = invoke(name);
    await eventually("it sleeps", () => printed(name).includes("sleeps"));
    const release = clock.hold();
    const heldAt = clock.now();
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(clock.now() - heldAt).to.be.below(2_000);
    release();
    const { result } = await invoked;
    expect(result.at).to.be.within(heldAt + 9_000, clock.now());
    expect(printed(name)).not.to.include("never");
  });

  it("reports what a handler throws as an unhandled function error", async () => {
    const name = await deploy(
      `exports.handler = async () => { throw new TypeError("no such team"); };`,
    );
    const { error, result } = await invoke(name);
    expect(error).to.equal("Unhandled");
    expect(result).to.include({ errorType: "TypeError", errorMessage: "no such team" });
  });

  it("reports a handler that is missing or does not load", async () => {
    const missing = await invoke(await deploy("exports.other = 1"));
    expect(missing.result.errorMessage).to.contain("__index.handler is undefined or not exported");
    const broken = await invoke(await deploy(`throw new Error("at load")`));
    expect(broken).to.include({ error: "Unhandled" });
    expect(broken.result.errorMessage).to.equal("at load");
  });

  it("keeps the process warm between invocations and starts afresh after an update", async () => {
    const counter = `let n = 0; exports.handler = async () => ({ n: ++n, pid: process.pid });`;
    const name = await deploy(counter);
    const first = await invoke(name);
    const second = await invoke(name);
    expect([first.result.n, second.result.n]).to.deep.equal([1, 2]);
    expect(second.result.pid).to.equal(first.result.pid);
    await lambda.send(
      new UpdateFunctionCodeCommand({ FunctionName: name, ZipFile: packaged(counter) }),
    );
    const third = await invoke(name);
    expect(third.result.n).to.equal(1);
    expect(third.result.pid).not.to.equal(first.result.pid);
    await eventually("the old process is gone", () => !isRunning(first.result.pid as number));
  });

  it("ends an invocation at the function's timeout, also in a loop without end", async () => {
    const name = await deploy("exports.handler = async () => { for (;;); }", { Timeout: 3 });
    const { error, result } = await invoke(name);
    expect(error).to.equal("Unhandled");
    expect(result.errorMessage).to.match(/Task timed out after 3.00 seconds/);
  });

  it("survives a function that ends its own process", async () => {
    const name = await deploy("exports.handler = async () => process.exit(3)");
    const { result } = await invoke(name);
    expect(result).to.include({ errorType: "Runtime.ExitError" });
    expect(result.errorMessage).to.contain("exit status 3");
  });

  it("can be killed between any two lines, as by a power cut", async () => {
    const name = await deploy(
      "exports.handler = () => new Promise(() => setInterval(() => {}, 1e6))",
    );
    const invocation = invoke(name);
    await eventually("it runs", () => behaviour.runtime.logs.some((l) => l.functionName === name));
    expect(await behaviour.runtime.kill("us-east-1", name)).to.equal(1);
    expect((await invocation).result.errorMessage).to.contain("signal: SIGKILL");
  });

  it("throttles synchronous calls beyond the reserved concurrency and queues asynchronous ones", async () => {
    const name = await deploy(
      "exports.handler = async (e) => { console.log('ran', e.id); await new Promise((r) => setTimeout(r, 20000)); }",
    );
    await lambda.send(
      new PutFunctionConcurrencyCommand({ FunctionName: name, ReservedConcurrentExecutions: 1 }),
    );
    const first = invoke(name, { id: 1 });
    await eventually("the first runs", () => printed(name).includes("ran 1"));
    expect(await nameOfError(invoke(name, { id: 2 }))).to.equal("TooManyRequestsException");
    const accepted = await lambda.send(
      new InvokeCommand({
        FunctionName: name,
        InvocationType: "Event",
        Payload: Buffer.from('{"id":3}'),
      }),
    );
    expect(accepted.StatusCode).to.equal(202);
    await first;
    await eventually("the queued event runs", () => printed(name).includes("ran 3"));
    expect(printed(name)).not.to.include("ran 2");
  });

  it("retries a failed asynchronous event twice and then sends it to the dead-letter queue", async () => {
    const name = await deploy(`exports.handler = async () => { throw new Error("still down"); };`, {
      DeadLetterConfig: { TargetArn: "arn:aws:sqs:us-east-1:123456789012:dead" },
    });
    await lambda.send(
      new InvokeCommand({
        FunctionName: name,
        InvocationType: "Event",
        Payload: Buffer.from('{"a":1}'),
      }),
    );
    await eventually("the dead letter", () => deadLetters.length > 0);
    const attempts = behaviour.runtime.invocations.filter((i) => i.functionName === name);
    expect(attempts).to.have.length(3);
    expect(new Set(attempts.map(({ requestId }) => requestId)).size).to.equal(1);
    const pauses = attempts.slice(1).map((attempt, i) => attempt.startedAt - attempts[i]!.endedAt);
    expect(pauses[0]).to.be.within(60_000, 119_000);
    expect(pauses[1]).to.be.at.least(120_000);
    expect(deadLetters[0]?.body).to.equal('{"a":1}');
    expect(deadLetters[0]?.attributes).to.include({ ErrorCode: "200", ErrorMessage: "still down" });
  });

  it("obeys the event invoke configuration", async () => {
    const name = await deploy(`exports.handler = async () => { throw new Error("once"); };`);
    await lambda.send(
      new PutFunctionEventInvokeConfigCommand({
        FunctionName: name,
        MaximumRetryAttempts: 0,
        DestinationConfig: {
          OnFailure: { Destination: "arn:aws:sqs:us-east-1:123456789012:failures" },
        },
      }),
    );
    const before = deadLetters.length;
    await lambda.send(
      new InvokeCommand({
        FunctionName: name,
        InvocationType: "Event",
        Payload: Buffer.from("{}"),
      }),
    );
    await eventually("the record of the failure", () => deadLetters.length > before);
    const record = JSON.parse(deadLetters.at(-1)!.body) as Record<string, Record<string, unknown>>;
    expect(record.requestContext).to.include({
      condition: "RetriesExhausted",
      approximateInvokeCount: 1,
    });
    expect(record.responsePayload).to.include({ errorMessage: "once" });
  });

  it("keeps the resource policy", async () => {
    const name = await deploy("exports.handler = async () => 1");
    await lambda.send(
      new AddPermissionCommand({
        FunctionName: name,
        StatementId: "alarms",
        Action: "lambda:InvokeFunction",
        Principal: "sns.amazonaws.com",
        SourceArn: "arn:aws:sns:us-east-1:123456789012:alarms",
      }),
    );
    const { Policy } = await lambda.send(new GetPolicyCommand({ FunctionName: name }));
    const [statement] = (JSON.parse(Policy ?? "") as { Statement: unknown[] }).Statement;
    expect(statement).to.deep.include({
      Sid: "alarms",
      Principal: { Service: "sns.amazonaws.com" },
      Condition: { ArnLike: { "AWS:SourceArn": "arn:aws:sns:us-east-1:123456789012:alarms" } },
    });
  });

  function printed(name: string): string[] {
    return behaviour.runtime.logs.filter((l) => l.functionName === name).map(({ line }) => line);
  }
});

interface SentMessage {
  readonly MessageBody: string;
  readonly MessageAttributes: Record<string, { StringValue: string }>;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
