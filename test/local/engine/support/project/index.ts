import * as pulumi from "@pulumi/pulumi";
import { Box, Pair, TestProvider, Thing } from "../programs";

/** One of everything: what the engines' conformance is shown with. */
const config = new pulumi.Config();
const provider = new TestProvider("region", { region: "eu" });
const box = new Box("box", {
  providers: [provider],
  protect: config.getBoolean("protect") ?? false,
});
const base = new Thing("base", { zone: config.get("zone") }, { parent: box });
const child = new Thing(
  "child",
  {
    uses: base.arn,
    size: config.requireNumber("size"),
    password: config.getSecret("password"),
    tags: { owner: "nobody", count: config.require("size") },
  },
  { parent: box, ignoreChanges: ["tags.count"], additionalSecretOutputs: ["token"] },
);
const solo = new Thing("solo", { zone: config.get("zone") }, { parent: box }, "test:index:Solo");
const afterSolo = new Thing("after-solo", { zone: solo.arn }, { parent: box });
const pair = new Pair("pair", { zone: base.arn }, { parent: box, providers: { test: provider } });
if (config.getBoolean("extra")) new Thing("extra", {}, { parent: box, dependsOn: [child] });
box.finish({ arn: base.arn });

export const baseArn = base.arn;
export const afterSoloArn = afterSolo.arn;
export const token = child.token;
export const size = child.size;
export const arns = pair.arns;
export const organization = pulumi.getOrganization();
