import { expect } from "chai";
import { spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import type { WebContent } from "../../../components/webapp/content";
import {
  renderContentScript,
  renderContentSettings,
  renderStaticFiles,
} from "../../../components/webapp/contentScriptRenderer";
import { renderWebSecretsScript } from "../../../components/webapp/secretsScriptRenderer";
import { webSoftware } from "../../../components/webapp/webSoftwareRenderer";
import { installed } from "../../support/installed";

const content: WebContent = {
  code: "localDisk",
  documentRoot: "/var/www/html",
  uploads: "wp-content/uploads",
  staticFiles: ["wp-config.php"],
  owner: "apache:apache",
  ownerIds: { uid: 48, gid: 48 },
};

const secretsScript = renderWebSecretsScript(
  "eu-central-1",
  "arn:aws:secretsmanager:eu-central-1:123456789012:secret:web-dev-database-AbCdEf",
  "apache:apache",
);

/** A machine in a folder: the real script with real rsync, in other places. */
class Machine {
  readonly root = mkdtempSync(join(tmpdir(), "webapp-"));
  readonly tree = join(this.root, "srv/web/html");
  readonly devTree = join(this.root, "srv/dev/html");
  readonly documentRoot = join(this.root, "var/www/html");
  private readonly settings = join(this.root, "content");
  private readonly script = join(this.root, "webapp-content");

  constructor(environment: "dev" | "prod", code: WebContent["code"] = "localDisk") {
    mkdirSync(this.tree, { recursive: true });
    const paths = renderContentSettings({ ...content, code, environment })
      .replace(/="\/(srv|var)\//g, `="${this.root}/$1/`)
      .replace("/etc/webapp/static-files", join(this.root, "static-files"))
      .replace("apache:apache", ownerHere());
    writeFileSync(this.settings, paths);
    writeFileSync(join(this.root, "static-files"), renderStaticFiles(content));
    writeFileSync(this.script, renderContentScript(), { mode: 0o755 });
  }

  write(file: string, text: string): void {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  run(verb: string): { status: number | null; said: string } {
    const { status, stdout, stderr } = spawnSync("bash", [this.script, verb], {
      encoding: "utf8",
      env: { ...process.env, WEBAPP_SETTINGS: this.settings },
    });
    return { status, said: stdout + stderr };
  }

  start(verb: string): ReturnType<typeof spawn> {
    return spawn("bash", [this.script, verb], {
      detached: true,
      stdio: "ignore",
      env: { ...process.env, WEBAPP_SETTINGS: this.settings },
    });
  }

  /** What a request would get. */
  served(file: string): string | undefined {
    const path = join(this.documentRoot, file);
    return existsSync(path) ? readFileSync(path, "utf8") : undefined;
  }

  get releases(): string[] {
    return readdirSync(join(this.root, "var/lib/webapp/releases"));
  }
}

function ownerHere(): string {
  const group = spawnSync("id", ["-gn"], { encoding: "utf8" }).stdout.trim();
  return `${userInfo().username}:${group}`;
}

describe("the web machine's content script", function () {
  this.timeout(20_000);
  const machines: Machine[] = [];

  function machine(environment: "dev" | "prod", code?: WebContent["code"]): Machine {
    const made = new Machine(environment, code);
    machines.push(made);
    return made;
  }

  before(function () {
    // Owners are set as root alone, as on the machines; CI runs as root.
    if (!installed("rsync") || !installed("flock") || process.getuid?.() !== 0) this.skip();
  });

  afterEach(() => {
    for (const { root } of machines.splice(0)) rmSync(root, { recursive: true, force: true });
  });

  it("copies dev to prod but for the static file, and serves it read-only with the uploads shared", () => {
    const prod = machine("prod");
    prod.write(join(prod.devTree, "index.php"), "dev's page");
    prod.write(join(prod.devTree, "wp-config.php"), "dev's database");
    prod.write(join(prod.devTree, "wp-content/uploads/a.jpg"), "picture");
    prod.write(join(prod.tree, "wp-config.php"), "prod's database");
    expect(prod.run("boot")).to.deep.include({ status: 0 });
    expect(prod.served("index.php")).to.equal("dev's page");
    expect(prod.served("wp-config.php")).to.equal("prod's database");
    expect(prod.served("wp-content/uploads/a.jpg")).to.equal("picture");
    expect(lstatSync(join(prod.documentRoot, "wp-content/uploads")).isSymbolicLink()).to.equal(
      true,
    );
    expect(statSync(join(prod.documentRoot, "index.php")).mode & 0o777).to.equal(0o640);

    writeFileSync(join(prod.tree, "wp-content/uploads/b.jpg"), "newer");
    expect(prod.served("wp-content/uploads/b.jpg"), "at once").to.equal("newer");
  });

  it("serves new code on demand, whole, and keeps one release besides", () => {
    const dev = machine("dev");
    dev.write(join(dev.tree, "index.php"), "one");
    expect(dev.run("boot").status).to.equal(0);
    const [first] = dev.releases;
    expect(dev.run("deploy").status).to.equal(0);
    expect(dev.releases, "nothing new, nothing copied").to.deep.equal([first]);

    for (const text of ["second", "the third"]) {
      dev.write(join(dev.tree, "index.php"), text);
      expect(dev.served("index.php"), "not before it is asked for").to.not.equal(text);
      expect(dev.run("deploy").status).to.equal(0);
      expect(dev.served("index.php")).to.equal(text);
    }
    rmSync(join(dev.tree, "index.php"));
    dev.write(join(dev.tree, "main.php"), "main");
    expect(dev.run("deploy").status).to.equal(0);
    expect(dev.served("index.php"), "what is gone is gone").to.equal(undefined);
    expect(dev.releases).to.have.length(2);
  });

  it("takes dev's first content from the image, which may have been made from a configured instance", () => {
    const dev = machine("dev");
    dev.write(join(dev.documentRoot, "index.php"), "configured");
    dev.write(join(dev.documentRoot, "wp-config.php"), "dev's database");
    expect(dev.run("boot").status).to.equal(0);
    expect(readFileSync(join(dev.tree, "index.php"), "utf8")).to.equal("configured");
    expect(dev.served("wp-config.php")).to.equal("dev's database");
    // A later machine's image must not undo what dev has made since.
    dev.write(join(dev.tree, "index.php"), "edited");
    rmSync(join(dev.root, "var"), { recursive: true });
    dev.write(join(dev.documentRoot, "index.php"), "configured");
    expect(dev.run("boot").status).to.equal(0);
    expect(dev.served("index.php")).to.equal("edited");
  });

  it("leaves alone a tree that somebody filled by hand", () => {
    const prod = machine("prod");
    prod.write(join(prod.devTree, "index.php"), "dev's");
    prod.write(join(prod.tree, "index.php"), "by hand");
    expect(prod.run("boot").status).to.equal(0);
    expect(prod.served("index.php")).to.equal("by hand");
  });

  it("says what is missing, and goes on: no code in dev, no static file", () => {
    const prod = machine("prod");
    mkdirSync(join(prod.devTree, "wp-content/uploads"), { recursive: true });
    const { status, said } = prod.run("boot");
    expect(status).to.equal(0);
    expect(said).to.include("there is no code in").and.include("wp-config.php is missing");
    prod.write(join(prod.devTree, "index.php"), "now there is");
    expect(prod.run("boot").status).to.equal(0);
    expect(prod.served("index.php")).to.equal("now there is");
  });

  it("serves the shared files themselves where that is chosen", () => {
    const dev = machine("dev", "sharedFiles");
    dev.write(join(dev.tree, "index.php"), "one");
    expect(dev.run("boot").status).to.equal(0);
    dev.write(join(dev.tree, "index.php"), "two");
    expect(dev.served("index.php")).to.equal("two");
  });

  it("finishes after being killed at any point what it had begun", async () => {
    const prod = machine("prod");
    for (let file = 0; file < 120; file++) {
      prod.write(join(prod.devTree, `folder-${file % 10}/${file}.php`), `code ${file}`.repeat(200));
    }
    prod.write(join(prod.devTree, "wp-config.php"), "dev's database");
    for (const milliseconds of [10, 30, 60]) {
      const child = prod.start("boot");
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      if (child.exitCode === null) process.kill(-child.pid!, "SIGKILL");
      // Whatever is served is a whole release.
      const served = prod.served("folder-0/0.php");
      if (served !== undefined) expect(prod.served("folder-9/119.php")).to.not.equal(undefined);
    }
    expect(prod.run("boot").status).to.equal(0);
    for (let file = 0; file < 120; file++) {
      expect(prod.served(`folder-${file % 10}/${file}.php`)).to.equal(`code ${file}`.repeat(200));
    }
    expect(prod.served("wp-config.php"), "dev's stays in dev").to.equal(undefined);
    expect(prod.releases.filter((name) => name.endsWith(".part"))).to.deep.equal([]);
  });

  it("serves nothing that a promotion has half done, nor what it works with", async () => {
    const prod = machine("prod");
    prod.write(join(prod.tree, "index.php"), "before");
    expect(prod.run("boot").status).to.equal(0);
    prod.write(join(prod.tree, ".promotion/lock"), "");
    prod.write(join(prod.tree, "index.php"), "half");
    const lock = join(prod.tree, ".promotion/lock");
    const promotion = spawn("flock", [lock, "cat"], { stdio: ["pipe", "ignore", "ignore"] });
    while (spawnSync("flock", ["-n", lock, "true"]).status === 0) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const ended = new Promise((resolve) => prod.start("deploy").once("exit", resolve));
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(prod.served("index.php")).to.equal("before");
    prod.write(join(prod.tree, "index.php"), "whole");
    promotion.stdin.end();
    expect(await ended).to.equal(0);
    expect(prod.served("index.php")).to.equal("whole");
    expect(prod.served(".promotion/lock")).to.equal(undefined);
  });

  it("refuses a verb that it does not know", () => {
    const dev = machine("dev");
    expect(dev.run("delete")).to.deep.include({ status: 2 });
  });
});

describe("the web machine's scripts", () => {
  it("have no finding of shellcheck", function () {
    if (!installed("shellcheck")) this.skip();
    const scripts = [renderContentScript(), secretsScript, webSoftware.install, webSoftware.check];
    for (const script of scripts) {
      const { stdout } = spawnSync("shellcheck", ["-"], { input: script, encoding: "utf8" });
      expect(stdout).to.equal("");
    }
  });

  it("fetch the secret until it is there, readable by the application's group alone", function () {
    if (process.getuid?.() !== 0) this.skip();
    const folder = mkdtempSync(join(tmpdir(), "webapp-secrets-"));
    try {
      const answer = '{"username":"web","password":"correct horse"}';
      const aws = `#!/bin/bash
if [ ! -e "${folder}/asked" ]; then touch "${folder}/asked"; echo throttled >&2; exit 254; fi
echo '${answer}'
`;
      writeFileSync(join(folder, "aws"), aws, { mode: 0o755 });
      writeFileSync(join(folder, "sleep"), "#!/bin/bash\n", { mode: 0o755 });
      const script = secretsScript.replace(/"apache"/g, '"daemon"');
      const { status, stderr } = spawnSync("bash", ["-c", script], {
        encoding: "utf8",
        env: {
          ...process.env,
          PATH: `${folder}:${process.env.PATH}`,
          WEBAPP_SECRETS: `${folder}/run`,
        },
      });
      expect(status, stderr).to.equal(0);
      expect(stderr).to.include("cannot be read").and.not.include("horse");
      const file = join(folder, "run/database.json");
      expect(readFileSync(file, "utf8").trim()).to.equal(answer);
      expect(statSync(file).mode & 0o777).to.equal(0o640);
      expect(statSync(file).gid).to.not.equal(0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("take no value that a shell would read as anything else", () => {
    const bad = { ...content, environment: "dev", uploads: "$(reboot)" } as const;
    expect(() => renderContentSettings(bad)).to.throw(/UPLOADS/);
    expect(() => renderStaticFiles({ staticFiles: ["a`b`"] })).to.throw(/static file/);
    expect(() => renderWebSecretsScript("eu-central-1", 'x"; reboot', "a:b")).to.throw(/secret/);
  });
});
