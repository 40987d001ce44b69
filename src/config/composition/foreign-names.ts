// Dotted Python names that existing configurations use, and what stands for them here.

/** A name below one of these stands for the component of its last part. */
const PREFIXES: readonly string[] = [
  "classifier_training.",
  "lightning.pytorch.",
  "pytorch_lightning.",
  "torch.optim.",
  "torchvision.transforms.",
];

/** Components that have another name here, by the last part of theirs. */
const RENAMED: Readonly<Record<string, string>> = {
  RichProgressBar: "ProgressLine",
  ToFloat32Tensor: "ToDtype",
  TQDMProgressBar: "ProgressLine",
};

/** Components that have another name here, by their whole name. */
const RENAMED_WHOLE: Readonly<Record<string, string>> = {
  "classifier_training.data.datamodule.ImageFolderDataModule": "JsonlDataModule",
};

/** The name here of a component of the Python stack; undefined for names of no such stack. */
export function foreignName(name: string): string | undefined {
  if (!PREFIXES.some((prefix) => name.startsWith(prefix))) return undefined;
  const last = name.split(".").at(-1) ?? name;
  return RENAMED_WHOLE[name] ?? RENAMED[last] ?? last;
}

/** Options that are called otherwise here. */
const RENAMED_OPTIONS: Readonly<Record<string, string>> = {
  T_0: "t0",
  T_max: "t_max",
  T_mult: "t_mult",
  data_root: "root",
};

/** Options that say how Python does its work, and mean nothing here. */
const MEANINGLESS_OPTIONS: ReadonlySet<string> = new Set([
  "input_height",
  "input_width",
  "persistent_workers",
  "pin_memory",
]);

/**
 * The name here of an option of a component that was named in the Python way; `null` for one to leave out. What the
 * component knows itself stays.
 */
export function foreignOption(option: string, known: (option: string) => boolean): string | null {
  if (known(option)) return option;
  if (MEANINGLESS_OPTIONS.has(option)) return null;
  const renamed = RENAMED_OPTIONS[option];
  return renamed !== undefined && known(renamed) ? renamed : option;
}
