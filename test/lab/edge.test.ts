import { expect } from "chai";
import { keepalivedPaths } from "../../components/pair/keepalivedRenderer";
import { edgePairFiles } from "../../components/pair/pairFiles";
import { edgeSettings } from "../../lab/edge/edgeSettings";
import { readProxyStates } from "../../lab/edge/proxyStates";
import { teamsWith } from "../../lab/edge/realTeam";
import { labFiles } from "../../lab/edge/publishedGuide";

const segment = { address: (host: number) => `10.77.1.${host}` };

describe("the lab's edge pair", () => {
  it("installs what the product renders, and nothing else, under our timing", () => {
    const settings = edgeSettings(segment, "fast");
    const [machine] = settings.pair.machines;
    expect(labFiles(settings, machine)).to.deep.equal(edgePairFiles(settings, machine));
  });

  it("takes the agents' port from the team with real controllers alone", () => {
    const ports = (real?: string) =>
      teamsWith(real === undefined ? undefined : { team: real }).map(
        ({ name, agents }) => `${name} ${agents?.pairPort ?? "none"}`,
      );
    expect(ports()).to.deep.equal(["devops 51001", "ma 51002", "ba 51003", "tw 51004"]);
    expect(ports("ba")).to.deep.equal(["devops 51001", "ma 51002", "ba none", "tw 51004"]);
    expect(() => edgeSettings(segment, "fast", teamsWith({ team: "ba" }))).not.to.throw();
  });

  it("takes out of the reference just what the published guide has not", () => {
    const settings = edgeSettings(segment, "reference");
    const [machine] = settings.pair.machines;
    const rendered = edgePairFiles(settings, machine);
    const installed = labFiles(settings, machine);
    const changed = installed.filter((file, index) => file.content !== rendered[index]?.content);
    expect(changed.map(({ path }) => path)).to.have.members([
      keepalivedPaths.proxyCheck,
      keepalivedPaths.teamCheck,
      "/etc/systemd/system/haproxy.service.d/pair.conf",
    ]);
    const text = (path: string) => installed.find((file) => file.path.endsWith(path))?.content;
    expect(text("pair.conf")).to.include("Restart=always").and.not.include("Post=");
    expect(text("team-health")).to.include("|| exit 0").and.not.include("|| exit 2");
    expect(text("proxy-alive")).to.include("pidof haproxy");
  });

  describe("HAProxy's states", () => {
    const columns = "# pxname,svname,status,act,check_status";
    const read = (...rows: string[]) => readProxyStates([columns, ...rows].join("\n"));
    it("are those of the teams' servers alone, also of names with hyphens", () => {
      const states = read(
        "web,FRONTEND,OPEN,,",
        "jenkins_backend_my-team,my-team-m1,UP,1,L7OK",
        "jenkins_backend_my-team,BACKEND,UP,1,",
        "agents_backend_my-team,my-team-m1,UP,1,L4OK",
      );
      expect(states).to.deep.equal([
        { team: "my-team", machine: "m1", up: true, checked: true, status: "UP" },
      ]);
    });
    it("tell what was checked from what HAProxy begins with", () => {
      const [initial, checking, down] = read(
        "jenkins_backend_ba,ba-m1,UP,1,INI",
        "jenkins_backend_ba,ba-m1,UP 1/2,1,* L7OK",
        "jenkins_backend_ba,ba-m2,DOWN,0,L4CON",
      );
      expect(initial).to.include({ up: true, checked: false });
      expect(checking).to.include({ up: true, checked: true, status: "UP 1/2" });
      expect(down).to.include({ up: false, checked: true });
    });
  });
});
