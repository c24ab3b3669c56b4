/** What Pacemaker says of itself. */
export interface ClusterState {
  /** Machines that are members. */
  readonly online: readonly string[];
  /** Where each resource that is started is, by its id. */
  readonly started: Readonly<Record<string, string>>;
  /** Why fencing failed, newest first. */
  readonly fencingFailures: readonly string[];
}

/** Reads `crm_mon --output-as=xml`. */
export function readClusterState(xml: string): ClusterState {
  const nodes = /<nodes>([\s\S]*?)<\/nodes>/.exec(xml)?.[1] ?? "";
  const resources = [
    ...xml.matchAll(/<resource (?=[^>]*role="Started")([^>]*)>\s*<node name="([^"]*)"/g),
  ];
  return {
    online: elements(nodes, "node")
      .filter(({ online }) => online === "true")
      .map(({ name = "" }) => name),
    started: Object.fromEntries(
      resources.map(([, attributes = "", node = ""]) => [attributesOf(attributes).id ?? "", node]),
    ),
    fencingFailures: elements(xml, "fence_event")
      .filter(({ status }) => status === "failed")
      .map(({ target, action, "exit-reason": reason }) =>
        [`${action} of ${target} failed`, ...(reason === undefined ? [] : [reason])].join(": "),
      ),
  };
}

function elements(xml: string, name: string): Record<string, string>[] {
  return [...xml.matchAll(new RegExp(`<${name} ([^>]*?)/?>`, "g"))].map(([, attributes = ""]) =>
    attributesOf(attributes),
  );
}

function attributesOf(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/([a-z_-]+)="([^"]*)"/g)].map(([, name = "", value = ""]) => [name, value]),
  );
}
