/** The reference system "pilot light", step 12: container images by their URLs. */
import { expect } from "chai";
import { gunzipSync } from "node:zlib";
import { ContainerApp } from "../../components/container/containerApp";
import { ecr, shop, shopUserData } from "../components/container/sampleApplication";
import { runComponent } from "../support/strictMocks";
import { bootFiles } from "../../local/gateway/controllers/bootSettings";

function deploy(role: "active" | "waiting", application = shop) {
  const [region, peerRegion] =
    role === "active" ? ["eu-central-1", "eu-west-1"] : ["eu-west-1", "eu-central-1"];
  const generation = { generation: 1, activeRegion: "eu-central-1", accountId: "123456789012" };
  return runComponent(
    () =>
      new ContainerApp("application", {
        deployment: {
          prefix: "app",
          stack: "app",
          region: region,
          peerRegion: peerRegion,
          ...generation,
        },
        role,
        network: {
          vpcId: "vpc-1",
          publicSubnetIds: ["subnet-1", "subnet-2"],
          privateSubnetIds: ["subnet-3", "subnet-4"],
          securityGroups: { loadBalancer: "sg-1", machines: "sg-2" },
        },
        application,
        database: { ...shopUserData.compose.database!, secretName: "app-database" },
        assetBucketArn: "arn:aws:s3:::app-assets",
        kmsKeyArn: `arn:aws:kms:${region}:123456789012:key/1`,
        imageId: "ami-0123456789abcdef0",
        domain: "app.example.com",
        hostedZoneId: "Z1",
        metricsNamespace: "JenkinsPilotLight",
        accelerated: true,
      }),
  );
}

describe("the reference system pilot light: container images by URL", function () {
  this.timeout(30_000);

  it("runs full in the active region and not at all in the waiting one", async () => {
    const sizes: unknown[] = [];
    for (const role of ["active", "waiting"] as const) {
      const { registrations } = await deploy(role);
      const { inputs } = registrations.one("aws:autoscaling/group:Group");
      sizes.push([inputs.minSize, inputs.desiredCapacity, inputs.maxSize]);
    }
    expect(sizes).to.deep.equal([
      [2, 2, 4],
      [0, 0, 0],
    ]);
  });

  it("leads paths to the backend and all else to the frontend", async () => {
    const { registrations } = await deploy("active");
    const rules = registrations
      .ofType("aws:lb/listenerRule:ListenerRule")
      .filter(({ name }) => name.includes("shop"));
    const backend = rules.find(({ name }) => name.endsWith("backend"))!.inputs;
    const frontend = rules.find(({ name }) => name.endsWith("frontend"))!.inputs;
    expect(JSON.stringify(backend.conditions)).to.include("/api/*");
    expect(JSON.stringify(frontend.conditions)).not.to.include("pathPattern");
    expect(Number(backend.priority)).to.be.below(Number(frontend.priority));
  });

  it("tells its machines of images, settings and secrets by name, and of no value", async () => {
    const { registrations } = await deploy("waiting");
    const packed = registrations.one("aws:ec2/launchTemplate:LaunchTemplate").inputs
      .userData as string;
    const userData = gunzipSync(Buffer.from(packed, "base64")).toString();
    const files = bootFiles(userData);
    const compose = files.get("/etc/jenkins-pilot-light/compose.yaml");
    expect(compose).to.include(shop.services[0]!.image.replace("eu-central-1", "eu-west-1"));
    expect(compose).to.include(shop.services[1]!.image);
    expect(files.get("/usr/local/sbin/application-settings")).to.include('"app-database"');
  });

  it("refuses every image that cannot be pulled twice the same, together", async () => {
    const [frontend, backend] = shop.services;
    const services = [
      { ...frontend!, image: `${ecr}/shop/frontend:latest` },
      { ...backend!, image: "other.example.com/shop/backend:1" },
    ];
    const error = await deploy("active", { ...shop, services }).catch(String);
    expect(error).to.include("services[0].image").and.include("services[1].image");
  });
});
