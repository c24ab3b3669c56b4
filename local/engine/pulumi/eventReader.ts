import type {
  EngineEvent as CliEvent,
  StepEventMetadata,
  StepEventStateMetadata,
} from "@pulumi/pulumi/automation";
import type { Diagnostic, EngineEvent, Operation, OperationKind } from "../engine";
import { changedKeys, type PropertyMap } from "../propertyValue";
import { isDefaultProvider, parseUrn } from "../urn";

/** Reads the CLI's event stream into the operations that both engines speak of. */
export class EventReader {
  readonly operations: Operation[] = [];
  readonly diagnostics: Diagnostic[] = [];
  /** URNs whose old resource was deleted before the new one was made. */
  private readonly deletedFirst = new Set<string>();
  private readonly noted = new Set<string>();

  constructor(private readonly tell: (event: EngineEvent) => void) {}

  read(event: CliEvent): void {
    if (event.diagnosticEvent !== undefined) this.readDiagnostic(event.diagnosticEvent);
    if (event.resourcePreEvent !== undefined) this.readStart(event.resourcePreEvent.metadata);
    if (event.resOutputsEvent !== undefined) this.readEnd(event.resOutputsEvent.metadata);
  }

  private readDiagnostic(event: NonNullable<CliEvent["diagnosticEvent"]>): void {
    const message = event.message.replace(/<\{%[^%]*%\}>/g, "").trimEnd();
    // The CLI warns of every provider from the PATH; here that is the only place they come from.
    const expected = message.startsWith("using pulumi-resource-");
    const severity = expected ? "debug" : severities[event.severity];
    if (severity === undefined) return;
    const diagnostic: Diagnostic = {
      severity,
      message,
      ...(event.urn === undefined || event.urn === "" ? {} : { urn: event.urn }),
    };
    this.diagnostics.push(diagnostic);
    this.tell({ kind: "diagnostic", diagnostic });
  }

  private readStart({ op, urn }: StepEventMetadata): void {
    const kind = kinds[op];
    if (kind !== undefined && !isDefaultProvider(urn))
      this.tell({ kind: "started", op: kind, urn });
  }

  private readEnd(metadata: StepEventMetadata): void {
    const { op, urn } = metadata;
    if (op === "delete-replaced" && !this.noted.has(urn)) this.deletedFirst.add(urn);
    const kind = op === "refresh" ? refreshed(metadata) : kinds[op];
    if (kind === undefined || isDefaultProvider(urn) || this.noted.has(urn)) return;
    this.noted.add(urn);
    const state = metadata.new ?? metadata.old;
    const parent = state?.parent ?? "";
    const { type, name } = parseUrn(urn);
    const operation: Operation = {
      op: kind,
      urn,
      type,
      name,
      ...(parent === "" ? {} : { parent }),
      protect: state?.protect ?? false,
      diff: kind === "same" ? [] : [...(metadata.diffs ?? [])].sort(),
      ...(kind === "replace"
        ? { replaceOrder: this.deletedFirst.has(urn) ? "delete-first" : "create-first" }
        : {}),
    };
    this.operations.push(operation);
    this.tell({ kind: "finished", operation });
  }
}

const severities: Readonly<Record<string, Diagnostic["severity"]>> = {
  debug: "debug",
  info: "info",
  "info#err": "info",
  warning: "warning",
  error: "error",
};

/** A replacement is told once, when its new half is made. */
const kinds: Readonly<Record<string, OperationKind>> = {
  create: "create",
  update: "update",
  delete: "delete",
  same: "same",
  read: "read",
  "read-replacement": "read",
  "create-replacement": "replace",
};

function refreshed({ old, new: now }: StepEventMetadata): OperationKind {
  if (now === undefined) return "delete";
  const outputs = (state: StepEventStateMetadata | undefined) =>
    (state?.outputs ?? {}) as PropertyMap;
  return changedKeys(outputs(old), outputs(now)).length > 0 ? "update" : "same";
}
