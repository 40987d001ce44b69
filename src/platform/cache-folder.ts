// Where what can be made or fetched again is kept between runs.
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

/** `$XDG_CACHE_HOME`, or `~/.cache` where that is not set or, as its specification asks, no absolute path. */
export function userCacheFolder(environment: Environment = process.env): string {
  const given = environment.XDG_CACHE_HOME ?? "";
  return isAbsolute(given) ? given : join(homedir(), ".cache");
}

/** The toolkit's own folder in it. */
export function cacheFolder(environment: Environment = process.env): string {
  return join(userCacheFolder(environment), "classifier-training");
}
