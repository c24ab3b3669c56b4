import { expect } from "chai";
import { WebAcl } from "../../../components/loadBalancer/webAcl";
import { expectSafe } from "../../support/policyRules";
import { runComponent, valueOf } from "../../support/strictMocks";
import { primaryDeployment } from "../deployments";

interface Rule {
  readonly priority: number;
  readonly overrideAction: unknown;
  readonly statement: {
    readonly managedRuleGroupStatement: {
      readonly name: string;
      readonly ruleActionOverrides?: readonly { readonly name: string }[];
    };
  };
}

describe("WebAcl", () => {
  it("refuses by AWS's managed rules, but lets jobs be saved", async () => {
    const { registrations, result } = await runComponent(
      () => new WebAcl("firewall", { deployment: primaryDeployment }),
    );
    expectSafe(registrations);
    const { inputs } = registrations.one("aws:wafv2/webAcl:WebAcl");
    expect(inputs).to.include({ scope: "REGIONAL" });
    const rules = inputs.rules as Rule[];
    for (const { overrideAction } of rules) expect(overrideAction).to.deep.equal({ none: {} });
    const common = rules
      .map(({ statement }) => statement.managedRuleGroupStatement)
      .find(({ name }) => name === "AWSManagedRulesCommonRuleSet");
    const counted = common?.ruleActionOverrides?.map(({ name }) => name) ?? [];
    // A job's configuration is larger than 8 kB and holds scripts.
    expect(counted).to.include.members(["SizeRestrictions_BODY", "CrossSiteScripting_BODY"]);
    expect(counted.filter((name) => !name.endsWith("_BODY"))).to.deep.equal([]);
    expect(await valueOf(result.arn)).to.match(/^arn:aws:wafv2:/);
  });
});
