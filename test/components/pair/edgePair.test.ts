import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { EdgePair } from "../../../components/pair/edgePair";
import type { EdgePairArgs } from "../../../components/pair/edgePairArguments";
import { statsPasswordVariable } from "../../../components/pair/haproxyRenderer";
import { joinPaths } from "../../../components/pair/joinScriptRenderer";
import { expectSafe } from "../../support/policyRules";
import { policyDocuments } from "../../support/policyRules/policyDocuments";
import type { Registrations } from "../../support/registrations";
import { runComponent } from "../../support/strictMocks";
import { primaryDeployment } from "../deployments";
import { bootFiles } from "./pairSamples";
import { installed } from "../../support/installed";

const args: EdgePairArgs = {
  deployment: primaryDeployment,
  imageId: "ami-debian",
  instanceType: "t4g.small",
  vpcId: "vpc-1",
  subnetIds: ["subnet-1", "subnet-2"],
  teams: [
    { name: "ma", host: "ma.jenkins.example.com", addresses: ["10.10.32.10", "10.10.40.10"] },
    { name: "ba", host: "ba.jenkins.example.com", addresses: ["10.10.32.11", "10.10.40.11"] },
  ],
  domain: "jenkins.example.com",
  overlay: {
    address: "100.100.0.1/32",
    routeTableIds: ["rtb-00000001", "rtb-00000002"],
    routeTables: 2,
  },
  allowFrom: ["10.0.0.0/8", "192.168.7.0/24"],
  certificateSecretArn: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:site-AbCdEf",
  controllersGroupId: "sg-controllers",
  kmsKeyArn: "arn:aws:kms:eu-west-1:123456789012:key/primary",
  profile: "fast",
  logGroupName: "/jenkins/controllers",
  logGroupArn: "arn:aws:logs:eu-west-1:123456789012:log-group:/jenkins/controllers",
  metricsNamespace: "JenkinsPilotLight",
};
const run = (given: EdgePairArgs = args) => runComponent(() => new EdgePair("edge", given));
const machines = (registrations: Registrations) =>
  registrations.ofType("aws:ec2/instance:Instance");

describe("EdgePair", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "edge-pair-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("leads every route table to the first machine, and leaves the routes to Keepalived then", async () => {
    const { registrations, result } = await run();
    expectSafe(registrations);
    const routes = registrations.ofType("aws:ec2/route:Route");
    expect(routes.map(({ inputs }) => inputs)).to.deep.equal(
      ["rtb-00000001", "rtb-00000002"].map((routeTableId) => ({
        routeTableId,
        destinationCidrBlock: "100.100.0.1/32",
        networkInterfaceId: "edge-1-id",
      })),
    );
    for (const { ignoreChanges } of routes) {
      expect(ignoreChanges).to.deep.equal(["networkInterfaceId"]);
    }
    expect(result.address).to.equal("100.100.0.1");
    for (const { inputs } of registrations.ofType("aws:ec2/networkInterface:NetworkInterface")) {
      // Otherwise EC2 drops what is sent to an address that is not the machine's.
      expect(inputs.sourceDestCheck).to.equal(false);
    }
  });

  it("may replace these routes alone, and touch no machine", async () => {
    const { registrations } = await run();
    const allowed = policyDocuments(registrations)
      .filter(({ kind }) => kind === "identity")
      .flatMap(({ statements }) => statements);
    const ec2 = allowed.filter(({ actions }) => actions.some((each) => each.startsWith("ec2:")));
    expect(ec2.map(({ actions, resources }) => [...actions, ...resources])).to.deep.equal([
      ["ec2:DescribeInstances", "ec2:DescribeNetworkInterfaces", "*"],
      [
        "ec2:ReplaceRoute",
        "arn:aws:ec2:eu-west-1:123456789012:route-table/rtb-00000001",
        "arn:aws:ec2:eu-west-1:123456789012:route-table/rtb-00000002",
      ],
    ]);
  });

  it("admits VRRP and the statistics from the pair, and clients at the served ports alone", async () => {
    const { registrations } = await run();
    const group = registrations.one("aws:ec2/securityGroup:SecurityGroup").id;
    const admitted = registrations
      .ofType("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
      .map(({ inputs }) =>
        [
          inputs.securityGroupId === group ? "edge" : inputs.securityGroupId,
          inputs.ipProtocol,
          inputs.toPort,
          inputs.referencedSecurityGroupId === group ? "edge" : inputs.cidrIpv4,
        ].join(" "),
      );
    const fromClients = [80, 443, 51_000, 51_001].flatMap((port) =>
      args.allowFrom.map((range) => `edge tcp ${port} ${range}`),
    );
    expect(admitted).to.have.members([
      "edge 112 -1 edge",
      "edge tcp 8404 edge",
      ...fromClients,
      "sg-controllers tcp 8080 edge",
      "sg-controllers tcp 50000 edge",
    ]);
  });

  it("gives HAProxy a configuration that it takes, with both machines of each team", async function () {
    if (!installed("haproxy")) this.skip();
    const { registrations } = await run();
    const files = bootFiles(machines(registrations)[1]!);
    const staged = Object.entries(files).filter(([path]) =>
      path.startsWith(`${joinPaths.files}/etc/haproxy/`),
    );
    const site = join(folder, "certificates/site.pem");
    mkdirSync(dirname(site));
    const made = spawnSync("bash", [
      "-c",
      `openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=a -keyout "${site}.key" -out "${site}" && cat "${site}.key" >>"${site}" && rm "${site}.key"`,
    ]);
    expect(made.status).to.equal(0);
    for (const [path, content] of staged) {
      const text = content.replace("/etc/haproxy/certificates", dirname(site));
      writeFileSync(join(folder, path.split("/").at(-1)!), text);
    }
    const { status, stderr } = spawnSync("haproxy", ["-c", "-f", join(folder, "haproxy.cfg")], {
      env: { ...process.env, [statsPasswordVariable]: "$6$salt$hash" },
      encoding: "utf8",
    });
    expect({ status, stderr }).to.deep.equal({ status: 0, stderr: "" });
    const configuration = files[`${joinPaths.files}/etc/haproxy/haproxy.cfg`];
    expect(configuration).to.include("server ba-edge-2 10.10.40.11:8080");
    expect(files[`${joinPaths.files}/etc/haproxy/hosts.map`]).to.include(
      "ba.jenkins.example.com ba",
    );
  });

  it("keeps the statistics' password and the certificate's key out of boot files and state", async () => {
    const { registrations } = await run();
    const version = registrations.one("aws:secretsmanager/secretVersion:SecretVersion");
    expect(version.secretInputs).to.include("secretString");
    for (const machine of machines(registrations)) {
      const text = JSON.stringify(bootFiles(machine));
      expect(text).to.not.include(String(version.inputs.secretString));
      expect(text).to.include(args.certificateSecretArn);
    }
  });

  it("refuses everything that is wrong together, before its first child", async () => {
    const types: string[] = [];
    const bad: EdgePairArgs = {
      ...args,
      overlay: { ...args.overlay, address: "100.100.0.1/24", routeTables: 0 },
      allowFrom: ["0.0.0.0/0"],
      teams: [args.teams[0]!, args.teams[0]!],
    };
    const message = await runComponent(() => new EdgePair("edge", bad), {
      onRegister: (type) => types.push(type),
    }).then(() => "", String);
    for (const path of ["vip.address", "overlay.routeTables", "allowFrom[0]", "teams[1].name"]) {
      expect(message).to.include(path);
    }
    expect(types.filter((type) => type.startsWith("aws:"))).to.deep.equal([]);
  });
});
