import { Agent, type IncomingHttpHeaders, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** A finished build as Jenkins tells of it. */
export interface JobBuild {
  readonly number: number;
  /** Jenkins's word, e.g. `SUCCESS`. */
  readonly result: string;
  /** The whole of its log. */
  readonly console: string;
}

/** Whose Jenkins it is, and its name in requests. */
export interface JobTeam {
  readonly name: string;
  readonly host: string;
}

/** A job of one shell step. */
export interface Job {
  readonly name: string;
  /** For sh; without characters that XML would have escaped. */
  readonly command: string;
}

/** How a team's Jenkins is reached. */
export interface JobAccess {
  /** Default: loopback. */
  readonly address?: string;
  readonly port: number;
  /** Milliseconds that one answer may take. Default: 15 s; the first page of a kind is slow. */
  readonly answerMs?: number;
  /** Milliseconds until a build must have ended. Default: a minute. */
  readonly buildMs?: number;
}

/** A free-style job in the form that every version since 2010 reads; its builds run one by one. */
const configurationOf = ({ command }: Job) => `<?xml version='1.0' encoding='UTF-8'?>
<project>
  <actions/>
  <description>Made by jenkins-pilot-light.</description>
  <properties/>
  <scm class="hudson.scm.NullSCM"/>
  <canRoam>true</canRoam>
  <disabled>false</disabled>
  <triggers class="vector"/>
  <concurrentBuild>false</concurrentBuild>
  <builders>
    <hudson.tasks.Shell>
      <command>${command}</command>
    </hudson.tasks.Shell>
  </builders>
  <publishers/>
  <buildWrappers/>
</project>
`;

const usualAnswerMs = 15_000;

const usualBuildMs = 60_000;

/** Real milliseconds between two looks at a build. */
const lookEveryMs = 250;

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** One team's Jenkins by its HTTP API, reached as its users reach it. */
export class JobClient {
  /** A connection for each request: the way there is to be found anew each time. */
  private readonly agent = new Agent({ keepAlive: false });

  constructor(
    readonly team: JobTeam,
    readonly job: Job,
    private readonly access: JobAccess,
  ) {}

  /** Makes the job. @throws Error with Jenkins's answer if it refuses */
  async create(): Promise<void> {
    await this.post(`/createItem?name=${this.job.name}`, configurationOf(this.job));
  }

  /** Runs the job once, and resolves when that build has ended. @throws Error if none does */
  async build(): Promise<JobBuild> {
    const before = Math.max(0, ...(await this.numbers()).map(({ number }) => number));
    await this.post(`/job/${this.job.name}/build?delay=0sec`, "");
    const { buildMs = usualBuildMs } = this.access;
    const end = Date.now() + buildMs;
    for (;;) {
      const found = (await this.numbers()).find(({ number, result }) => number > before && result);
      if (found?.result) return await this.withConsole(found.number, found.result);
      if (Date.now() > end) {
        throw new Error(
          `${this.team.name}: no build of ${this.job.name} ended in ${buildMs / 1000} s.`,
        );
      }
      await sleep(lookEveryMs);
    }
  }

  /** All finished builds, oldest first. @throws Error if Jenkins does not know the job */
  async builds(): Promise<JobBuild[]> {
    const builds: JobBuild[] = [];
    for (const { number, result } of (await this.numbers()).reverse()) {
      if (result) builds.push(await this.withConsole(number, result));
    }
    return builds;
  }

  /** Newest first; without a result while they run. */
  private async numbers(): Promise<{ number: number; result: string | null }[]> {
    const { text } = await this.get(`/job/${this.job.name}/api/json?tree=builds[number,result]`);
    return (JSON.parse(text) as { builds: { number: number; result: string | null }[] }).builds;
  }

  private async withConsole(number: number, result: string): Promise<JobBuild> {
    const { text } = await this.get(`/job/${this.job.name}/${number}/consoleText`);
    return { number, result, console: text };
  }

  private get(path: string): Promise<Answer> {
    return this.send("GET", path, {}, "");
  }

  private async post(path: string, body: string): Promise<Answer> {
    const headers = { "content-type": "application/xml", ...(await this.crumb()) };
    return this.send("POST", path, headers, body);
  }

  /** What a Jenkins with protection against forged requests wants to see; nothing for an older one. */
  private async crumb(): Promise<Record<string, string>> {
    const { status, text, headers } = await this.ask("GET", "/crumbIssuer/api/json", {}, "");
    if (status === 404) return {};
    if (status !== 200) throw new Error(`${this.team.name}: no crumb to be had (${status}).`);
    const { crumbRequestField, crumb } = JSON.parse(text) as Record<string, string>;
    const cookie = (headers["set-cookie"] ?? []).map((each) => each.split(";")[0]).join("; ");
    return { [crumbRequestField ?? "Jenkins-Crumb"]: crumb ?? "", cookie };
  }

  private async send(
    method: "GET" | "POST",
    path: string,
    headers: Readonly<Record<string, string>>,
    body: string,
  ): Promise<Answer> {
    const answer = await this.ask(method, path, headers, body);
    // A redirection is how older versions say that it was done.
    if (answer.status < 400) return answer;
    throw new Error(`${this.team.name}: ${method} ${path} was answered with ${answer.status}.`);
  }

  private ask(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body: string,
  ): Promise<Answer> {
    const { host } = this.team;
    const { address = "127.0.0.1", port, answerMs = usualAnswerMs } = this.access;
    return new Promise((resolve, reject) => {
      const sent = request({
        host: address,
        port,
        agent: this.agent,
        method,
        path: path.replace(/[[\]]/g, encodeURIComponent),
        headers: { ...headers, host, "content-length": Buffer.byteLength(body) },
        signal: AbortSignal.timeout(answerMs),
      });
      sent.on("error", reject);
      sent.on("response", (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        response.on("error", reject);
        response.on("end", () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        });
      });
      sent.end(body);
    });
  }
}
