import { expect } from "chai";
import * as fc from "fast-check";
import { imageIn, imageProblems, parseImage } from "../../../components/container/imageReference";
import { ecr } from "./sampleApplication";

const digest = `sha256:${"0123456789abcdef".repeat(4)}`;

describe("an image's name", () => {
  const good: readonly [text: string, expected: object][] = [
    ["nginx:1.29", { registry: "docker.io", repository: "library/nginx", tag: "1.29" }],
    ["acme/shop:1", { registry: "docker.io", repository: "acme/shop", tag: "1" }],
    [`ghcr.io/acme/shop@${digest}`, { registry: "ghcr.io", repository: "acme/shop", digest }],
    [
      `localhost:5000/shop:1@${digest}`,
      { registry: "localhost:5000", repository: "shop", tag: "1", digest },
    ],
    [
      `${ecr}/shop/front-end:1.4.2`,
      {
        registry: ecr,
        repository: "shop/front-end",
        tag: "1.4.2",
        ecr: { accountId: "123456789012", region: "eu-central-1" },
      },
    ],
  ];
  for (const [text, expected] of good) {
    it(`is understood: ${text}`, () => {
      expect(parseImage(text)).to.deep.equal(expected);
    });
  }

  const bad: readonly [what: string, text: string, wrong: RegExp, fix: RegExp][] = [
    ["no tag", `${ecr}/shop`, /has no tag/, /its tag, or better its digest/],
    ["latest", `${ecr}/shop:latest`, /has the tag "latest"/, /its digest/],
    ["a short digest", `${ecr}/shop@sha256:abc`, /has 3 characters after sha256:/, /imagetools/],
    ["another digest", `${ecr}/shop@md5:abc`, /does not begin with sha256:/, /copy it whole/],
    ["a tag that is none", `${ecr}/shop:-1`, /whose tag "-1"/, /letters, digits/],
    ["a web address", `https://${ecr}/shop:1`, /like a web address/, new RegExp(`: ${ecr}/shop:1`)],
    ["capitals", `${ecr}/Shop:1`, /whose repository "Shop"/, /use lower case: shop/],
    ["blanks", `${ecr}/shop: 1`, /blanks/, /as docker pull takes it/],
    ["nothing", "", /empty/, /docker pull/],
    [
      "a host that is none",
      "-a.example.com/shop:1",
      /whose registry "-a.example.com"/,
      /host name/,
    ],
    [
      "a private registry without credentials",
      "registry.example.com/shop:1",
      /without credentials/,
      /containers\.registries\.registry\.example\.com with credentials/,
    ],
  ];
  for (const [what, text, wrong, fix] of bad) {
    it(`is refused with ${what}`, () => {
      const problems = imageProblems(text, {});
      expect(problems).to.have.length(1);
      expect(problems[0]?.wrong).to.match(wrong);
      expect(problems[0]?.fix).to.match(fix);
    });
  }

  it("is refused with everything that is wrong at once", () => {
    const problems = imageProblems("Registry.example.com/Shop:-1", {});
    expect(problems.map(({ wrong }) => wrong)).to.have.length(3);
  });

  it("needs no credentials where a registry is public, ECR's, or said to ask for none", () => {
    for (const text of ["nginx:1", "quay.io/acme/shop:1", `${ecr}/shop:1`]) {
      expect(imageProblems(text, {})).to.deep.equal([]);
    }
    const known = { "registry.example.com": {} };
    expect(imageProblems("registry.example.com/shop:1", known)).to.deep.equal([]);
  });

  it("has either its parts or a reason, whatever is written", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from("aZ0./:@-_ ")) }), (text) => {
        const malformed = imageProblems(text, {}).some(({ wrong }) =>
          /, wh(ose|ich (begins|is empty))/.test(wrong),
        );
        expect(parseImage(text) === undefined).to.equal(malformed);
      }),
    );
  });

  it("is each region's own copy in ECR, and the same anywhere else", () => {
    const pair = ["eu-central-1", "eu-west-1"];
    const image = `${ecr}/shop:1`;
    expect(imageIn("eu-west-1", image, pair)).to.equal(
      "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop:1",
    );
    expect(imageIn("eu-central-1", image, pair)).to.equal(image);
    expect(imageIn("eu-west-1", "quay.io/acme/shop:1", pair)).to.equal("quay.io/acme/shop:1");
  });
});
