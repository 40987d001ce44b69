// Where downloaded weights live: the cache of torch.hub, so that PyTorch and this toolkit share the files.
import { join } from "node:path";
import { userCacheFolder } from "../platform/cache-folder.ts";

/** `$TORCH_HOME/hub/checkpoints`; TORCH_HOME defaults to `torch` in `$XDG_CACHE_HOME`, that to `~/.cache`. */
export function weightsCacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return join(environment.TORCH_HOME || join(userCacheFolder(environment), "torch"), "hub", "checkpoints");
}
