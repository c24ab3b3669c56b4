import { spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import {
  type AwsVip,
  renderVipMoveScript,
  vipStatements,
} from "../../../components/pair/vipMoveScriptRenderer";
import { installed } from "../../support/installed";

const overlay: AwsVip = {
  kind: "overlayRoute",
  address: "172.31.255.1/32",
  region: "eu-central-1",
  routeTableIds: ["rtb-0123456789abcdef0", "rtb-0123456789abcdef1"],
};
const elastic: AwsVip = {
  kind: "elasticIp",
  region: "eu-central-1",
  allocationId: "eipalloc-0123456789abcdef0",
};

describe("the move of a pair's address on AWS", () => {
  let folder: string;

  /** Stands in for a command: notes how it was called and does what the test says. */
  const command = (name: string, does: string): void => {
    writeFileSync(
      join(folder, name),
      `#!/bin/bash\nprintf '%s %s\\n' ${name} "$*" >>"${join(folder, "calls")}"\n${does}\n`,
    );
    chmodSync(join(folder, name), 0o755);
  };
  const calls = (name: string): string[] =>
    existsSync(join(folder, "calls"))
      ? readFileSync(join(folder, "calls"), "utf8")
          .split("\n")
          .filter((line) => line.startsWith(`${name} `))
      : [];
  const environment = () => ({ PATH: `${folder}:${process.env.PATH}`, VIP_MOVE_STATE: folder });
  const run = (vip: AwsVip): Promise<number | null> => {
    writeFileSync(join(folder, "vip-move"), renderVipMoveScript(vip));
    const child = spawn("bash", [join(folder, "vip-move")], {
      env: environment(),
      stdio: "ignore",
    });
    return new Promise((resolve) => child.once("close", resolve));
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "vip-move-"));
    command(
      "curl",
      'case "$*" in *instance-id*) echo i-0123456789abcdef0 ;; *) echo token ;; esac',
    );
    command("logger", "");
    command("sleep", "");
    command("timeout", 'shift; "$@"');
    command("aws", "");
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("replaces every route by this machine, and says that it did", async () => {
    expect(await run(overlay)).to.equal(0);
    expect(calls("aws")).to.have.length(2);
    expect(calls("aws")[1]).to.include(
      "ec2 replace-route --route-table-id rtb-0123456789abcdef1 --destination-cidr-block 172.31.255.1/32 --instance-id i-0123456789abcdef0",
    );
    expect(calls("logger").at(-1)).to.include("172.31.255.1/32 leads to i-0123456789abcdef0");
  });

  it("associates the Elastic IP also when the other machine still has it", async () => {
    expect(await run(elastic)).to.equal(0);
    expect(calls("aws")[0]).to.match(
      /associate-address --allocation-id eipalloc-\w+ --instance-id i-\w+ --allow-reassociation/,
    );
  });

  it("asks again while EC2 refuses, says why, and gives up in the end", async () => {
    const tries = join(folder, "tries");
    command(
      "aws",
      `echo x >>"${tries}"; [[ $(wc -l <"${tries}") -ge 3 ]] || { echo Throttling >&2; exit 254; }`,
    );
    expect(await run(elastic)).to.equal(0);
    expect(calls("logger")[0]).to.include("try 1: Throttling");
    command("aws", "echo UnauthorizedOperation >&2; exit 254");
    expect(await run(elastic)).to.equal(1);
    expect(calls("logger").at(-1)).to.include("gave up");
  });

  it("stops asking once a newer run has begun", async () => {
    command("aws", `echo 1 >"${join(folder, "vip-move.pid")}"; exit 254`);
    expect(await run(elastic)).to.equal(0);
    expect(calls("aws")).to.have.length(1);
  });

  it("moves nothing when the machine does not know who it is", async () => {
    command("curl", "exit 28");
    expect(await run(elastic)).to.equal(1);
    expect(calls("aws")).to.deep.equal([]);
  });

  it("is allowed these calls on these resources alone", () => {
    const account = { partition: "aws", id: "123456789012" };
    expect(vipStatements(overlay, account, [])).to.deep.equal([
      {
        Effect: "Allow",
        Action: ["ec2:ReplaceRoute"],
        Resource: overlay.routeTableIds.map(
          (id) => `arn:aws:ec2:eu-central-1:123456789012:route-table/${id}`,
        ),
      },
    ]);
    const instances = ["arn:aws:ec2:eu-central-1:123456789012:instance/i-1"];
    expect(vipStatements(elastic, account, instances)[0]?.Resource).to.deep.equal([
      "arn:aws:ec2:eu-central-1:123456789012:elastic-ip/eipalloc-0123456789abcdef0",
      ...instances,
    ]);
  });

  it("has no finding of shellcheck", function () {
    if (!installed("shellcheck")) this.skip();
    for (const vip of [overlay, elastic]) {
      const { stdout } = spawnSync("shellcheck", ["-"], {
        input: renderVipMoveScript(vip),
        encoding: "utf8",
      });
      expect(stdout).to.equal("");
    }
  });
});
