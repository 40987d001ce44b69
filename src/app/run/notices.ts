// What a run tells the person who started it, by importance.

/** What `log_level` may be, least important first. */
export const LOG_LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR"] as const;

/** One of `LOG_LEVELS`. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Receives one line for a person. */
export type Notify = (level: LogLevel, line: string) => void;

/** Passes on what is at least as important as `lowest`; warnings say that they are. */
export function noticesFrom(lowest: LogLevel, write: (line: string) => void): Notify {
  return (level, line) => {
    if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(lowest)) return;
    write(level === "WARNING" ? `warning: ${line}` : line);
  };
}

/** Passes on each line once. */
export function onceEach(tell: (line: string) => void): (line: string) => void {
  const told = new Set<string>();
  return (line) => {
    if (!told.has(line)) tell(line);
    told.add(line);
  };
}
