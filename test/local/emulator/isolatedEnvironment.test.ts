import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import {
  basicEnvironment,
  fakeCredentials,
  isolatedEnvironment,
} from "../../../local/emulator/isolatedEnvironment";
import { startLocalAws, type LocalAws } from "../gateway/behaviours/localAws";

/** What a user's shell may hold; each line is a way to the real AWS or to somewhere else. */
const hostile = (home: string) => ({
  PATH: process.env.PATH,
  HOME: home,
  AWS_PROFILE: "production",
  AWS_ACCESS_KEY_ID: "AKIAREALREALREALREAL",
  AWS_SECRET_ACCESS_KEY: "real",
  AWS_SESSION_TOKEN: "real",
  AWS_ENDPOINT_URL_STS: "https://sts.eu-west-1.amazonaws.com",
  AWS_ENDPOINT_URL_S3: "https://s3.eu-west-1.amazonaws.com",
  AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true",
  AWS_USE_FIPS_ENDPOINT: "true",
  AWS_WEB_IDENTITY_TOKEN_FILE: "/tmp/token",
  AWS_ROLE_ARN: "arn:aws:iam::111111111111:role/real",
  AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://169.254.170.23/v1/credentials",
  HTTP_PROXY: "http://192.0.2.1:3128",
  HTTPS_PROXY: "http://192.0.2.1:3128",
  http_proxy: "http://192.0.2.1:3128",
  ALL_PROXY: "socks5://192.0.2.1:1080",
  NODE_OPTIONS: "--require /nonexistent.js",
});

/** Calls six services as a program would, with nothing but a region, and tells every connection. */
const program = `
const net = require("node:net");
const dns = require("node:dns");
const touched = new Set();
const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...args) {
  const [options] = Array.isArray(args[0]) ? args[0] : args;
  touched.add(String(options.host ?? options.path));
  return connect.apply(this, args);
};
const lookup = dns.lookup;
dns.lookup = (name, ...rest) => { touched.add(name); return lookup(name, ...rest); };
const calls = {
  "client-sts": ["STSClient", "GetCallerIdentityCommand", {}],
  "client-s3": ["S3Client", "ListBucketsCommand", {}],
  "client-iam": ["IAMClient", "ListRolesCommand", {}],
  "client-rds": ["RDSClient", "DescribeDBInstancesCommand", {}],
  "client-global-accelerator": ["GlobalAcceleratorClient", "ListAcceleratorsCommand", {}],
  "client-route-53": ["Route53Client", "ListHostedZonesCommand", {}],
};
(async () => {
  for (const [name, [Client, Command, input]] of Object.entries(calls)) {
    const sdk = require("@aws-sdk/" + name);
    await new sdk[Client]({ region: "eu-west-1", maxAttempts: 1 }).send(new sdk[Command](input)).catch(() => undefined);
  }
  console.log(JSON.stringify([...touched]));
  process.exit(0);
})();
`;

describe("the isolated environment", () => {
  let home: string;
  let aws: LocalAws;

  before(async () => {
    home = mkdtempSync(join(tmpdir(), "pilot-light-home-"));
    mkdirSync(join(home, ".aws"));
    writeFileSync(
      join(home, ".aws", "config"),
      "[default]\nendpoint_url = https://sts.amazonaws.com\n[profile production]\nregion = eu-west-1\n",
    );
    writeFileSync(
      join(home, ".aws", "credentials"),
      "[default]\naws_access_key_id = AKIAFILEFILEFILEFILE\naws_secret_access_key = real\n",
    );
    aws = await startLocalAws({ behaviours: [] });
  });
  after(async () => {
    await aws.stop();
    rmSync(home, { recursive: true });
  });

  it("keeps an SDK from the real AWS, whatever the user's shell and files hold", async function () {
    this.timeout(30_000);
    const env = isolatedEnvironment(aws.gateway.endpoint, {
      from: hostile(home),
      caller: "isolation-test",
    });
    const { stdout } = await promisify(execFile)(process.execPath, ["-e", program], {
      env,
      cwd: join(__dirname, "..", "..", ".."),
    });
    expect(JSON.parse(stdout.trim().split("\n").at(-1)!)).to.deep.equal(["127.0.0.1"]);
    const calls = aws.gateway.calls.since();
    expect(calls.map(({ service }) => service)).to.deep.equal([
      "sts",
      "s3",
      "iam",
      "rds",
      "globalaccelerator",
      "route53",
    ]);
    for (const call of calls) expect(call.caller).to.equal("isolation-test");
  });

  it("would catch a leak: the same program in the user's own shell goes elsewhere", async function () {
    this.timeout(30_000);
    const { PATH, HOME, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = hostile(home);
    const shell = { PATH, HOME, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY };
    const { stdout } = await promisify(execFile)(
      process.execPath,
      // Names are told but not looked up: the test itself must not reach AWS either.
      [
        "-e",
        program
          .replace(
            "const lookup = dns.lookup;",
            "const lookup = (_name, ...rest) => rest.at(-1)(new Error('no DNS'));",
          )
          .replace(
            "return connect.apply(this, args);",
            "this.destroy(new Error('no network')); return this;",
          ),
      ],
      { env: shell, cwd: join(__dirname, "..", "..", "..") },
    );
    const touched = JSON.parse(stdout.trim().split("\n").at(-1)!) as string[];
    expect(touched.join(" ")).to.match(/amazonaws\.com|192\.0\.2\.1/);
  });

  it("passes on what programs need to start, and nothing else", () => {
    const env = isolatedEnvironment("http://127.0.0.1:5000", { from: hostile("/home/u") });
    expect(Object.keys(env).sort()).to.deep.equal([
      "AWS_ACCESS_KEY_ID",
      "AWS_CONFIG_FILE",
      "AWS_EC2_METADATA_DISABLED",
      "AWS_ENDPOINT_URL",
      "AWS_SDK_UA_APP_ID",
      "AWS_SECRET_ACCESS_KEY",
      "AWS_SHARED_CREDENTIALS_FILE",
      "HOME",
      "NO_PROXY",
      "PATH",
    ]);
    expect(env.AWS_ACCESS_KEY_ID).to.equal(fakeCredentials.accessKeyId);
    expect(Object.keys(basicEnvironment(hostile("/home/u")))).to.have.members(["PATH", "HOME"]);
  });

  it("refuses an endpoint of the real AWS", () => {
    for (const endpoint of [
      "https://rds.eu-west-1.amazonaws.com",
      "https://ec2.cn-north-1.amazonaws.com.cn",
      "https://x.lambda-url.eu-west-1.api.aws",
    ]) {
      expect(() => isolatedEnvironment(endpoint)).to.throw("belongs to the real AWS");
    }
  });
});
