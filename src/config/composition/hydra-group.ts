// The built-in `hydra` configuration: output folders, sweeps, job and runtime facts.
/* biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts are interpolations of the configuration. */
import { ConfigStore } from "./config-store.ts";

/** Built-in entries of the group `hydra`; a file of the same name on the search path replaces one. */
export const HYDRA_GROUP: ConfigStore = new ConfigStore();

HYDRA_GROUP.store({
  group: "hydra",
  name: "config",
  node: {
    defaults: [
      { output: "default" },
      { launcher: "basic" },
      { sweeper: "basic" },
      { help: "default" },
      { hydra_help: "default" },
      { hydra_logging: "default" },
      { job_logging: "default" },
      { callbacks: null },
      { env: "default" },
    ],
    mode: null,
    searchpath: [],
    run: { dir: "???" },
    sweep: { dir: "???", subdir: "???" },
    hydra_logging: "???",
    job_logging: "???",
    sweeper: "???",
    launcher: "???",
    callbacks: {},
    help: { app_name: "???", header: "???", footer: "???", template: "???" },
    hydra_help: { hydra_help: "???", template: "???" },
    output_subdir: ".hydra",
    overrides: { hydra: [], task: [] },
    job: {
      name: "???",
      chdir: false,
      override_dirname: "???",
      id: "???",
      num: "???",
      config_name: "???",
      env_set: {},
      env_copy: [],
      config: { override_dirname: { kv_sep: "=", item_sep: ",", exclude_keys: [] } },
    },
    runtime: {
      version: "???",
      version_base: "???",
      cwd: "???",
      config_sources: "???",
      output_dir: "???",
      choices: {},
    },
    verbose: false,
  },
});

const groups: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  output: {
    default: {
      run: { dir: "outputs/${now:%Y-%m-%d}/${now:%H-%M-%S}" },
      sweep: { dir: "multirun/${now:%Y-%m-%d}/${now:%H-%M-%S}", subdir: "${hydra.job.num}" },
    },
  },
  launcher: { basic: { _target_: "BasicLauncher" } },
  sweeper: { basic: { _target_: "BasicSweeper", max_batch_size: null, params: null } },
  help: {
    default: {
      app_name: "${hydra.job.name}",
      header: "${hydra.help.app_name} is configured with groups and overrides.",
      footer: "Any value can be given on the command line: key=value.",
      template: "${hydra.help.header}\n\n${hydra.help.footer}\n",
    },
  },
  hydra_help: { default: { hydra_help: "???", template: "???" } },
  hydra_logging: {
    default: { level: "INFO" },
    disabled: { level: "OFF" },
    none: {},
  },
  job_logging: {
    default: { level: "INFO", file: "${hydra.runtime.output_dir}/${hydra.job.name}.log" },
    stdout: { level: "INFO" },
    disabled: { level: "OFF" },
    none: {},
  },
  env: { default: {} },
};

for (const [group, options] of Object.entries(groups)) {
  for (const [name, node] of Object.entries(options)) {
    const pkg = group === "output" || group === "env" ? "hydra" : undefined;
    HYDRA_GROUP.store({ group: `hydra/${group}`, name, node, package: pkg });
  }
}
