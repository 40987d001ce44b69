// classifier-training studio: pictures, labels, runs and models in the browser, until a signal comes.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { Command } from "commander";
import { importModules } from "../app/import-modules.ts";
import { ClassifierTrainingError } from "../core/errors.ts";
import { addConfigFlags, type ConfigFlags } from "./config-flags.ts";
import { writeLine } from "./output.ts";
import { ended, port } from "./serve-command.ts";
import { listenForStop } from "./signals.ts";

interface StudioFlags extends ConfigFlags {
  readonly runs: string;
  readonly host?: string;
  readonly port: number;
  readonly tokenFile?: string;
  readonly readOnly?: boolean;
  readonly open: boolean;
}

/** Bytes of a token that is given; one that is drawn has 43. */
const SHORTEST_TOKEN = 16;

/** The address that lets a browser in goes to standard output. */
export function studioCommand(): Command {
  const command = new Command("studio")
    .description("see the data, mend its labels, watch runs and try models, in the browser")
    .argument("[folder]", "pictures, or a folder of runs to look at")
    .argument("[overrides...]", "settings as for train, such as data=csv task=multi_label")
    .option("--runs <folder>", "the runs that are shown, and where new ones begin", "outputs")
    .option("--port <port>", "0: any that is free", port, 0)
    .option("--host <address>", "listen beyond this machine; needs --token-file")
    .option(
      "--token-file <file>",
      "the secret that the first address must carry, instead of one drawn at random",
    )
    .option("--read-only", "look, but change nothing")
    .option("--no-open", "print the address, but open no browser");
  return addConfigFlags(command).action(runStudio);
}

async function runStudio(
  folder: string | undefined,
  words: readonly string[],
  flags: StudioFlags,
): Promise<void> {
  await importModules(flags.import);
  const { allComponents, holdsRuns } = await import("../app/index.ts");
  const { overrideWord, Studio } = await import("../studio/index.ts");
  const isFolder = folder !== undefined && !isSetting(folder);
  const overrides = [
    ...(isFolder
      ? [overrideWord("data.root", folder, { control: { kind: "text" }, isNullable: false })]
      : []),
    ...(folder !== undefined && !isFolder ? [folder] : []),
    ...words,
  ];
  if (isFolder && !existsSync(folder)) {
    throw new ClassifierTrainingError("usage", "FOLDER_MISSING", "there is no such folder", {
      where: folder,
      hint: "name a folder of pictures, or one of runs",
    });
  }
  const hasRunsAlone = isFolder && words.length === 0 && (await holdsRuns(folder));
  const token = await tokenOf(flags);
  using stop = listenForStop(writeLine, "closing the studio; runs that it started go on");
  await using studio = await Studio.start({
    configuration: hasRunsAlone || overrides.length === 0 ? undefined : { ...flags, overrides },
    registry: allComponents(),
    imports: flags.import,
    runs: hasRunsAlone ? folder : flags.runs,
    readOnly: flags.readOnly === true || hasRunsAlone,
    host: flags.host ?? "127.0.0.1",
    port: flags.port,
    token,
    note: writeLine,
  });
  if (flags.host !== undefined) {
    writeLine(`everybody who reaches ${flags.host} and knows the token sees these pictures, and may start programs here;
what is sent is not encrypted: go through a tunnel such as ssh -L where the network is not yours alone`);
  }
  process.stdout.write(`${studio.url}\n`);
  if (flags.open) openBrowser(studio.url);
  await ended(stop.signal);
  process.exitCode = stop.exitCode;
}

function isSetting(word: string): boolean {
  return word.includes("=") && !existsSync(word);
}

/** @throws ClassifierTrainingError kind "usage" `TOKEN_NEEDED`, `TOKEN_SHORT`, `FILE_UNREADABLE` */
async function tokenOf({ host, tokenFile }: StudioFlags): Promise<string | undefined> {
  if (tokenFile === undefined) {
    if (host === undefined) return undefined;
    throw new ClassifierTrainingError(
      "usage",
      "TOKEN_NEEDED",
      "beyond this machine a secret of your own is asked for",
      {
        where: "--host",
        hint: "head -c 32 /dev/urandom | base64 > token, and give --token-file token",
      },
    );
  }
  const text = await readFile(tokenFile, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw new ClassifierTrainingError("usage", "FILE_UNREADABLE", `cannot be read: ${cause.code}`, {
      where: tokenFile,
    });
  });
  const token = text.trim();
  if (token.length >= SHORTEST_TOKEN) return token;
  throw new ClassifierTrainingError(
    "usage",
    "TOKEN_SHORT",
    `a token has at least ${SHORTEST_TOKEN} characters`,
    {
      where: tokenFile,
      hint: "head -c 32 /dev/urandom | base64 makes one",
    },
  );
}

/** What opens an address, by system. A machine without a browser is no error: the address has been printed. */
function openBrowser(url: string): void {
  const [command, ...words] =
    process.platform === "darwin"
      ? ["open"]
      : process.platform === "win32"
        ? ["rundll32", "url.dll,FileProtocolHandler"]
        : ["xdg-open"];
  const child = spawn(command!, [...words, url], { stdio: "ignore", detached: true });
  child.on("error", () => undefined);
  child.unref();
}
