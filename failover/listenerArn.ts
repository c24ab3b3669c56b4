/** The listener that an endpoint group belongs to: its ARN is the beginning of the group's. */
export function listenerOf(endpointGroupArn: string): string {
  return endpointGroupArn.replace(/\/endpoint-group\/.*$/, "");
}
