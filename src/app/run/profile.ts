// Writes where the time of a run's fit went, for people and for programs.
import { formatProfile, type Profile } from "../../train/index.ts";
import type { RunFolder } from "./run-folder.ts";

/** Writes `profile.json` and `profile.txt`. */
export async function writeProfile(folder: RunFolder, profile: Profile): Promise<void> {
  const { seconds, otherSeconds, waitedSeconds, entries } = profile;
  const content = {
    seconds,
    other_seconds: otherSeconds,
    waited_seconds: waitedSeconds,
    entries: entries.map(({ meanMs, ...entry }) => ({ ...entry, mean_ms: meanMs })),
  };
  await folder.write(folder.profileFile("json"), `${JSON.stringify(content, null, 2)}\n`);
  await folder.write(folder.profileFile("txt"), `${formatProfile(profile)}\n`);
}
