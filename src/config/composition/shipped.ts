// Where the configuration groups lie that come with the package.
import { fileURLToPath } from "node:url";
import type { SearchPathEntry } from "./config-repository.ts";

/** The folder `conf/` of the package, as the last entry of a search path. */
export const SHIPPED_CONFIGS: SearchPathEntry = {
  provider: "shipped",
  path: fileURLToPath(new URL("../../../conf", import.meta.url)),
};

/** The primary configuration of `train`. */
export const PRIMARY_CONFIG = "train";
