// Where downloaded weights live: the cache of torch.hub, so that PyTorch and this toolkit share the files.
import { homedir } from "node:os";
import { join } from "node:path";

/** `$TORCH_HOME/hub/checkpoints`; TORCH_HOME defaults to `torch` in `$XDG_CACHE_HOME`, that to `~/.cache`. */
export function weightsCacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const cache = environment.XDG_CACHE_HOME || join(homedir(), ".cache");
  return join(environment.TORCH_HOME || join(cache, "torch"), "hub", "checkpoints");
}
