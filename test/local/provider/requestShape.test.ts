import { NormalizedSchema } from "@smithy/core/schema";
import { CreateAccessPointCommand } from "@aws-sdk/client-efs";
import { CreateLaunchTemplateCommand } from "@aws-sdk/client-ec2";
import { expect } from "chai";
import { shapeInput, UnknownMember } from "../../../local/provider/requestShape";

function schemaOf(command: { schema?: unknown }): NormalizedSchema {
  return NormalizedSchema.of((command.schema as never[])[4] as never);
}

describe("shapeInput", () => {
  const accessPoint = schemaOf(new CreateAccessPointCommand({} as never));
  const template = schemaOf(new CreateLaunchTemplateCommand({} as never));

  it("finds AWS's names at any depth", () => {
    const shaped = shapeInput(
      accessPoint,
      { fileSystemId: "fs-1", rootDirectory: { creationInfo: { ownerUid: 1000 } } },
      "efs:createAccessPoint",
    );
    expect(shaped).to.deep.equal({
      FileSystemId: "fs-1",
      RootDirectory: { CreationInfo: { OwnerUid: 1000 } },
    });
  });

  it("writes a map of tags as pairs", () => {
    const shaped = shapeInput(accessPoint, { tags: { team: "ma" } }, "call");
    expect(shaped).to.deep.equal({ Tags: [{ Key: "team", Value: "ma" }] });
  });

  it("keeps tags whose names are Key and Value themselves apart from one pair", () => {
    const pair = shapeInput(accessPoint, { tags: { Key: "team", Value: "ma" } }, "call");
    expect(pair).to.deep.equal({ Tags: [{ Key: "team", Value: "ma" }] });
  });

  it("makes a single object a list, and texts the scalars that AWS wants", () => {
    const data = { blockDeviceMappings: { ebs: { encrypted: "true", volumeSize: "30" } } };
    expect(shapeInput(template, { launchTemplateData: data }, "call")).to.deep.equal({
      LaunchTemplateData: { BlockDeviceMappings: [{ Ebs: { Encrypted: true, VolumeSize: 30 } }] },
    });
  });

  it("leaves out what is not set", () => {
    expect(shapeInput(accessPoint, { fileSystemId: undefined, tags: null }, "call")).to.be.empty;
  });

  it("names a property that the operation lacks, with its whole path", () => {
    const wrong = { rootDirectory: { creationInfo: { ownerName: "jenkins" } } };
    expect(() => shapeInput(accessPoint, wrong, "efs:createAccessPoint")).to.throw(
      UnknownMember,
      "efs:createAccessPoint.rootDirectory.creationInfo.ownerName is not modelled: " +
        "the operation has only OwnerUid, OwnerGid, Permissions",
    );
  });

  it("refuses two objects where AWS has one", () => {
    const two = { posixUser: [{ uid: 1 }, { uid: 2 }] };
    expect(() => shapeInput(accessPoint, two, "call")).to.throw("must be one object, got 2");
  });
});
