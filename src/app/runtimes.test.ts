// The choice of a runtime: quiet on machines whose only adapter is software.
import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { mayHaveGraphicsCard } from "./graphics-card.ts";

test("auto prints nothing, whatever drivers are installed", () => {
  const code = `
    const { chooseRuntime } = await import("${new URL("./runtimes.ts", import.meta.url).href}");
    console.log((await chooseRuntime("auto", "32-true")).runtime.name);
  `;
  const { VK_DRIVER_FILES: _, ...environment } = process.env;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", "tsx", "--input-type=module", "--eval", code],
    {
      env: environment,
      encoding: "utf8",
    },
  );
  expect(stderr).toBe("");
  expect(stdout).toMatch(/^(webgpu|onednn|onnxruntime)\n$/);
});

describe("a graphics card", () => {
  let devices: string;

  beforeEach(async () => {
    devices = await mkdtemp(join(tmpdir(), "devices-"));
    await mkdir(join(devices, "dri"));
  });
  afterEach(() => rm(devices, { recursive: true }));

  test.each(["dri/renderD128", "nvidia0", "dxg", "kgsl-3d0", "mali0"])("may be at %s", async (file) => {
    await writeFile(join(devices, file), "");
    expect(await mayHaveGraphicsCard(devices, "linux")).toBe(true);
  });

  test.each(["dri/card0", "nvidiactl", "null"])("is not at %s", async (file) => {
    await writeFile(join(devices, file), "");
    expect(await mayHaveGraphicsCard(devices, "linux")).toBe(false);
  });

  test("is unknown without device files", async () => {
    expect(await mayHaveGraphicsCard(join(devices, "none"), "linux")).toBe(false);
    expect(await mayHaveGraphicsCard(join(devices, "none"), "darwin")).toBe(true);
  });
});
