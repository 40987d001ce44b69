// Dotted Python names that existing configurations use, and the components that stand for them here.

/** A name below one of these stands for the component of its last part. */
export const FOREIGN_PREFIXES: readonly string[] = [
  "classifier_training.",
  "lightning.pytorch.",
  "pytorch_lightning.",
  "torch.optim.",
  "torchvision.transforms.",
];

/** Names whose component is called otherwise. */
export const FOREIGN_NAMES: Readonly<Record<string, string>> = {
  "lightning.pytorch.callbacks.RichProgressBar": "ProgressBar",
  "lightning.pytorch.callbacks.TQDMProgressBar": "ProgressBar",
  "pytorch_lightning.callbacks.RichProgressBar": "ProgressBar",
  "pytorch_lightning.callbacks.TQDMProgressBar": "ProgressBar",
};
