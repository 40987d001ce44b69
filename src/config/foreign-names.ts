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
  "classifier_training.data.datamodule.ImageFolderDataModule": "JsonlDataModule",
  "classifier_training.transforms.ToFloat32Tensor": "ToDtype",
  "lightning.pytorch.callbacks.RichProgressBar": "ProgressLine",
  "lightning.pytorch.callbacks.TQDMProgressBar": "ProgressLine",
  "pytorch_lightning.callbacks.RichProgressBar": "ProgressLine",
  "pytorch_lightning.callbacks.TQDMProgressBar": "ProgressLine",
};
