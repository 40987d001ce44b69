// Values as Python writes them: what OmegaConf puts into text, file names and override strings.
import type { ConfigNode, Key, ScalarNode } from "../node.ts";

/** `repr(float)`: the shortest digits, `1.0`, `1e-05`, `1e+16`, `inf`, `nan`. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Object.is(value, -0)) return "-0.0";
  const [digits = "0", exponentText = "0"] = value.toExponential().split("e");
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 16) {
    const sign = exponent < 0 ? "-" : "+";
    return `${digits}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  const plain =
    exponent < 0
      ? value.toFixed(Math.max(0, digits.replace(/[-.]/g, "").length - 1 - exponent))
      : String(value);
  return plain.includes(".") ? plain : `${plain}.0`;
}

/** `str(value)`. */
export function pythonText(node: ConfigNode): string {
  return node.kind === "scalar" && node.type === "str" ? String(node.value) : pythonRepr(node);
}

/** `repr(value)`. */
export function pythonRepr(node: ConfigNode): string {
  if (node.kind === "list") return `[${node.items.map(pythonRepr).join(", ")}]`;
  if (node.kind === "map") {
    const pairs = [...node.entries].map(([key, child]) => `${keyRepr(key)}: ${pythonRepr(child)}`);
    return `{${pairs.join(", ")}}`;
  }
  return scalarRepr(node);
}

function scalarRepr(node: ScalarNode): string {
  if (node.type === "null") return "None";
  if (node.type === "bool") return node.value === true ? "True" : "False";
  if (node.type === "float") return floatText(Number(node.value));
  if (node.type === "int") return String(node.value);
  return stringRepr(String(node.value));
}

const keyRepr = (key: Key): string =>
  typeof key === "string"
    ? stringRepr(key)
    : typeof key === "boolean"
      ? key
        ? "True"
        : "False"
      : typeof key === "number" && !Number.isInteger(key)
        ? floatText(key)
        : String(key);

function stringRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text
    .replaceAll("\\", "\\\\")
    .replaceAll(quote, `\\${quote}`)
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r")
    .replaceAll("\t", "\\t");
  return `${quote}${escaped}${quote}`;
}

/** Name of a value's Python type. */
export function pythonType(node: ConfigNode): string {
  if (node.kind === "list") return "list";
  if (node.kind === "map") return "dict";
  return node.type === "null" ? "NoneType" : node.type;
}

/** `json.dumps(value)`: blanks after `,` and `:`, ASCII only. */
export function jsonText(node: ConfigNode): string {
  if (node.kind === "list") return `[${node.items.map(jsonText).join(", ")}]`;
  if (node.kind === "map") {
    const pairs = [...node.entries].map(([key, child]) => `${jsonString(String(key))}: ${jsonText(child)}`);
    return `{${pairs.join(", ")}}`;
  }
  if (node.type === "str") return jsonString(String(node.value));
  if (node.type === "float") {
    const value = Number(node.value);
    return Number.isFinite(value)
      ? floatText(value)
      : Number.isNaN(value)
        ? "NaN"
        : value > 0
          ? "Infinity"
          : "-Infinity";
  }
  return String(node.value);
}

const jsonString = (text: string): string =>
  JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
