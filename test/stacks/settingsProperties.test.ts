import { expect } from "chai";
import * as fc from "fast-check";
import { isReservedTeamName } from "../../components/jenkins/teamNames";
import { inSeconds, parseSettings } from "../../stacks/config";
import { canonicalCidr, overlap, parseCidr } from "../../stacks/config/cidr";
import { isDuration } from "../../stacks/config/duration";
import { parseInstanceType } from "../../stacks/config/instanceType";
import { nearestKey } from "../../stacks/config/nearestKey";
import { awsRegions } from "../../stacks/config/region";
import { settingsSchema } from "../../stacks/config/schema";
import { keysOf } from "../../stacks/config/schemaTree";
import { sampleSettings } from "./sampleSettings";

const label = fc
  .stringMatching(/^[a-z][a-z0-9]{0,12}$/)
  .filter((name) => !isReservedTeamName(name));

const capacity = fc
  .tuple(fc.integer({ min: 2, max: 10 }), fc.nat(10), fc.nat(10))
  .map(([min, more, most]) => ({ min, desired: min + more, max: min + more + most }));

const team = fc.oneof(
  fc.record({ strategy: fc.constant("active-active"), capacity }, { requiredKeys: ["strategy"] }),
  fc.record({ strategy: fc.constantFrom("active-passive", "local-only") }, { requiredKeys: [] }),
);

const teams = fc
  .tuple(
    fc.uniqueArray(label, { minLength: 1, maxLength: 12 }),
    fc.array(team, { minLength: 12, maxLength: 12 }),
  )
  .map(([names, rest]) => names.map((name, index) => ({ name, ...rest[index] })));

const minutes = fc.integer({ min: 1, max: 60 }).map((count) => `${count} minutes`);

