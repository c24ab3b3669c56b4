import { expect } from "chai";
import {
  launchMachine,
  listMachines,
  listTargets,
} from "../../../../failover/rehearsal/aws/machines";
import { rehearsalTag } from "../../../../failover/rehearsal/rehearsalPlan";
import { samplePlan as plan } from "../samplePlan";
import { scriptedClients } from "./scriptedClients";

describe("a rehearsal's machines, as EC2 shows them", () => {
  it("are asked for by both tags and until they are gone, on every page", async () => {
    const machine = (InstanceId: string, team: string) => ({
      Reservations: [
        {
          Instances: [
            {
              InstanceId,
              State: { Name: "running" },
              Tags: [
                { Key: rehearsalTag, Value: "r1" },
                { Key: "team", Value: team },
              ],
            },
          ],
        },
      ],
    });
    const { clients, sent } = scriptedClients({
      DescribeInstancesCommand: [
        { ...machine("i-1", "payments"), NextToken: "more" },
        machine("i-2", "search"),
      ],
    });
    const found = await listMachines(clients, plan);
    expect(found.map(({ instanceId, team }) => [instanceId, team])).to.deep.equal([
      ["i-1", "payments"],
      ["i-2", "search"],
    ]);
    expect(sent[0]?.input.Filters).to.deep.include.members([
      { Name: "tag-key", Values: [rehearsalTag] },
      { Name: "tag:deployment", Values: ["jenkins"] },
    ]);
    expect(sent[1]?.input.NextToken).to.equal("more");
  });

  it("are launched once, however often the request is repeated, and in another zone on the next try", async () => {
    const { clients, sent } = scriptedClients({ RunInstancesCommand: [{}, {}, {}] });
    for (const zone of [0, 0, 1]) {
      await launchMachine(clients, plan, { rehearsal: "r1", team: "search", zone });
    }
    const [first, repeated, next] = sent.map(({ input }) => input);
    expect(first?.ClientToken).to.equal(repeated?.ClientToken);
    expect(first?.ClientToken).not.to.equal(next?.ClientToken);
    expect([first?.SubnetId, next?.SubnetId]).to.deep.equal(["subnet-b", "subnet-a"]);
    expect(first?.LaunchTemplate).to.include({ LaunchTemplateName: "jenkins-rehearsal-search" });
  });

  it("are healthy when the load balancer says so of their own target group", async () => {
    const { clients, sent } = scriptedClients({
      DescribeTargetHealthCommand: [
        {
          TargetHealthDescriptions: [{ Target: { Id: "i-1" }, TargetHealth: { State: "healthy" } }],
        },
      ],
    });
    expect(await listTargets(clients, plan)).to.deep.equal([
      { instanceId: "i-1", state: "healthy" },
    ]);
    expect(sent[0]?.input).to.deep.equal({ TargetGroupArn: plan.targetGroupArn });
  });
});
