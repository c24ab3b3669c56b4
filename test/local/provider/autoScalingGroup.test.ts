import { expect } from "chai";
import type { AwsServices } from "../../../local/provider/awsServices";
import { Lifecycle } from "../../../local/provider/lifecycle";
import { resourceTypeOf } from "../../../local/provider/registry";
import type { Properties } from "../../../local/provider/wire";
import { planOnly, requestOf } from "./support";

describe("An Auto Scaling group of the local provider", () => {
  it("is sent the sizes that change and no others, so that a new template raises no fenced group", async () => {
    const sent: Properties[] = [];
    const aws = {
      call: (_service: string, action: string, _region: string, input: Properties) => {
        if (action === "updateAutoScalingGroup") sent.push(input);
        return Promise.resolve({ AutoScalingGroups: [{ AutoScalingGroupName: "jenkins-devops" }] });
      },
    } as unknown as AwsServices;
    const lifecycle = new Lifecycle(
      resourceTypeOf("aws:autoscaling/group:Group"),
      { ...planOnly, endpoint: "http://127.0.0.1:9" },
      aws,
    );
    const before = { name: "jenkins-devops", minSize: 2, maxSize: 4, desiredCapacity: 2 };
    const update = async (inputs: Properties): Promise<Properties | undefined> => {
      const known = { id: before.name, oldInputs: before, state: before };
      await lifecycle.update(requestOf({ ...known, inputs: { ...before, ...inputs } }));
      return sent.pop();
    };
    const sizes = ["MinSize", "MaxSize", "DesiredCapacity"];
    const named = (input: Properties | undefined): string[] =>
      sizes.filter((each) => input?.[each] !== undefined);
    expect(named(await update({ healthCheckGracePeriod: 60 }))).to.deep.equal([]);
    expect(named(await update({ maxSize: 6 }))).to.deep.equal(["MaxSize"]);
  });
});
