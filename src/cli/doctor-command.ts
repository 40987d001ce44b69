// classifier-training doctor: what this machine offers, and how to get the fast runtime.
import { Command } from "commander";
import type { ProcessesDiagnosis } from "../app/index.ts";
import { packageVersion } from "../app/package-version.ts";
import { formatTable } from "../core/table.ts";

/** Prints tables and hints, or JSON; finding nothing is no error. */
export function doctorCommand(): Command {
  return new Command("doctor")
    .description("show what runtimes and libraries this machine offers")
    .option("--json", "print as JSON")
    .action(runDoctor);
}

async function runDoctor({ json }: { readonly json?: boolean }): Promise<void> {
  const { diagnose, diagnoseProcesses } = await import("../app/index.ts");
  const together = await diagnoseProcesses();
  if ((together?.rank ?? 0) > 0) return;
  const diagnosis = { ...(await diagnose()), ...(together === undefined ? {} : { together }) };
  if (json === true) {
    process.stdout.write(`${JSON.stringify({ version: packageVersion(), ...diagnosis }, null, 2)}\n`);
    return;
  }
  const { machine, runtimes, libraries, jpegHint, automatic } = diagnosis;
  const lines = [
    `classifier-training ${packageVersion()} on Node.js ${machine.node}, ${machine.platform}`,
    `${machine.cpu}, ${machine.cores} cores, ${machine.memory_gb.toFixed(1)} GB memory`,
    "",
    formatTable(
      ["runtime", "", "precision", "details"],
      runtimes.map(({ name, available, precisions, detail }) => [
        name,
        available ? "yes" : "no",
        precisions.join(", "),
        detail,
      ]),
    ),
    "",
    formatTable(
      ["library", "version"],
      libraries.map(({ name, version }) => [name, version]),
    ),
    "",
    ...(together === undefined ? [] : [...processLines(together), ""]),
    ...runtimes.flatMap(({ name, devices = [] }) => devices.map((device) => `${name} may use ${device}.`)),
    `runtime=auto takes ${automatic} here.`,
    ...runtimes.filter(({ hint }) => hint !== undefined).map(({ name, hint }) => `To get ${name}: ${hint}`),
    ...(jpegHint === undefined ? [] : [`To decode JPEGs faster: ${jpegHint}`]),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

/** What each of several processes sees. */
function processLines({ library, processes }: ProcessesDiagnosis): string[] {
  const rows = processes.map(({ rank, host, processors, cores, threads }) =>
    [rank, host, processors, cores, threads].map(String),
  );
  return [
    `${processes.length} processes with ${library}`,
    formatTable(["process", "host", "processors", "cores", "threads"], rows),
  ];
}
