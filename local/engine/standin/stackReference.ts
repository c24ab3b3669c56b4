import { containsSecret, unknownValue, type PropertyMap } from "../propertyValue";
import type { Deployment } from "./deployment";
import { StackState } from "./stackState";

/**
 * What a `pulumi.StackReference` reads: the outputs of another stack's last `up`.
 *
 * A stack that was never deployed is an error in an `up`. A preview goes on with outputs that are
 * unknown as a whole, and says so: the SDK computes nothing from a partly known set of outputs,
 * and made-up values would make a plan that looks more certain than it is.
 *
 * @param reference `stack`, or `organization/project/stack` as the CLI's own backends write it
 */
export function readStackReference(deployment: Deployment, reference: string): PropertyMap {
  const { project, stack } = splitStackName(reference, deployment.project.name);
  const { stateDir, passphrase, name } = deployment.stack;
  const state = StackState.read(stateDir, project, stack, passphrase);
  if (state.all().length === 0) {
    if (!deployment.dryRun) {
      throw new Error(
        `Stack ${stack} of project ${project} has not been deployed, and ${name} reads its ` +
          `outputs. Deploy ${stack} first: pulumi up --stack ${stack}`,
      );
    }
    deployment.report({
      severity: "warning",
      message:
        `Stack ${stack} has not been deployed: whatever ${name} takes from its outputs is ` +
        `unknown in this preview. Deploy ${stack} first before you run up.`,
    });
    return { name: reference, outputs: unknownValue, secretOutputNames: unknownValue };
  }
  const secretNames = Object.entries(state.outputs)
    .filter(([, value]) => containsSecret(value))
    .map(([key]) => key);
  return { name: reference, outputs: state.outputs, secretOutputNames: secretNames };
}

function splitStackName(reference: string, ownProject: string): { project: string; stack: string } {
  const parts = reference.split("/");
  const [organization, project, stack] = parts;
  if (parts.length === 1 && organization !== undefined) {
    return { project: ownProject, stack: organization };
  }
  if (parts.length === 3 && organization === "organization" && project && stack) {
    return { project, stack };
  }
  throw new Error(
    `The stack reference ${JSON.stringify(reference)} cannot be read. Write the stack's name, or ` +
      `organization/<project>/<stack>; local states know no other organization.`,
  );
}
