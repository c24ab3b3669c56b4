import Ajv from "ajv";
import { expect } from "chai";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { parse } from "yaml";
import { renderCompose } from "../../../components/container/composeRenderer";
import { renderContainerSoftware } from "../../../components/container/containerSoftwareRenderer";
import {
  containerFiles,
  renderContainerUserData,
} from "../../../components/container/containerUserDataRenderer";
import { renderSettingsScript } from "../../../components/container/settingsScriptRenderer";
import { bootCompression } from "../../../components/machine/deterministicGzip";
import { installed } from "../../support/installed";
import { parseUnit } from "../jenkins/unitFile";
import { shop, shopUserData } from "./sampleApplication";

const { compose, source } = shopUserData;
const script = renderSettingsScript(shop, compose.images, source);

interface ComposeFile {
  readonly services: Record<
    string,
    { environment: Record<string, string>; [key: string]: unknown }
  >;
  readonly secrets: Record<string, { file: string }>;
}

describe("the compose file", () => {
  const text = renderCompose(compose);
  const file = parse(text) as ComposeFile;

  it("is what the Compose Specification's schema takes", () => {
    const path = join(__dirname, "composeSpec", "compose-spec.json");
    // It names draft 7 by an address that Ajv does not know.
    const schema = JSON.parse(
      readFileSync(path, "utf8").replace(/^ *"\$schema".*$/m, ""),
    ) as object;
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);
    expect(validate(file), JSON.stringify(validate.errors)).to.equal(true);
    // And the check is one: a misspelt member does not pass.
    const misspelt = { ...file.services.frontend, imag: "a" };
    expect(validate({ ...file, services: { frontend: misspelt } })).to.equal(false);
  });

  it("is what docker compose takes", function () {
    if (spawnSync("docker", ["compose", "version"]).status !== 0) this.skip();
    const folder = mkdtempSync(join(tmpdir(), "compose-"));
    try {
      // Compose reads the environment files, which are made at boot.
      const path = join(folder, "compose.yaml");
      writeFileSync(path, text.replaceAll("/run/application", folder));
      for (const { name } of shop.services) writeFileSync(join(folder, `${name}.env`), "A=$B\n");
      const { status, stderr } = spawnSync("docker", ["compose", "-f", path, "config", "-q"]);
      expect(status, String(stderr)).to.equal(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("runs each image at a port of its own, with its settings and without another's", () => {
    expect(file.services.frontend).to.deep.include({ ports: ["8080:80"] });
    expect(file.services.backend).to.deep.include({
      ports: ["8081:3000"],
      image: shop.services[1]!.image,
      env_file: [{ path: "/run/application/backend.env", format: "raw" }],
    });
    expect(file.services.frontend!.environment).not.to.have.property("DATABASE_HOST");
    expect(file.services.backend!.environment).to.deep.include({
      DATABASE_HOST: "db.example.internal",
      DATABASE_PORT: "5432",
      DATABASE_PASSWORD_FILE: "/run/secrets/DATABASE_PASSWORD",
      SESSION_KEY_FILE: "/run/secrets/SESSION_KEY",
    });
    expect(file.secrets).to.deep.equal({
      "backend-SESSION_KEY": { file: "/run/application/secrets/backend/SESSION_KEY" },
      "backend-DATABASE_PASSWORD": { file: "/run/application/secrets/backend/DATABASE_PASSWORD" },
    });
  });

  it("keeps a dollar sign from being taken for a variable", () => {
    const { services } = parse(renderCompose({ ...compose, assetBucket: "a$HOME" })) as ComposeFile;
    expect(services.frontend!.environment.ASSET_BUCKET).to.equal("a$$HOME");
  });
});

describe("a container machine's boot", () => {
  it("writes what it runs, within EC2's limit and without a secret", () => {
    const packed = renderContainerUserData(shopUserData, bootCompression);
    expect(Buffer.from(packed, "base64").length).to.be.below(8_000);
    const whole = gunzipSync(Buffer.from(packed, "base64")).toString();
    const { runcmd } = parse(whole) as { runcmd: string[][] };
    expect(runcmd.at(-1)).to.deep.equal([
      "systemctl",
      "enable",
      "--now",
      "--no-block",
      "application.service",
    ]);
    expect(containerFiles(shopUserData).map(({ path }) => path)).to.include(
      "/etc/jenkins-pilot-light/compose.yaml",
    );
  });

  it("fetches settings before it starts containers, into memory that only root reads", () => {
    const unit = containerFiles(shopUserData).find(({ path }) => path.endsWith(".service"))!;
    const parsed = parseUnit(unit.content);
    const service = (name: string): string => parsed.one("Service", name);
    expect(service("RuntimeDirectory")).to.equal("application");
    expect(service("RuntimeDirectoryMode")).to.equal("0700");
    expect(service("ExecStartPre")).to.equal("/usr/local/sbin/application-settings");
    expect(service("ExecStart")).to.match(/compose\.yaml up --detach/);
  });

  it("has scripts in which shellcheck finds nothing", function () {
    if (!installed("shellcheck")) this.skip();
    for (const text of [script, renderContainerSoftware()]) {
      const { stdout, status } = spawnSync("shellcheck", ["-"], { input: text });
      expect(status, String(stdout)).to.equal(0);
    }
  });

  it("refuses what could not stand in its files", () => {
    const odd = { ...shop, services: [{ ...shop.services[0]!, settings: { "A B": "x" } }] };
    expect(() => renderSettingsScript(odd, compose.images, source)).to.throw(
      "environment variable",
    );
    const { region, parameterPrefix, secretPrefix } = source;
    const without = { region, parameterPrefix, secretPrefix };
    expect(() => renderSettingsScript(shop, compose.images, without)).to.throw("there is none");
  });
});

describe("the script of an application's settings", () => {
  let folder: string;

  /** Runs it with stand-ins for the programs of the machine; `aws` fails once for each name in `late`. */
  const run = (values: Record<string, string>, late: readonly string[] = [], sleep = ":") => {
    const program = (name: string, body: string): void => {
      writeFileSync(join(folder, "bin", name), `#!/bin/bash\n${body}\n`);
      chmodSync(join(folder, "bin", name), 0o755);
    };
    mkdirSync(join(folder, "bin"), { recursive: true });
    mkdirSync(join(folder, "values"), { recursive: true });
    for (const [name, value] of Object.entries(values)) {
      writeFileSync(join(folder, "values", name.replaceAll("/", "%")), value);
    }
    for (const name of late) writeFileSync(join(folder, `late-${name.replaceAll("/", "%")}`), "");
    program(
      "aws",
      `while [[ $# -gt 0 ]]; do case $1 in --name | --secret-id) id=\${2//\\//%} ;; esac; shift; done
if [[ -e ${folder}/late-$id ]]; then rm "${folder}/late-$id"; exit 1; fi
cat "${folder}/values/$id"`,
    );
    program("docker", `echo "$*" >>${folder}/docker.log; cat >>${folder}/docker.log`);
    program("sleep", sleep);
    if (installed("jq")) return runScript();
    program(
      "jq",
      `key=$4; exec ${process.execPath} -e 'const v=JSON.parse(require("fs").readFileSync(0))[process.argv[1]]; if(v==null)process.exit(1); console.log(v)' "$key"`,
    );
    return runScript();
  };
  const runScript = () => {
    const text = script.replaceAll("/run/application", join(folder, "run"));
    mkdirSync(join(folder, "run"), { recursive: true });
    return spawnSync("bash", ["-c", text], {
      env: { PATH: `${join(folder, "bin")}:${process.env.PATH ?? ""}` },
      timeout: 10_000,
      encoding: "utf8",
    });
  };
  const values = {
    "/app/shared/backend-url": "http://backend:3000/?a=$b\n",
    "/app/shared/log/level": "info\n",
    "app/shared/session-key": "two\nlines\n",
    "app/shared/registry-login": '{"username":"puller","password":"p w"}\n',
    "app-database": '{"username":"jenkins","password":"s3cret"}\n',
  };
  const read = (path: string): string => readFileSync(join(folder, "run", path), "utf8");

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "settings-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("puts each value where its container finds it, and asks again for what is late", () => {
    const late = ["/app/shared/log/level", "app-database"];
    const { status, stderr } = run(values, late);
    expect(status, stderr).to.equal(0);
    for (const name of late) expect(stderr).to.include(`${name} cannot be read`);
    expect(read("frontend.env")).to.equal("BACKEND_URL=http://backend:3000/?a=$b\n");
    expect(read("backend.env")).to.equal("LOG_LEVEL=info\nDATABASE_USERNAME=jenkins\n");
    expect(read("secrets/backend/SESSION_KEY")).to.equal("two\nlines");
    expect(read("secrets/backend/DATABASE_PASSWORD")).to.equal("s3cret");
    const mode = statSync(join(folder, "run", "secrets/backend/SESSION_KEY")).mode & 0o777;
    expect(mode).to.equal(0o444);
    expect(statSync(join(folder, "run", "backend.env")).mode & 0o777).to.equal(0o600);
  });

  it("logs on to ECR by the machine's role and elsewhere by a secret that no argument shows", () => {
    run(values);
    expect(JSON.parse(read("docker/config.json"))).to.deep.equal({
      credHelpers: { "123456789012.dkr.ecr.eu-central-1.amazonaws.com": "ecr-login" },
    });
    const [arguments_, given] = readFileSync(join(folder, "docker.log"), "utf8").split("\n");
    expect(arguments_).to.equal(
      "login --username puller --password-stdin registry.example.com:5000",
    );
    expect(given).to.equal("p w");
  });

  it("starts nothing with a setting of several lines, and says so", () => {
    const several = { ...values, "/app/shared/log/level": "a\nb\n" };
    const { signal, stderr } = run(several, [], "kill -TERM $PPID");
    expect(signal, "it would have gone on asking").to.equal("SIGTERM");
    expect(stderr).to.include("LOG_LEVEL has several lines");
    expect(existsSync(join(folder, "run", "secrets"))).to.equal(false);
  });
});
