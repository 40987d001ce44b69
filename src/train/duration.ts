// Durations as text, as Lightning writes them: days, hours, minutes and seconds.
import { ClassifierTrainingError } from "../core/index.ts";

/** `DD:HH:MM:SS`. */
export const DURATION: RegExp = /^(\d+):([01]?\d|2[0-3]):([0-5]?\d):([0-5]?\d)$/;

/** What is said of a text that is none. */
export const DURATION_MESSAGE = "must be days, hours, minutes and seconds, as 00:12:30:00";

/** Seconds of a duration. @throws ClassifierTrainingError kind "usage" `DURATION`. */
export function secondsOf(duration: string, where: string): number {
  const match = DURATION.exec(duration);
  if (match === null) {
    throw new ClassifierTrainingError("usage", "DURATION", `"${duration}" is no duration`, {
      where,
      hint: "write days, hours, minutes and seconds as 00:12:30:00",
    });
  }
  const [days, hours, minutes, seconds] = match.slice(1).map(Number) as [number, number, number, number];
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
}
