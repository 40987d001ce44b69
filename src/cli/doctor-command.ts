// classifier-training doctor: what this machine offers, and how to get the fast runtime.
import { Command } from "commander";
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
  const { diagnose } = await import("../app/index.ts");
  const diagnosis = await diagnose();
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
    ...runtimes.flatMap(({ name, devices = [] }) => devices.map((device) => `${name} may use ${device}.`)),
    `runtime=auto takes ${automatic} here.`,
    ...runtimes.filter(({ hint }) => hint !== undefined).map(({ name, hint }) => `To get ${name}: ${hint}`),
    ...(jpegHint === undefined ? [] : [`To decode JPEGs faster: ${jpegHint}`]),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}
