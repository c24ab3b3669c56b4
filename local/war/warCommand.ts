import type { WarFile } from "./warFile";

/** Files of one real Jenkins; all but the home lie on the machine's own disk. */
export interface WarPlaces {
  readonly java: string;
  readonly war: string;
  /** OldWarLauncher.java. */
  readonly launcher: string;
  readonly home: string;
  /** Folder for what it unpacks and for temporary files. */
  readonly scratch: string;
  readonly port: number;
  /** Where it listens. Default: loopback alone. */
  readonly address?: string;
}

export interface WarCommand {
  readonly program: string;
  readonly arguments: readonly string[];
  /** What its environment has besides the basic one. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Small and quick to start: a few of them share a machine with all of the drill. */
const virtualMachine = [
  "-Xmx256m",
  "-XX:TieredStopAtLevel=1",
  "-XX:+UseSerialGC",
  "-Djava.awt.headless=true",
];

/** Nothing is fetched and nobody is told anything: port 9 of loopback refuses whatever tries. */
const offline = [
  ...["http", "https"].flatMap((scheme) => [
    `-D${scheme}.proxyHost=127.0.0.1`,
    `-D${scheme}.proxyPort=9`,
  ]),
  "-Dhttp.nonProxyHosts=localhost|127.*",
  "-Dhudson.model.UpdateCenter.never=true",
  "-Dhudson.model.DownloadService.never=true",
  "-Dhudson.model.UsageStatistics.disabled=true",
];

/** What code of 2011 reaches into, which Java closed since. */
const opened = [
  "java.base/java.lang",
  "java.base/java.lang.reflect",
  "java.base/java.io",
  "java.base/java.net",
  "java.base/java.text",
  "java.base/java.util",
  "java.base/java.util.concurrent",
  "java.base/java.util.concurrent.atomic",
  "java.base/java.util.zip",
  "java.desktop/java.awt.font",
].map((packageName) => `--add-opens=${packageName}=ALL-UNNAMED`);

/** How a war is started: without a wizard, its home apart from what it unpacks. */
export function warCommand({ product }: Pick<WarFile, "product">, places: WarPlaces): WarCommand {
  const { java, war, launcher, home, scratch, port, address = "127.0.0.1" } = places;
  const own = [
    `--httpPort=${port}`,
    `--httpListenAddress=${address}`,
    `--webroot=${scratch}/webroot`,
  ];
  const shared = [...virtualMachine, `-Djava.io.tmpdir=${scratch}`, ...offline];
  if (product === "Hudson") {
    return {
      program: java,
      arguments: [
        ...shared,
        ...opened,
        "-Dhudson.DNSMultiCast.disabled=true",
        launcher,
        war,
        ...own,
        "--ajp13Port=-1",
      ],
      environment: { HOME: scratch, HUDSON_HOME: home },
    };
  }
  return {
    program: java,
    arguments: [
      ...shared,
      "-Djenkins.install.runSetupWizard=false",
      "-Djenkins.model.Jenkins.slaveAgentPort=-1",
      "-jar",
      war,
      ...own,
      `--pluginroot=${scratch}/plugins`,
    ],
    environment: { HOME: scratch, JENKINS_HOME: home },
  };
}

/**
 * The configuration that a fresh home of a Hudson begins with; undefined where options say it all.
 * Without it, it opens a port for agents on all interfaces.
 */
export function firstConfiguration({ product, version }: WarFile): string | undefined {
  if (product === "Jenkins") return undefined;
  return `<?xml version='1.0' encoding='UTF-8'?>
<hudson>
  <version>${version}</version>
  <numExecutors>2</numExecutors>
  <mode>NORMAL</mode>
  <useSecurity>false</useSecurity>
  <slaveAgentPort>-1</slaveAgentPort>
</hudson>
`;
}
