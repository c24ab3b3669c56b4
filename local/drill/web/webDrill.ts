import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PromotionTarget } from "../../../promotion/target";
import type { Page } from "../../dataPlane/webApp/application";
import { chooseEngine } from "../../engine/chooseEngine";
import type { OperationResult } from "../../engine/engine";
import { LocalAws } from "../../localAws";
import { createHostedZone } from "../account";
import { created, textOutput, workDir } from "../deployment";
import type { DrillOptions } from "../options";
import type { StageTime } from "../report";
import type { DrillView, Tell } from "../stage";
import { pause } from "../steadyState";
import { PromotionCommand, type PromotionEnd } from "./promotionCommand";
import { WebPeople, WebPlaces } from "./webPlaces";
import { type WebCheck, webLimits, type WebReport } from "./webReport";
import { WebUsers } from "./webUsers";

const region = "eu-central-1";
const hosts = { dev: "dev.example.com", prod: "www.example.com" } as const;
/** The zone that is lost: where the master database and half of the machines are. */
const lostZone = `${region}a`;

/** Modelled milliseconds within which everything must serve again from the zones that are left. */
const patience = 20 * 60_000;

/** Both environments as they were deployed. */
interface Deployed {
  readonly dev: OperationResult;
  readonly prod: OperationResult;
  readonly promotion: PromotionTarget;
  /** The applications' trees on this machine. */
  readonly trees: { readonly dev: string; readonly prod: string };
}

/**
 * Deploys both environments of the web application, promotes dev to prod, loses an Availability Zone
 * and promotes once more, with real MariaDB, real files and the promotion as people run it. Ends
 * everything it started, whatever happens.
 *
 * @throws when it cannot be run at all; a promise that is missed is in the report instead.
 */
export async function webDrill(
  options: DrillOptions,
  view: DrillView,
  signal: AbortSignal,
): Promise<WebReport> {
  const startedAt = new Date();
  const began = performance.now();
  const stages: StageTime[] = [];
  const stage: DrillView["stage"] = async (title, work) => {
    const from = performance.now();
    const result = await view.stage(title, work);
    stages.push({ name: title, seconds: (performance.now() - from) / 1000 });
    return result;
  };
  const stateDir = mkdtempSync(join(tmpdir(), "drill-web-"));
  const { places, local } = await stage("Start the local AWS", async (tell) => {
    const prepared = await WebPlaces.prepare();
    const { emulator, seed } = options;
    const started = await LocalAws.startAround(prepared, { emulator, seed, progress: tell });
    return { places: prepared, local: started };
  });
  try {
    return await local.whileAlive(signal, async (alive) => {
      const run = new WebRun(options, local, places, stateDir, alive);
      const found = await run.play(stage);
      return {
        format: 1,
        workload: "web",
        verdict: found.checks.every(({ held }) => held) ? "proven" : "missed",
        startedAt: startedAt.toISOString(),
        realSeconds: (performance.now() - began) / 1000,
        ...found,
        stages,
        limits: webLimits,
      };
    });
  } finally {
    await local.stop();
    rmSync(stateDir, { recursive: true, force: true });
  }
}

/** One run of the drill, from the deployment to what was found. */
class WebRun {
  private readonly people: WebPeople;
  private readonly checks: WebCheck[] = [];

  constructor(
    private readonly options: DrillOptions,
    private readonly local: LocalAws,
    private readonly places: WebPlaces,
    private readonly stateDir: string,
    private readonly signal: AbortSignal,
  ) {
    this.people = new WebPeople(local, places, region);
  }

  async play(
    stage: DrillView["stage"],
  ): Promise<Pick<WebReport, "checks" | "lostZone" | "resources">> {
    const deployed = await stage("Deploy dev and prod", (tell) => this.deploy(tell));
    const { edge } = this.local;
    if (edge === undefined) throw new Error("The local AWS has no edge for users.");
    const users = new WebUsers(await edge.port, this.local.gateway.clock);
    try {
      await stage("Wait until both serve", () => this.untilBothServe(users, deployed));
      const promotion = new PromotionCommand(this.local, this.places, deployed.promotion, {
        source: deployed.trees.dev,
        target: deployed.trees.prod,
      });
      await stage("Promote dev to prod and freeze it", (tell) =>
        this.promoteAndFreeze(users, deployed, promotion, tell),
      );
      const lost = await stage(`Lose ${lostZone}`, (tell) =>
        this.loseZone(users, deployed, promotion, tell),
      );
      return {
        checks: this.checks,
        lostZone: lost,
        resources: { "web-dev": created(deployed.dev), "web-prod": created(deployed.prod) },
      };
    } finally {
      await users.leave();
    }
  }

