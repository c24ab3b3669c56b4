import { publicExposure } from "./policyRules/exposure";
import { weakEncryption } from "./policyRules/encryption";
import { broadPermissions } from "./policyRules/permissions";
import { orphans, unprotectedState } from "./policyRules/stewardship";
import type { Registrations } from "./registrations";

/**
 * Everything in a run that breaks the project's security policy, as sentences: permissions that are
 * too broad, what the world could reach, storage or transport in clear, machines without IMDSv2,
 * plain secrets, state without protection, resources without a parent.
 */
export function policyViolations(registrations: Registrations): string[] {
  return [
    ...broadPermissions(registrations),
    ...publicExposure(registrations),
    ...weakEncryption(registrations),
    ...unprotectedState(registrations),
    ...orphans(registrations),
  ];
}

/** Fails with all violations at once; use it on components and on whole stacks. */
export function expectSafe(registrations: Registrations): void {
  const violations = policyViolations(registrations);
  if (violations.length > 0) throw new Error(`policy violations:\n- ${violations.join("\n- ")}`);
  if (registrations.all.length < 2)
    throw new Error("nothing was registered, so nothing was checked");
}

export { broadPermissions, orphans, publicExposure, unprotectedState, weakEncryption };
