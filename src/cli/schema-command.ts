// classifier-training schema: the JSON Schema of configurations, for editors.
import { Command } from "commander";

/** JSON Schema on standard output. */
export function schemaCommand(): Command {
  return new Command("schema")
    .description("print the JSON Schema of configurations, so that editors complete and check YAML files")
    .argument("[group]", "a group, such as model: the schema of its files (default: the whole configuration)")
    .action(runSchema);
}

async function runSchema(group: string | undefined): Promise<void> {
  const { configSchema } = await import("../app/run/settings.ts");
  const { configJsonSchema } = await import("../config/index.ts");
  process.stdout.write(`${JSON.stringify(await configJsonSchema(configSchema(), group), null, 2)}\n`);
}