  private async deploy(tell: Tell): Promise<Deployed> {
    const engine = chooseEngine(this.options.engine);
    const zone = await createHostedZone(this.local, "example.com");
    const up = async (name: string, config: Record<string, string>): Promise<OperationResult> => {
      const where = { workDir, stateDir: this.stateDir };
      const result = await engine.up(this.local.stack(name, where, config), {
        signal: this.signal,
      });
      tell(`${name}: ${created(result)} resources created`);
      return result;
    };
    const environment = (host: string): string =>
      JSON.stringify({ region, host, capacity: { min: 2, desired: 2, max: 4 }, files: owner() });
    const dev = await up("web-dev", {
      web: environment(hosts.dev),
      webShared: JSON.stringify({ hostedZoneId: zone }),
    });
    await this.install(dev);
    const prod = await up("web-prod", {
      web: environment(hosts.prod),
      webProduction: JSON.stringify({ parentZoneId: zone }),
    });
    const trees = await this.people.treesOf(textOutput(dev, "accessPointId"));
    return { dev, prod, promotion: prod.outputs.promotion?.value as PromotionTarget, trees };
  }

  /** What the application's own installation makes: its table, and a first post. */
  private install(dev: OperationResult): Promise<void> {
    const [identifier, secret] = [
      textOutput(dev, "databaseIdentifier"),
      textOutput(dev, "databaseSecretArn"),
    ];
    return this.people.withDatabase(identifier, secret, async (database) => {
      await database.query(
        "CREATE TABLE posts (id BIGINT AUTO_INCREMENT PRIMARY KEY, text VARCHAR(200) NOT NULL)",
      );
      await database.query("INSERT INTO posts (text) VALUES ('hello')");
    });
  }

  private async untilBothServe(users: WebUsers, { trees }: Deployed): Promise<void> {
    // A person puts it there once; machines boot without it.
    this.people.edit(trees.prod, "wp-config.php", "<?php /* prod's own settings */\n");
    await this.until(async () => (await this.pages(users)) !== undefined);
  }

  private async promoteAndFreeze(
    users: WebUsers,
    { trees, ...stacks }: Deployed,
    promotion: PromotionCommand,
    tell: Tell,
  ): Promise<void> {
    this.people.edit(trees.dev, "index.php", "<?php /* release 2 */\n");
    this.people.edit(trees.dev, "wp-content/uploads/photo.jpg", "a photo\n");
    await users.post(hosts.dev, "written before the promotion");
    const end = await promotion.run(["start", "--stop-after"], tell);
    this.expectEnd("start --stop-after ends with 0", end, 0);
    await users.post(hosts.dev, "written after the promotion");
    await this.serveNewCode(users, stacks);
    const [dev, now] = await this.settledPages(users);
    this.check(
      "prod's files are dev's, but for the static file",
      sameFiles(dev, now),
      `${Object.keys(now.files).length} files, different: ${differing(dev, now).join(", ")}`,
    );
    this.check(
      "prod is frozen at one point",
      now.lastPost === "written before the promotion" && dev.posts === now.posts + 1,
      `prod has ${now.posts} posts, dev ${dev.posts}`,
    );
    this.check(
      "prod cannot write",
      !(await users.post(hosts.prod, "a comment")),
      "a comment in prod is refused",
    );
  }

  private async loseZone(
    users: WebUsers,
    { dev, prod }: Deployed,
    promotion: PromotionCommand,
    tell: Tell,
  ): Promise<WebReport["lostZone"]> {
    const { clock, zones } = this.local.gateway;
    users.read(hosts.dev);
    users.read(hosts.prod);
    users.write(hosts.dev);
    const lostAt = clock.now();
    zones.lose(lostZone);
    await this.until(() => Promise.resolve(!this.replicasRun(prod)), 60_000);
    await this.until(() => this.servesWithout(users, dev));
    const serving = clock.now() - lostAt;
    const devMet = users.experience(hosts.dev, lostAt);
    const prodMet = users.experience(hosts.prod, lostAt);
    tell("both serve from the zones that are left");
    this.check(
      "machines and master serve from the other zone",
      serving < patience,
      `after ${(serving / 60_000).toFixed(1)} min`,
    );
    const broken = await promotion.run(["start"], tell);
    this.expectEnd("a promotion without one replica ends with 1", broken, 1);
    zones.revive(lostZone);
    await this.until(() => Promise.resolve(this.replicasRun(prod)));
    const mended = await promotion.run(["start"], tell);
    this.expectEnd("the next one, with both back, ends with 0", mended, 0);
    await users.leave();
    const lost = await this.lostPosts(users, dev, prod);
    this.check("no acknowledged post is lost", lost === 0, `${lost} are gone`);
    await this.serveNewCode(users, { dev, prod });
    const [first, second] = await this.settledPages(users);
    this.check(
      "prod serves dev's content again",
      sameFiles(first, second) && first.posts === second.posts,
      `dev has ${first.posts} posts, prod ${second.posts}; different: ${differing(first, second).join(", ")}`,
    );
    return {
      zone: lostZone,
      dev: devMet,
      prod: prodMet,
      acknowledged: users.acknowledged.length,
      lost,
    };
  }

