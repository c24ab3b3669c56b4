import type { Engine, OperationResult } from "../../engine/engine";
import type { LocalAws } from "../../localAws";
import { createHostedZone } from "../account";
import { created, workDir } from "../deployment";
import type { Tell } from "../stage";

/** Both environments of the web application as they were deployed. */
export interface DeployedWeb {
  readonly dev: OperationResult;
  readonly prod: OperationResult;
}

/** The sample's own, whose zone an account has before the stacks come. */
const domain = "example.com";

/** Deploys web-dev, then web-prod, as a person would: the second reads the first one's outputs. */
export async function deployWeb(
  local: LocalAws,
  engine: Engine,
  stateDir: string,
  tell: Tell,
  signal: AbortSignal,
): Promise<DeployedWeb> {
  const hostedZoneId = await createHostedZone(local, domain);
  const up = async (name: string, changed: Record<string, object>): Promise<OperationResult> => {
    const overrides = Object.fromEntries(
      Object.entries(changed).map(([key, value]) => [key, JSON.stringify(value)]),
    );
    const result = await engine.up(local.stack(name, { workDir, stateDir }, overrides), {
      signal,
    });
    tell(`${name}: ${created(result)} resources created`);
    return result;
  };
  const dev = await up("web-dev", { webShared: { hostedZoneId } });
  const prod = await up("web-prod", { webProduction: { parentZoneId: hostedZoneId } });
  return { dev, prod };
}
