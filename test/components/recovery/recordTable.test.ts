import { expect } from "chai";
import { RecordTable } from "../../../components/recovery/recordTable";
import { runComponent } from "../../support/strictMocks";
import { deployment } from "./samples";

async function registered(changes: { protectState?: boolean } = {}) {
  const { registrations } = await runComponent(
    () => new RecordTable("failover-record", { deployment, ...changes }),
  );
  return registrations.one("aws:dynamodb/table:Table");
}

describe("RecordTable", () => {
  it("keeps the record against deletion", async () => {
    const table = await registered();
    expect(table.protect).to.equal(true);
    expect(table.inputs).to.include({
      name: "jenkins-failover",
      hashKey: "id",
      deletionProtectionEnabled: true,
    });
    expect(table.inputs.pointInTimeRecovery).to.deep.equal({ enabled: true });
  });

  it("lets the record go, also by AWS, where everything is to be torn down", async () => {
    const table = await registered({ protectState: false });
    expect(table.protect).to.equal(false);
    expect(table.inputs.deletionProtectionEnabled).to.equal(false);
  });
});
