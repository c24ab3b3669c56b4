import { namesOf, regions } from "./matrixPlan";

/** What a controller's machine is told at its launch, as far as its modelled boot reads it. */
export function userDataOf(machine: {
  readonly prefix: string;
  readonly region: string;
  readonly role: "active" | "waiting";
  readonly fileSystemId: string;
}): string {
  const { prefix, region, role, fileSystemId } = machine;
  const environment = {
    REGION: region,
    PEER_REGION: region === regions.active ? regions.waiting : regions.active,
    ROLE: role,
    GENERATION: "1",
    RECORD_TABLE: namesOf(prefix).tableName,
  };
  const files = [
    {
      path: "/etc/jenkins-pilot-light/controller.env",
      content: Object.entries(environment)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(""),
    },
    { path: "/etc/systemd/system/home.mount", content: `[Mount]\nWhat=${fileSystemId}\n` },
  ];
  const config = `#cloud-config\n${JSON.stringify({ write_files: files })}\n`;
  return Buffer.from(config).toString("base64");
}
