/** Some 45 seconds: `.ci/run` asks for it by WEB=1, `npm test` leaves it out. */
import { expect } from "chai";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fastScale } from "../../../local/drill/steadyState";
import { type DeployedWeb, deployWeb } from "../../../local/drill/web/webDeployment";
import { chooseEngine } from "../../../local/engine/chooseEngine";
import { LocalAws } from "../../../local/localAws";
import { promotionTargetSchema } from "../../../promotion/target";

describe("the web application in the local AWS", function () {
  this.timeout(300_000);
  let local: LocalAws | undefined;
  let stateDir: string;
  let deployed: DeployedWeb;

  before(async function () {
    if (process.env.WEB === undefined) this.skip();
    stateDir = mkdtempSync(join(tmpdir(), "web-"));
    local = await LocalAws.start({ emulator: "python", seed: 1 });
    local.gateway.clock.setScale(fastScale);
    deployed = await deployWeb(
      local,
      chooseEngine("standin"),
      stateDir,
      () => undefined,
      AbortSignal.timeout(280_000),
    );
  });

  after(async () => {
    await local?.stop();
    if (stateDir) rmSync(stateDir, { recursive: true, force: true });
  });

  it("deploys dev, and prod from what dev published", () => {
    expect(deployed.dev.outputs.url?.value).to.equal("https://dev.example.com/");
    expect(deployed.prod.outputs.url?.value).to.equal("https://www.example.com/");
  });

  it("publishes where the promotion finds everything", () => {
    const target = promotionTargetSchema.parse(deployed.prod.outputs.promotion?.value);
    expect(target.replicas.map(({ identifier }) => identifier)).to.deep.equal([
      "web-prod-replica-1",
      "web-prod-replica-2",
    ]);
    expect(target.reach).to.deep.equal({ autoScalingGroup: "web-prod" });
    expect(target.source.address).to.equal(deployed.dev.outputs.databaseAddress?.value);
  });
});
