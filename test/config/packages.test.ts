// Defaults lists and packages as Hydra's documentation describes them.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { compose } from "../../src/config/composition/compose.ts";
import { ConfigStore } from "../../src/config/composition/config-store.ts";
import { toPlain } from "../../src/config/node.ts";

const scratch = mkdtempSync(join(tmpdir(), "packages-"));
afterAll(() => rmSync(scratch, { recursive: true }));

type Files = Readonly<Record<string, string>>;

const base: Files = {
  "server/apache.yaml": "defaults:\n  - /db: my\n  - _self_\nport: 80\n",
  "db/my.yaml": "n: my\n",
  "db/pg.yaml": "n: pg\n",
};

let number = 0;

/** The composed configuration as JSON, so that key order counts; or the code of the error. */
function composed(files: Files, overrides: readonly string[]): string {
  const root = join(scratch, String(number++));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const options = {
    searchPath: [root],
    configName: "config",
    overrides,
    store: new ConfigStore(),
    environment: {},
  };
  try {
    return JSON.stringify(toPlain(compose(options).config));
  } catch (error) {
    return (error as { code: string }).code;
  }
}

const cases: readonly (readonly [string, Files, readonly string[], string])[] = [
  [
    "abs group in nested",
    { ...base, "config.yaml": "defaults:\n  - server: apache\n" },
    [],
    '{"server":{"db":{"n":"my"},"port":80}}',
  ],
  [
    "override abs in nested",
    { ...base, "config.yaml": "defaults:\n  - server: apache\n" },
    ["db@server.db=pg"],
    '{"server":{"db":{"n":"pg"},"port":80}}',
  ],
  [
    "pkg global in nested",
    {
      ...base,
      "server/apache.yaml": "defaults:\n  - /db@_global_: my\n  - _self_\nport: 80\n",
      "config.yaml": "defaults:\n  - server: apache\n",
    },
    [],
    '{"n":"my","server":{"port":80}}',
  ],
  [
    "pkg here",
    {
      ...base,
      "server/apache.yaml": "defaults:\n  - /db@_here_: my\n  - _self_\nport: 80\n",
      "config.yaml": "defaults:\n  - server: apache\n",
    },
    [],
    '{"server":{"n":"my","port":80}}',
  ],
  [
    "pkg relative",
    {
      ...base,
      "server/apache.yaml": "defaults:\n  - /db@x.y: my\nport: 80\n",
      "config.yaml": "defaults:\n  - server: apache\n",
    },
    [],
    '{"server":{"x":{"y":{"n":"my"}},"port":80}}',
  ],
  [
    "pkg of parent propagates",
    { ...base, "config.yaml": "defaults:\n  - server@web: apache\n" },
    [],
    '{"web":{"db":{"n":"my"},"port":80}}',
  ],
  [
    "group keyword",
    { ...base, "config.yaml": "defaults:\n  - db@backup._group_: my\n" },
    [],
    '{"backup":{"db":{"n":"my"}}}',
  ],
  [
    "header",
    { "config.yaml": "defaults:\n  - a: b\nx: 1\n", "a/b.yaml": "# @package foo.bar\nz: 1\n" },
    [],
    '{"foo":{"bar":{"z":1}},"x":1}',
  ],
  [
    "header overridden by list",
    { "config.yaml": "defaults:\n  - a@q: b\nx: 1\n", "a/b.yaml": "# @package foo.bar\nz: 1\n" },
    [],
    '{"q":{"z":1},"x":1}',
  ],
  [
    "config default",
    {
      "config.yaml": "defaults:\n  - base\n  - sub/other\n  - _self_\n",
      "base.yaml": "a: 1\n",
      "sub/other.yaml": "b: 2\n",
    },
    [],
    '{"a":1,"sub":{"b":2}}',
  ],
  ["dup", { ...base, "config.yaml": "defaults:\n  - db: my\n  - db: pg\n" }, [], "CONFIG_DEFAULTS"],
  ["dup same", { ...base, "config.yaml": "defaults:\n  - db: my\n  - db: my\n" }, [], "CONFIG_DEFAULTS"],
  [
    "two packages",
    { ...base, "config.yaml": "defaults:\n  - db@a: my\n  - db@b: pg\n" },
    ["db@b=my"],
    '{"a":{"n":"my"},"b":{"n":"my"}}',
  ],
  [
    "ambiguous override",
    { ...base, "config.yaml": "defaults:\n  - db@a: my\n  - db@b: pg\n" },
    ["db=my"],
    "CONFIG_DEFAULTS",
  ],
  ["missing choice", { ...base, "config.yaml": "defaults:\n  - db: ???\n" }, [], "CONFIG_GROUP_VALUE"],
  [
    "missing choice given",
    { ...base, "config.yaml": "defaults:\n  - db: ???\n" },
    ["db=pg"],
    '{"db":{"n":"pg"}}',
  ],
  ["null placeholder", { ...base, "config.yaml": "defaults:\n  - db: null\nx: 1\n" }, [], '{"x":1}'],
  [
    "null in list override to option",
    { ...base, "config.yaml": "defaults:\n  - db: null\n" },
    ["db=pg"],
    '{"db":{"n":"pg"}}',
  ],
  ["list on cli", { ...base, "config.yaml": "defaults:\n  - db: my\n" }, ["db=[my,pg]"], '{"db":{"n":"pg"}}'],
  [
    "override before",
    { ...base, "config.yaml": "defaults:\n  - override db: pg\n  - db: my\n" },
    [],
    "CONFIG_DEFAULTS",
  ],
  [
    "override in config",
    { ...base, "config.yaml": "defaults:\n  - db: my\n  - override db: pg\n" },
    [],
    '{"db":{"n":"pg"}}',
  ],
  [
    "override unknown",
    { ...base, "config.yaml": "defaults:\n  - override db: pg\nx: 1\n" },
    [],
    "CONFIG_DEFAULTS",
  ],
  [
    "first override wins from the end",
    {
      ...base,
      "config.yaml": "defaults:\n  - db: my\n  - e1: a\n  - e2: a\n",
      "e1/a.yaml": "# @package _global_\ndefaults:\n  - override /db: my\n",
      "e2/a.yaml": "# @package _global_\ndefaults:\n  - override /db: pg\n",
    },
    [],
    '{"db":{"n":"pg"}}',
  ],
  [
    "cli beats file override",
    {
      ...base,
      "config.yaml": "defaults:\n  - db: my\n  - e2: a\n",
      "e2/a.yaml": "# @package _global_\ndefaults:\n  - override /db: pg\n",
    },
    ["db=my"],
    '{"db":{"n":"my"}}',
  ],
  [
    "optional group",
    { ...base, "config.yaml": "defaults:\n  - optional db: zzz\n  - db@x: my\n" },
    [],
    '{"x":{"n":"my"}}',
  ],
  [
    "interp optional",
    { ...base, "config.yaml": "defaults:\n  - db: my\n  - optional combo: ${db}_x\n" },
    [],
    '{"db":{"n":"my"}}',
  ],
  [
    "interp unknown",
    { ...base, "config.yaml": "defaults:\n  - db: my\n  - combo: ${dbx}_x\n" },
    [],
    "INTERPOLATION_KEY",
  ],
  ["cycle", { "config.yaml": "defaults:\n  - a\n", "a.yaml": "defaults:\n  - config\n" }, [], "CONFIG_CYCLE"],
  ["escape", { "config.yaml": "defaults:\n  - ../x: y\n" }, [], "CONFIG_PATH_REFUSED"],
  ["self twice", { "config.yaml": "defaults:\n  - _self_\n  - _self_\n" }, [], "CONFIG_DEFAULTS"],
  [
    "delete group in nested",
    { ...base, "config.yaml": "defaults:\n  - server: apache\n" },
    ["~db@server.db"],
    '{"server":{"port":80}}',
  ],
  ["append w package", { ...base, "config.yaml": "x: 1\n" }, ["+db@a.b=pg"], '{"x":1,"a":{"b":{"n":"pg"}}}'],
  ["append global", { ...base, "config.yaml": "x: 1\n" }, ["+db@_global_=pg"], '{"x":1,"n":"pg"}'],
  ["primary with header", { "config.yaml": "# @package foo\nx: 1\n" }, [], '{"foo":{"x":1}}'],
  [
    "nested group name same",
    {
      "config.yaml": "defaults:\n  - a: b\n",
      "a/b.yaml": "defaults:\n  - c: d\n  - e\nz: 0\n",
      "a/c/d.yaml": "k: 1\n",
      "a/e.yaml": "w: 2\n",
    },
    [],
    '{"a":{"c":{"k":1},"w":2,"z":0}}',
  ],
];

describe("defaults lists and packages", () => {
  it.each(cases)("%s", (_name, files, overrides, expected) => {
    expect(composed(files, overrides)).toBe(expected);
  });
});
