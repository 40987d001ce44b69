// timm's names for EfficientNets and MobileNetV3s, whose blocks are lists of parts, as torchvision's.

/** The parts of a block that ends with a narrowing convolution, and of another, in the order of torchvision's numbers. */
const NARROWING = ["conv_exp", "conv_pw", "conv_dw", "se", "conv_pwl"];
const OTHER = ["conv", "conv_dw", "se", "conv_pw"];

/** `blocks.1.0.conv_pw.weight`: stage and block, part, what of the part. */
const ENTRY = /^blocks\.(\d+\.\d+)\.(\w+)\.(.+)$/;

const EFFICIENTNET = new Map([
  ["conv_stem", "features.0.0"],
  ["bn1", "features.0.1"],
  ["classifier", "classifier.1"],
]);
const MOBILENET_V3 = new Map([
  ["conv_stem", "features.0.0"],
  ["bn1", "features.0.1"],
  ["conv_head", "classifier.0"],
  ["classifier", "classifier.3"],
]);

/** EfficientNet: torchvision counts the blocks of each stage, `features.2.0.block`. */
export function efficientNetNames(names: readonly string[]): (name: string) => string {
  const blocks = partsOfBlocks(names);
  const last = new Set(Array.from(blocks.keys(), (key) => key.split(".")[0])).size + 1;
  const others = new Map([
    ...EFFICIENTNET,
    ["conv_head", `features.${last}.0`],
    ["bn2", `features.${last}.1`],
  ]);
  return (name) => {
    const [, key, part, entry] = ENTRY.exec(name) ?? [];
    if (key === undefined) return renamedPart(name, others);
    const [stage, block] = key.split(".");
    const { index, rest } = placeInBlock(blocks.get(key)!, part!, entry!);
    return `features.${Number(stage) + 1}.${block}.block.${index}.${rest}`;
  };
}

/** MobileNetV3: torchvision counts all blocks, `features.5.block`; the last is a convolution alone, `features.16`. */
export function mobileNetV3Names(names: readonly string[]): (name: string) => string {
  const blocks = partsOfBlocks(names);
  const places = new Map(Array.from(blocks.keys(), (key, i) => [key, i + 1]));
  return (name) => {
    const [, key, part, entry] = ENTRY.exec(name) ?? [];
    if (key === undefined) return renamedPart(name, MOBILENET_V3);
    const parts = blocks.get(key)!;
    const { index, rest } = placeInBlock(parts, part!, entry!);
    return `features.${places.get(key)}.${parts.length === 1 ? "" : `block.${index}.`}${rest}`;
  };
}

/** The name with its first component as the table has it. */
function renamedPart(name: string, table: ReadonlyMap<string, string>): string {
  const dot = name.indexOf(".");
  const part = table.get(name.slice(0, dot));
  return part === undefined ? name : part + name.slice(dot);
}

/** Block by block, by `stage.block`, which parts there are, in torchvision's order. */
function partsOfBlocks(names: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, Set<string>>();
  for (const name of names) {
    const [, key, part] = ENTRY.exec(name) ?? [];
    if (key !== undefined) found.set(key, (found.get(key) ?? new Set()).add(part!));
  }
  const keys = [...found.keys()].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  return new Map(
    keys.map((key) => {
      const own = found.get(key)!;
      return [key, (own.has("conv_pwl") ? NARROWING : OTHER).filter((part) => own.has(part))];
    }),
  );
}

/** Where an entry of a block stands: the part's number, and the name within it: convolution `0`, its batch norm `1`. */
function placeInBlock(
  parts: readonly string[],
  part: string,
  entry: string,
): { readonly index: number; readonly rest: string } {
  if (part === "se") {
    const rest = entry.replace(/^conv_reduce\./, "fc1.").replace(/^conv_expand\./, "fc2.");
    return { index: parts.indexOf("se"), rest };
  }
  const [, norm] = /^bn(\d)$/.exec(part) ?? [];
  if (norm === undefined) return { index: parts.indexOf(part), rest: `0.${entry}` };
  const convolution = parts.filter((other) => other !== "se")[Number(norm) - 1];
  return { index: parts.indexOf(convolution ?? ""), rest: `1.${entry}` };
}
