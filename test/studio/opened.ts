// A studio in this process, over pictures that a test has written.
import { allComponents } from "../../src/app/index.ts";
import { Studio, type StudioOptions } from "../../src/studio/index.ts";

/** The token of every studio of the tests. */
export const TOKEN = "the-token-of-the-tests";

/** Opens a folder of pictures; `stop` it at the end. */
export function openStudio(
  root: string,
  runs: string,
  options: Partial<StudioOptions> = {},
): Promise<Studio> {
  return Studio.start({
    configuration: { overrides: [`data.root=${JSON.stringify(root)}`] },
    registry: allComponents(),
    runs,
    readOnly: false,
    host: "127.0.0.1",
    port: 0,
    token: TOKEN,
    note: () => undefined,
    imports: [],
    ...options,
  });
}

/** What a browser that was let in sends. */
export function cookieOf(studio: Studio): string {
  return `classifier-training-studio-${new URL(studio.url).port}=${TOKEN}`;
}