/** Valid by construction, over every concern. */
const validSettings = fc.record(
  {
    prefix: fc.stringMatching(/^[a-z][a-z0-9]{1,9}$/),
    regions: fc
      .shuffledSubarray([...awsRegions], { minLength: 2, maxLength: 2 })
      .map(([primary, dr]) => ({ primary, dr })),
    domain: fc.tuple(label, label).map(([host, zone]) => `${host}.${zone}.example`),
    hostedZoneId: fc.stringMatching(/^Z[A-Z0-9]{10,20}$/),
    alerts: fc.record({
      emails: fc.uniqueArray(
        label.map((name) => `${name}@example.com`),
        { minLength: 1, maxLength: 5 },
      ),
    }),
    teams,
    failover: fc.constantFrom(false, "false"),
    network: fc.record(
      {
        cidr: fc
          .uniqueArray(fc.nat(255), { minLength: 2, maxLength: 2 })
          .map(([one, other]) => ({ primary: `10.${one}.0.0/16`, dr: `10.${other}.0.0/20` })),
        availabilityZones: fc.constantFrom(2, 3, "2", "3"),
        nat: fc.constantFrom("single", "perAz"),
      },
      { requiredKeys: [] },
    ),
    database: fc.record(
      {
        engine: fc.constantFrom("postgres", "mysql", "mariadb"),
        storageGb: fc.integer({ min: 20, max: 1_000 }),
        multiAz: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
    recovery: fc.record(
      {
        mode: fc.constantFrom("automatic", "manual"),
        threshold: fc.integer({ min: 1, max: 100 }).map((percent) => percent / 100),
        confirmFor: minutes,
        fenceTimeout: minutes,
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ["regions", "domain", "hostedZoneId", "alerts", "teams"] },
);

describe("configuration, whatever it is", () => {
  it("is accepted when valid, in any order of keys and as text or as values", () => {
    fc.assert(
      fc.property(validSettings, (given) => {
        const settings = parseSettings(given, "primary");
        const reversed = Object.fromEntries(Object.entries(given).reverse());
        const asText = Object.fromEntries(
          Object.entries(given).map(([key, value]) => [
            key,
            typeof value === "string" ? value : JSON.stringify(value),
          ]),
        );
        expect(parseSettings(reversed, "primary")).to.deep.equal(settings);
        expect(JSON.stringify(parseSettings(asText, "primary"))).to.equal(JSON.stringify(settings));
      }),
      { numRuns: 50 },
    );
  });

  it("is read setting by setting as zod reads it whole", () => {
    fc.assert(
      fc.property(validSettings, (given) => {
        const { recovery, network, home } = settingsSchema.parse({ program: "primary", ...given });
        expect(parseSettings(given, "primary")).to.deep.include({ recovery, network, home });
      }),
      { numRuns: 30 },
    );
  });

  it("keeps one writer to each team that is not active-active, and two live ones to those that are", () => {
    fc.assert(
      fc.property(validSettings, (given) => {
        for (const { strategy, capacity } of parseSettings(given, "primary").teams) {
          if (strategy === "active-active") expect(capacity.min).to.be.at.least(2);
          else expect(capacity).to.deep.equal({ min: 1, desired: 1, max: 1 });
        }
      }),
      { numRuns: 50 },
    );
  });

  it("is refused with any key that does not exist", () => {
    const known = Object.keys(keysOf(settingsSchema)!);
    fc.assert(
      fc.property(fc.stringMatching(/^[a-zA-Z]{1,20}$/), (key) => {
        fc.pre(!known.includes(key));
        const raw = { ...sampleSettings("dr"), [key]: "1" };
        expect(() => parseSettings(raw, "dr")).to.throw(`${key} is not a setting`);
      }),
      { numRuns: 50, examples: [["constructor"], ["toString"]] },
    );
  });

  it("throws nothing but ConfigurationError, whatever it is fed", () => {
    const known = Object.keys(keysOf(settingsSchema)!);
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...known), fc.anything()), (raw) => {
        try {
          parseSettings(raw, "dr");
        } catch (error) {
          expect((error as Error).name, String(error)).to.equal("ConfigurationError");
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe("durations", () => {
  it("convert by their unit", () => {
    expect(inSeconds("90 seconds")).to.equal(90);
    expect(inSeconds("1 minute")).to.equal(60);
    expect(inSeconds("2 hours")).to.equal(7_200);
    expect(inSeconds("35 days")).to.equal(3_024_000);
  });

  it("are nothing without a unit, with a sign, a fraction or another notation", () => {
    for (const text of [
      "5",
      "5m",
      "-5 minutes",
      "1.5 hours",
      "five minutes",
      "5 minutes ",
      "PT5M",
      "1 week",
    ]) {
      expect(isDuration(text), text).to.equal(false);
    }
  });
});

describe("address ranges", () => {
  const range = fc
    .tuple(fc.nat(2 ** 32 - 1), fc.integer({ min: 0, max: 32 }))
    .map(([address, length]) => {
      const octets = [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256);
      return parseCidr(`${octets.join(".")}/${length}`)!;
    });

  it("are the same when written with their first address", () => {
    fc.assert(
      fc.property(range, (one) => {
        expect(parseCidr(canonicalCidr(one))).to.deep.equal(one);
      }),
    );
  });

  it("overlap exactly when one of them begins inside the other", () => {
    fc.assert(
      fc.property(range, range, (one, other) => {
        const inside =
          (one.first >= other.first && one.first <= other.last) ||
          (other.first >= one.first && other.first <= one.last);
        expect(overlap(one, other)).to.equal(inside);
        expect(overlap(other, one)).to.equal(inside);
      }),
    );
  });

  it("are refused with octets, lengths or parts that do not exist", () => {
    for (const text of [
      "10.0.0.0",
      "10.0.0/16",
      "10.0.0.0/33",
      "256.0.0.0/8",
      "10.0.0.0/-1",
      "a.b.c.d/8",
    ]) {
      expect(parseCidr(text), text).to.equal(undefined);
    }
  });
});

describe("instance types", () => {
  const architectures: Record<string, readonly string[]> = {
    arm64: [
      "a1.large",
      "m6g.large",
      "m7gd.xlarge",
      "c7gn.large",
      "t4g.nano",
      "r8g.large",
      "x2gd.large",
      "im4gn.large",
      "is4gen.large",
      "g5g.xlarge",
    ],
    x86_64: [
      "m5.large",
      "m7i.large",
      "m7a.large",
      "c6in.large",
      "g4dn.xlarge",
      "g5.xlarge",
      "p4d.24xlarge",
      "t3.micro",
      "m7i-flex.large",
      "u-6tb1.metal",
    ],
  };
  for (const [architecture, names] of Object.entries(architectures)) {
    for (const name of names) {
      it(`${name} is ${architecture}`, () => {
        expect(parseInstanceType(name)?.architecture).to.equal(architecture);
      });
    }
  }
});

describe("the nearest key", () => {
  it("is the one that was meant", () => {
    expect(nearestKey("regoins", ["regions", "recovery"])).to.equal("regions");
    expect(nearestKey("hosted-zone-id", ["hostedZoneId"])).to.equal("hostedZoneId");
    expect(nearestKey("alert", ["agents", "alerts"])).to.equal("alerts");
  });

  it("is none when none is near: a wrong suggestion costs more than none", () => {
    expect(nearestKey("kubernetes", ["edge", "home", "image"])).to.equal(undefined);
    expect(nearestKey("ab", ["cd"])).to.equal(undefined);
  });
});
