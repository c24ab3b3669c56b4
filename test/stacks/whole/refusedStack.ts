/** What a stack registers, and does not, by what the failover record says. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import type { FailoverRequest } from "../../../failover/failoverFunction";
import { readSettings } from "../../../stacks/config";
import { requireAgreement, StackRefused } from "../../../stacks/failoverRecord/requireAgreement";
import { runProgram } from "../../support/strictMocks";
import type { CallTable, Properties } from "../../support/typeRow";
import { runStack, type WholeStacks } from "../../support/wholeStacks";
import { sampleSettings } from "../sampleSettings";
import { asking, changedStacks, recorded, recordToken } from "./changedStacks";

describe("a stack that asks the failover record first", function () {
  this.timeout(60_000);

  let primaryOutputs: Properties;
  let ran: WholeStacks;
  before(async () => {
    ran = await changedStacks();
    primaryOutputs = ran.primary.result;
  });

  /** Runs a whole stack that is refused; the mocks count what it registered until then. */
  async function refused(
    stack: "primary" | "dr",
    calls: CallTable,
    preview = false,
  ): Promise<{ message: string; registered: string[] }> {
    const registered: string[] = [];
    const onRegister = (type: string): void => void registered.push(type);
    try {
      await runStack(stack, {}, primaryOutputs, { calls, onRegister, preview });
    } catch (error) {
      expect(error).to.be.instanceOf(StackRefused);
      expect(pulumi.RunError.isInstance(error), "printed without a stack trace").to.equal(true);
      return { message: (error as Error).message, registered };
    }
    throw new Error("The stack was let go on.");
  }

  const nothing = ["pulumi:pulumi:Stack", "pulumi:providers:aws"];

  for (const stack of ["primary", "dr"] as const) {
    for (const preview of [false, true]) {
      const operation = preview ? "preview" : "update";

      it(`registers nothing but the provider in a refused ${operation} of ${stack}`, async () => {
        const afterFailover = recorded("serving", 2, "eu-west-1");
        const { message, registered } = await refused(stack, afterFailover, preview);
        expect(registered).to.have.members(nothing);
        expect(message).to.include("npm run adopt").and.include(`pulumi up --stack ${stack}`);
      });
    }

    it(`registers nothing in ${stack} while a failover is under way`, async () => {
      const { message, registered } = await refused(
        stack,
        recorded("recovering", 1, "eu-central-1"),
      );
      expect(registered).to.have.members(nothing);
      expect(message).to.include("A failover is under way");
    });

    it(`runs ${stack} where the record agrees, having asked in the waiting region`, () => {
      const { registrations } = ran[stack];
      expect(registrations.all.length).to.be.above(100);
      const asked = registrations.calls.filter((call) => call.token === recordToken);
      expect(asked.map(({ inputs }) => inputs)).to.deep.equal([
        { tableName: "jenkins-failover", key: '{"id":{"S":"failover"}}', region: "eu-west-1" },
      ]);
      expect(asked[0]?.provider, "by the stack's own provider").to.include("aws::region::");
    });
  }

  it("asks for the table that the stack of the waiting region makes", () => {
    const { registrations } = ran.dr;
    const table = registrations.one("aws:dynamodb/table:Table", "failover-record-table");
    const asked = registrations.calls.find((call) => call.token === recordToken);
    expect(asked?.inputs.tableName).to.equal(table.inputs.name);
    expect(asked?.inputs.region).to.equal(table.region);
  });

  it("hands in the flag's request again, as the very same, while the failover is under way", async () => {
    const again = await runStack("dr", asking, primaryOutputs, {
      calls: recorded("blocked", 1, "eu-central-1"),
    });
    const requests = [ran.dr, again].map(({ registrations }) => {
      const { inputs, ignoreChanges } = registrations.one("aws:lambda/invocation:Invocation");
      expect(inputs.lifecycleScope, "Pulumi sends it on creation alone").to.equal("CREATE_ONLY");
      expect(ignoreChanges).to.include("input");
      return JSON.parse(inputs.input as string) as FailoverRequest;
    });
    expect(requests[0]).to.include({ id: "config-jenkins-generation-1", generation: 1 });
    expect(requests[1]).to.deep.equal(requests[0]);
  });

  describe("when the record cannot be read", () => {
    /** Answers long after the patience of 50 ms; never would keep Pulumi's runtime waiting. */
    const silent: CallTable = {
      [recordToken]: () =>
        new Promise((_, reject) => {
          setTimeout(() => {
            reject(new Error("at last"));
          }, 300);
        }),
    };

    async function ask(changed: Record<string, string>, calls: CallTable): Promise<unknown> {
      const settings = { ...sampleSettings("primary"), ...changed };
      const config = Object.entries(settings).map(
        ([key, value]) => [`jenkins-pilot-light:${key}`, value] as const,
      );
      const program = async (): Promise<string> => {
        const provider = new aws.Provider("region", { region: "eu-central-1" });
        await requireAgreement(readSettings().settings, provider, 50);
        return "ran";
      };
      try {
        return (await runProgram(program, { config: Object.fromEntries(config), calls })).result;
      } catch (error) {
        return error;
      }
    }

    it("does not hang on a silent region, and says that its call is still under way", async () => {
      const error = await ask({}, silent);
      expect(error).to.be.instanceOf(StackRefused).and.include({ callPending: true });
      expect((error as Error).message).to.include("no answer within 0.05 s");
    });

    it("does not run where access is denied", async () => {
      const denied: CallTable = {
        [recordToken]: () => {
          throw new Error("reading DynamoDB Table Item (x): AccessDeniedException: no");
        },
      };
      const error = await ask({}, denied);
      expect(error).to.be.instanceOf(StackRefused).and.include({ callPending: false });
      expect((error as Error).message).to.include("AccessDeniedException");
    });

    it("runs where runWithoutRecord is set", async () => {
      expect(await ask({ runWithoutRecord: "true" }, silent)).to.equal("ran");
    });
  });
});
