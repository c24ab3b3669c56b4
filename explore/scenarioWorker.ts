/** Explores one scenario in a thread of its own and hands the result over. */
import { parentPort, workerData } from "node:worker_threads";
import { type ScenarioName, scenarios } from "./environment";
import { explore } from "./exploration";

parentPort?.postMessage(explore(scenarios[workerData as ScenarioName]));
