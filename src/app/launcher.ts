// What the command line may know of a launcher without loading anything else.
export { rankStarted } from "../platform/launcher.ts";
