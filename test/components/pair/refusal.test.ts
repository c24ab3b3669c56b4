import { spawnSync } from "node:child_process";
import { expect } from "chai";
import { renderRefusalRule } from "../../../components/pair/refusalRenderer";
import { installed } from "../../support/installed";
import { samplePair } from "./samplePair";

const [machine] = samplePair.machines;
const arp = { kind: "arp", address: "10.0.1.100/24" } as const;

describe("a shared address that does not refuse", () => {
  /** Runs bash commands in a network of their own, which has both addresses and nobody that listens. */
  const inNetwork = (script: string) =>
    spawnSync(
      "unshare",
      [
        ...["--net", "bash", "-c"],
        `ip link set lo up && ip address add ${machine.address}/32 dev lo && ` +
          `ip address add 10.0.1.100/32 dev lo && ${script}`,
      ],
      { encoding: "utf8" },
    );

  /** "refused", or "silent" when nothing has come for half a second. */
  const answerOf = (address: string, port: number, rule: string): string => {
    const load = `nft --file /dev/stdin <<'RULE'\n${rule}\nRULE\n`;
    // Twice, as a service that starts again does.
    const ask = `timeout 0.5 bash -c 'echo >/dev/tcp/${address}/${port}' 2>/dev/null`;
    const { stdout, stderr } = inNetwork(
      `{ ${load}} && { ${load}} && ${ask}; case $? in 124) echo silent ;; 1) echo refused ;; esac`,
    );
    return `${stderr}${stdout}`.trim();
  };

  beforeEach(function () {
    const able = process.getuid?.() === 0 && installed("nft") && installed("unshare");
    if (!able || spawnSync("unshare", ["--net", "true"]).status !== 0) this.skip();
  });

  it("is silent at its own ports, and an agents' one, while nobody listens there", () => {
    const rule = renderRefusalRule(samplePair, machine, arp);
    expect(answerOf("10.0.1.100", 80, rule)).to.equal("silent");
    expect(answerOf("10.0.1.100", 51_001, rule)).to.equal("silent");
    expect(answerOf("10.0.1.100", 443, rule)).to.equal("refused");
  });

  it("leaves the machine's own address alone, unless an Elastic IP leads to it", () => {
    expect(answerOf(machine.address, 80, renderRefusalRule(samplePair, machine, arp))).to.equal(
      "refused",
    );
    const vip = { kind: "elasticIp", region: "eu-central-1", allocationId: "eipalloc-1" } as const;
    const rule = renderRefusalRule(samplePair, machine, vip);
    expect(answerOf(machine.address, 80, rule)).to.equal("silent");
    expect(answerOf(machine.address, 8081, rule)).to.equal("refused");
  });

  it("covers HTTPS where the pair has it", () => {
    const pair = { ...samplePair, tls: { kind: "passthrough" } } as const;
    expect(answerOf("10.0.1.100", 443, renderRefusalRule(pair, machine, arp))).to.equal("silent");
  });
});
