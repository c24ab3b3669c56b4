import { ConstructResponse, type ConstructRequest } from "@pulumi/pulumi/proto/provider_pb";
import { fromStruct, toStruct } from "../protobuf";
import { ComponentMonitor } from "./monitor";
import { constructVpc } from "./vpc";
import { vpcArguments } from "./vpcArguments";

/**
 * Constructs a remote component: its children are registered with the engine that asked.
 * @throws Error naming a component type or an argument that is not modelled
 */
export async function constructComponent(request: ConstructRequest): Promise<ConstructResponse> {
  if (request.getType() !== "awsx:ec2:Vpc") {
    throw new Error(`component ${request.getType()} is not modelled by the local AWS`);
  }
  const args = vpcArguments(fromStruct(request.getInputs()));
  const monitor = new ComponentMonitor(request);
  try {
    const component = await monitor.registerComponent();
    const outputs = await constructVpc(monitor, request.getName(), component, args);
    await monitor.registerOutputs(component, outputs);
    const response = new ConstructResponse();
    response.setUrn(component.urn);
    response.setState(toStruct(outputs));
    for (const property of Object.keys(outputs)) {
      const dependencies = new ConstructResponse.PropertyDependencies();
      dependencies.setUrnsList([component.urn]);
      response.getStatedependenciesMap().set(property, dependencies);
    }
    return response;
  } finally {
    monitor.close();
  }
}
