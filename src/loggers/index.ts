// Loggers: places where the numbers of a run are written to.
export { ConsoleLogger, type ConsoleLoggerOptions } from "./console-logger.ts";
export { CSVLogger, type CSVLoggerOptions } from "./csv-logger.ts";
export { JSONLinesLogger, type JSONLinesLoggerOptions, readJSONLines } from "./json-lines-logger.ts";
export { MLflowLogger, type MLflowLoggerOptions } from "./mlflow-logger.ts";
export type { HyperParameter } from "./tensorboard-events.ts";
export { TensorBoardLogger, type TensorBoardLoggerOptions } from "./tensorboard-logger.ts";
export { WandbLogger, type WandbLoggerOptions } from "./wandb-logger.ts";
