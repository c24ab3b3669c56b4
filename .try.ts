import "./local/quietSdk";
import { mkdtempSync } from "node:fs";
import { LocalAws } from "./local/localAws";
import { chooseEngine } from "./local/engine/chooseEngine";
import { createHostedZone } from "./local/drill/account";
(async () => {
  const local = await LocalAws.start({ emulator: "python", seed: 1 } as any);
  const engine = chooseEngine("standin");
  const stateDir = mkdtempSync("/tmp/webtry-");
  try {
    const zone = await createHostedZone(local, "example.com");
    const up = async (name: string, config: Record<string, string>) => {
      const t = Date.now();
      const r = await engine.up(local.stack(name, { workDir: __dirname, stateDir }, config));
      console.log(name, Date.now() - t, r.operations.length, JSON.stringify(Object.fromEntries(Object.entries(r.outputs).map(([k, v]) => [k, v.value]))));
    };
    await up("web-dev", { webShared: JSON.stringify({ hostedZoneId: zone }), protectState: "false" });
    await up("web-prod", { webProduction: JSON.stringify({ parentZoneId: zone, database: "replicas" }), protectState: "false" });
  } catch (e) { console.error((e as Error).message); } finally { await local.stop(); }
})();
