import { expect } from "chai";
import { ConfigurationError } from "../../stacks/config";
import { parseWebSettings, webProgramOf } from "../../stacks/config/parseWebSettings";
import { sampleSettings } from "./sampleSettings";

type Stack = "web-dev" | "web-prod";

/** A sample with members of its objects laid over. */
function settingsWith(stack: Stack, changed: Readonly<Record<string, object | string>>) {
  const raw: Record<string, unknown> = sampleSettings(stack);
  for (const [key, change] of Object.entries(changed)) {
    const given = typeof raw[key] === "string" ? (JSON.parse(raw[key]) as object) : {};
    raw[key] = typeof change === "string" ? change : JSON.stringify({ ...given, ...change });
  }
  return raw;
}

function problemsWith(stack: Stack, changed: Readonly<Record<string, object | string>>) {
  try {
    parseWebSettings(settingsWith(stack, changed), stack, stack);
  } catch (error) {
    expect(error).to.be.instanceOf(ConfigurationError);
    return (error as ConfigurationError).problems;
  }
  return [];
}

const bad: readonly [
  mistake: string,
  stack: Stack,
  changed: Readonly<Record<string, object | string>>,
  path: string,
  says: RegExp,
][] = [
  ["a misspelt key", "web-dev", { webshared: {} }, "webshared", /did you mean webShared/],
  [
    "a misspelt member",
    "web-dev",
    { web: { hots: "a.b.de" } },
    "web.hots",
    /did you mean web.host/,
  ],
  ["no region", "web-dev", { web: { region: undefined } }, "web.region", /is missing/],
  ["a URL as the host", "web-dev", { web: { host: "https://a.de/" } }, "web.host", /bare name/],
  [
    "a machine that cannot boot the image",
    "web-dev",
    { web: { instanceType: "m7i.large" } },
    "web.instanceType",
    /arm64/,
  ],
  [
    "sizes out of order",
    "web-prod",
    { web: { capacity: { min: 3, desired: 2, max: 4 } } },
    "web.capacity",
    /raise desired to 3/,
  ],
  [
    "provisioned throughput without a figure",
    "web-dev",
    { web: { files: { throughput: "provisioned" } } },
    "web.files.provisionedMibps",
    /is missing/,
  ],
  [
    "a figure without provisioned throughput",
    "web-dev",
    { web: { files: { provisionedMibps: 5 } } },
    "web.files.provisionedMibps",
    /ignore it/,
  ],
  [
    "uploads outside of the document root",
    "web-dev",
    { web: { files: { uploads: "../uploads" } } },
    "web.files.uploads",
    /below the document root/,
  ],
  [
    "an absolute static file",
    "web-dev",
    { web: { files: { staticFiles: ["/wp-config.php"] } } },
    "web.files.staticFiles[0]",
    /leading slash/,
  ],
  [
    "an image without its source",
    "web-dev",
    { webShared: { image: { id: "ami-0123456789abcdef0" } } },
    "webShared.image.id",
    /ignore it/,
  ],
  [
    "no way out and no endpoints",
    "web-dev",
    { webShared: { network: { nat: "none" } } },
    "webShared.network.interfaceEndpoints",
    /ssmmessages/,
  ],
  [
    "the whole internet at the bastion",
    "web-dev",
    { webShared: { network: { bastion: { allowFrom: ["0.0.0.0/0"] } } } },
    "webShared.network.bastion.allowFrom[0]",
    /too large/,
  ],
  [
    "a recipient twice",
    "web-prod",
    { alerts: { emails: ["a@example.com", "a@example.com"] } },
    "alerts.emails[1]",
    /second time/,
  ],
  [
    "weights that leave nobody",
    "web-prod",
    { webProduction: { replicas: [{ weight: 0 }] } },
    "webProduction.replicas",
    /weight above 0/,
  ],
  [
    "a zone that is both made and given",
    "web-prod",
    { webProduction: { hostedZoneId: "Z0123456789EXAMPLE" } },
    "webProduction.parentZoneId",
    /no zone is made/,
  ],
  [
    "a database that is neither",
    "web-prod",
    { webProduction: { database: "replica" } },
    "webProduction.database",
    /did you mean "replicas"/,
  ],
];

describe("the web application's configuration", () => {
  for (const [mistake, stack, changed, path, says] of bad) {
    it(`refuses ${mistake}, and says nothing else`, () => {
      const problems = problemsWith(stack, changed);
      expect(problems.map((problem) => problem.path)).to.deep.equal([path]);
      const [{ wrong, allowed, fix }] = problems as [(typeof problems)[number]];
      expect(`${wrong}\n${allowed}\n${fix}`).to.match(says);
    });
  }

  it("reports all mistakes at once", () => {
    const paths = problemsWith("web-prod", {
      web: { region: "eu-cental-1", capacity: { min: 3, desired: 2, max: 4 } },
      webProduction: { replicas: [{ weight: 0 }] },
      webProdution: {},
    }).map(({ path }) => path);
    expect(paths).to.have.members([
      "web.region",
      "web.capacity",
      "webProduction.replicas",
      "webProdution",
    ]);
  });

  it("takes of the project's file what it knows, and leaves the rest to the other stacks", () => {
    for (const stack of ["web-dev", "web-prod"] as const) {
      const settings = parseWebSettings(sampleSettings(stack), stack, stack);
      expect(settings).to.include({ environmentPrefix: stack, instanceType: "t4g.small" });
      expect(settings).to.not.have.any.keys("teams", "regions", "domain");
    }
  });

  it("runs by the stack's name, or by the setting program", () => {
    expect(webProgramOf({}, "web-prod")).to.equal("web-prod");
    expect(webProgramOf({ program: "web-dev" }, "staging")).to.equal("web-dev");
    expect(webProgramOf({}, "primary")).to.equal(undefined);
  });
});
