// The command line, as the studio starts it in processes of their own.
import { fileURLToPath } from "node:url";

/** The program. */
export const COMMAND: string = fileURLToPath(new URL("../../bin/classifier-training.js", import.meta.url));
