import { expect } from "chai";
import { gunzipSync } from "node:zlib";
import { renderContainerUserData } from "../../../../components/container/containerUserDataRenderer";
import { bootCompression } from "../../../../components/machine/deterministicGzip";
import { readApplicationSettings } from "../../../../local/gateway/controllers/applicationSettings";
import type { LaunchedInstance } from "../../../../local/gateway/world";
import { shopUserData } from "../../../components/container/sampleApplication";

const instance: LaunchedInstance = {
  instanceId: "i-1",
  region: "eu-central-1",
  availabilityZone: "eu-central-1a",
  subnetId: "subnet-1",
  privateIpAddress: "10.0.0.1",
  autoScalingGroupName: "app-shop",
  tags: {},
  userData: "",
};

describe("what a machine of containers is told", () => {
  it("is read off the files that are deployed, the names of its settings and secrets alone", () => {
    const packed = renderContainerUserData(shopUserData, bootCompression);
    const userData = gunzipSync(Buffer.from(packed, "base64")).toString();
    expect(readApplicationSettings({ ...instance, userData })).to.deep.equal({
      name: "shop",
      parameters: ["/app/shared/backend-url", "/app/shared/log/level"],
      secrets: ["app/shared/registry-login", "app-database", "app/shared/session-key"],
      databaseIdentifier: "db",
    });
  });

  it("is nothing for any other machine", () => {
    expect(readApplicationSettings(instance)).to.equal(undefined);
  });
});
