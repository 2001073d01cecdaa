import { fault } from "../../process/index.ts";
import type { Facts } from "../facts/index.ts";
import { advertised } from "./addresses.ts";
import {
  daemonOperation,
  dockerOperation,
  firewallOperation,
  groupOperation,
  stateOperation,
  swapOperation,
} from "./machine.ts";
import type { SetUpPlan, Wishes } from "./operation.ts";
import { refusalsOf } from "./refusals.ts";
import { edgeOperation, imageOperation, networkOperation, swarmOperation } from "./swarm.ts";
import { methodFor } from "./systems.ts";
import { deployUser } from "./user.ts";

/** Computes what a server lacks. It asks nobody and changes nothing. */
export function setUpPlan(server: string, facts: Facts, wishes: Wishes = {}): SetUpPlan {
  const method = methodFor(facts, wishes.docker);
  if (typeof method === "string") {
    const refusal = fault("system-unsupported", [server, facts.system.name, method]);
    return { server, operations: [], refusals: [refusal], questions: [] };
  }
  const daemon = daemonOperation(server, facts);
  const refusals = [...refusalsOf(server, facts, wishes), ...(daemon instanceof Error ? [daemon] : [])];
  const { address, question } = advertised(facts, wishes.address);
  const joins = wishes.joins !== undefined;
  const operations = [
    stateOperation(facts),
    ...(daemon instanceof Error ? [] : [daemon]),
    dockerOperation(facts, method),
    groupOperation(facts),
    swapOperation(facts, wishes),
    ...(wishes.user ? [deployUser(facts, wishes.user)] : []),
    firewallOperation(facts, method, wishes),
    ...(joins ? [] : [swarmOperation(server, facts, address), networkOperation(facts, wishes)]),
    imageOperation(facts),
    ...(joins ? [] : [edgeOperation(facts)]),
  ];
  const asks =
    question !== undefined && !joins && (facts.swarm.role === "none" || facts.swarm.role === "unknown");
  return { server, operations, refusals, questions: asks ? [question] : [] };
}
