import {
  type EdgePairSettings,
  edgePairFiles,
  type MachineFile,
} from "../../components/pair/pairFiles";
import type { PairMachine } from "../../components/pair/pair";
import { keepalivedPaths } from "../../components/pair/keepalivedRenderer";

/**
 * A machine's files as the lab installs them. The profile `fast` gets what was rendered, untouched. The
 * profile `reference` stands for the published guide, of which the renderers know the timing: what of
 * ours the guide has not is taken out, so that it is compared as it was published.
 */
export function labFiles(settings: EdgePairSettings, machine: PairMachine): MachineFile[] {
  const files = edgePairFiles(settings, machine);
  return settings.profile === "fast" ? files : files.map(asPublished);
}

function asPublished(file: MachineFile): MachineFile {
  // The guide's Keepalived asks whether there is a process, not whether it answers.
  if (file.path === keepalivedPaths.proxyCheck) {
    return { ...file, content: "#!/bin/bash\nexec pidof haproxy >/dev/null\n" };
  }
  // It judges teams alone: who does not answer it is left to the check above.
  if (file.path === keepalivedPaths.teamCheck) {
    return { ...file, content: file.content.replace("|| exit 2", "|| exit 0") };
  }
  // Nobody tells its Keepalived that HAProxy has ended, and nothing keeps its kernel from refusing.
  if (file.path.endsWith("/haproxy.service.d/pair.conf")) {
    const kept = file.content.split("\n").filter((line) => !/^ExecSt(art|op)P(re|ost)=/.test(line));
    return { ...file, content: kept.join("\n") };
  }
  return file;
}
