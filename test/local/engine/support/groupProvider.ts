/**
 * A component provider for the engines' tests, as awsx is one: package `group`, whose
 * `group:index:Pair` is a component of two Things, made with the SDK's own provider server.
 */
import * as pulumi from "@pulumi/pulumi";
import { Thing } from "./programs";

class Pair extends pulumi.ComponentResource {
  readonly arns: pulumi.Output<string[]>;

  constructor(name: string, zone: pulumi.Input<string>, opts: pulumi.ComponentResourceOptions) {
    super("group:index:Pair", name, {}, opts);
    const things = ["one", "two"].map(
      (suffix) =>
        new Thing(`${name}-${suffix}`, { name: `${name}-${suffix}`, zone }, { parent: this }),
    );
    this.arns = pulumi.all(things.map((thing) => thing.arn));
    this.registerOutputs({ arns: this.arns });
  }
}

const provider: pulumi.provider.Provider = {
  version: "1.0.0",
  schema: JSON.stringify({ name: "group", version: "1.0.0" }),
  construct: (name, type, inputs, options) => {
    if (type !== "group:index:Pair") throw new Error(`unknown component ${type}`);
    const pair = new Pair(name, inputs.zone as pulumi.Input<string>, options);
    return Promise.resolve({ urn: pair.urn, state: { arns: pair.arns } });
  },
};

void pulumi.provider.main(provider, process.argv.slice(2));
