// Callbacks: what happens beside training.
export { EarlyStopping, type EarlyStoppingOptions } from "./early-stopping.ts";
export { ModelCheckpoint, type ModelCheckpointOptions } from "./model-checkpoint.ts";
export type { MonitorMode } from "./monitor.ts";
export { formatDuration, type LineOutput, ProgressLine, type ProgressLineOptions } from "./progress-line.ts";