  /** Two machines of each environment answer, none in the lost zone, and dev's master takes posts. */
  private async servesWithout(users: WebUsers, dev: OperationResult): Promise<boolean> {
    const { world } = this.local.gateway;
    if (!world.databases.acceptsWrites(region, textOutput(dev, "databaseIdentifier"))) return false;
    const full = ["web-dev", "web-prod"].every(
      (group) => this.places.machines.answering(group).length >= 2,
    );
    return full && (await this.pages(users)) !== undefined;
  }

  private replicasRun(prod: OperationResult): boolean {
    const { replicas } = prod.outputs.promotion?.value as PromotionTarget;
    return replicas.every(({ identifier }) =>
      this.places.databases.isRunning({ region, identifier }),
    );
  }

  /** Acknowledged posts that are in dev's master or in a replica of prod no more. */
  private async lostPosts(
    users: WebUsers,
    dev: OperationResult,
    prod: OperationResult,
  ): Promise<number> {
    const secret = textOutput(dev, "databaseSecretArn");
    const { replicas } = prod.outputs.promotion?.value as PromotionTarget;
    const all = [
      textOutput(dev, "databaseIdentifier"),
      ...replicas.map(({ identifier }) => identifier),
    ];
    let lost = 0;
    for (const identifier of all) {
      const texts = await this.people.withDatabase(identifier, secret, async (database) => {
        const [rows] = await database.query("SELECT text FROM posts");
        return new Set((rows as { text: string }[]).map(({ text }) => text));
      });
      lost = Math.max(lost, users.acknowledged.filter((text) => !texts.has(text)).length);
    }
    return lost;
  }

  private async serveNewCode(
    users: WebUsers,
    { dev, prod }: Pick<Deployed, "dev" | "prod">,
  ): Promise<void> {
    for (const stack of [dev, prod])
      await this.people.deploy(textOutput(stack, "codeAssociationId"));
    await this.until(async () => {
      const pages = await this.pages(users);
      return pages !== undefined && sameFiles(...pages);
    });
  }

  private async settledPages(users: WebUsers): Promise<readonly [Page, Page]> {
    let pages: readonly [Page, Page] | undefined;
    await this.until(async () => (pages = await this.pages(users)) !== undefined);
    if (pages === undefined) throw new Error("Dev or prod does not answer.");
    return pages;
  }

  private async pages(users: WebUsers): Promise<readonly [Page, Page] | undefined> {
    const [dev, prod] = await Promise.all([users.page(hosts.dev), users.page(hosts.prod)]);
    return dev && prod ? [dev, prod] : undefined;
  }

  /** Waits for it, for so long of modelled time; what then is not so, a check will say. */
  private async until(isSo: () => Promise<boolean>, limit = patience): Promise<void> {
    const { clock } = this.local.gateway;
    const from = clock.now();
    while (!(await isSo()) && clock.now() - from < limit) await pause(this.signal);
  }

  private expectEnd(promise: string, { code, said }: PromotionEnd, expected: number): void {
    const lines = said.trim().split("\n");
    this.check(promise, code === expected, lines.at(-1) ?? "it said nothing");
  }

  private check(promise: string, held: boolean, seen: string): void {
    this.checks.push({ promise, held, seen });
  }
}

/** The file that belongs to each environment. */
const staticFile = "wp-config.php";

/** The files that are not the same in both. */
function differing(dev: Page, prod: Page): string[] {
  const paths = new Set([...Object.keys(dev.files), ...Object.keys(prod.files)]);
  return [...paths].filter((path) => dev.files[path] !== prod.files[path]).sort();
}

/** The same files with the same content, except for the static one, which both have and which differs. */
function sameFiles(dev: Page, prod: Page): boolean {
  const [own, other] = [dev.files[staticFile], prod.files[staticFile]];
  const both = own !== undefined && other !== undefined;
  return both && differing(dev, prod).join() === staticFile;
}

/** The owner of shared files: an account of this machine, since files here are real. */
function owner(): { owner: string; uid: number; gid: number } {
  const who = process.getuid?.() === 0 ? ["nobody"] : [];
  const ask = (...flags: string[]): string =>
    execFileSync("id", [...flags, ...who], { encoding: "utf8" }).trim();
  return { owner: `${ask("-un")}:${ask("-gn")}`, uid: Number(ask("-u")), gid: Number(ask("-g")) };
}
