import { expect } from "chai";
import { firstConfiguration, warCommand } from "../../../local/war/warCommand";

const places = {
  java: "/jdk/bin/java",
  war: "/run/jenkins.war",
  launcher: "/run/OldWarLauncher.java",
  home: "/homes/ma",
  scratch: "/machines/i-1/jenkins",
  port: 4711,
};

describe("the command of a real Jenkins", () => {
  for (const product of ["Jenkins", "Hudson"] as const) {
    const command = warCommand({ product }, places);

    it(`keeps a ${product} on loopback and offline`, () => {
      expect(command.arguments).to.include.members([
        "--httpPort=4711",
        "--httpListenAddress=127.0.0.1",
        "-Dhttp.proxyHost=127.0.0.1",
        "-Dhttps.proxyHost=127.0.0.1",
        "-Dhudson.model.UpdateCenter.never=true",
      ]);
    });

    it(`gives a ${product} its home, and unpacks beside it`, () => {
      const home = product === "Jenkins" ? "JENKINS_HOME" : "HUDSON_HOME";
      expect(command.environment).to.deep.equal({ HOME: places.scratch, [home]: places.home });
      expect(command.arguments).to.include(`--webroot=${places.scratch}/webroot`);
      expect(command.arguments.join(" ")).not.to.contain(places.home);
    });
  }

  it("asks a Jenkins for no wizard and no agents' port", () => {
    const { arguments: words } = warCommand({ product: "Jenkins" }, places);
    expect(words).to.include.members([
      "-Djenkins.install.runSetupWizard=false",
      "-Djenkins.model.Jenkins.slaveAgentPort=-1",
    ]);
    expect(words.slice(words.indexOf("-jar"))[1]).to.equal(places.war);
    expect(firstConfiguration({ path: "", product: "Jenkins", version: "2.555.1" })).to.equal(
      undefined,
    );
  });

  it("starts a Hudson by the launcher, which is told the war, and without an agents' port", () => {
    const { arguments: words } = warCommand({ product: "Hudson" }, places);
    expect(words.slice(words.indexOf(places.launcher))[1]).to.equal(places.war);
    expect(words).to.include("--add-opens=java.base/java.lang=ALL-UNNAMED");
    expect(firstConfiguration({ path: "", product: "Hudson", version: "1.395" })).to.contain(
      "<slaveAgentPort>-1</slaveAgentPort>",
    );
  });
});
