// Plain YAML 1.1 scalars as OmegaConf's loader types them.
import { intNode, nullNode, type Origin, type ScalarNode, scalar, stringNode } from "../node.ts";

const TRUE = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const FALSE = /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/;
const NULL = /^(?:~|null|Null|NULL|)$/;
const INT = /^[-+]?(?:0b[01_]+|0[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+|[1-9][0-9_]*(?::[0-5]?[0-9])+)$/;
const FLOAT =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+|\.[0-9_]*[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

/** The typed value of a plain (unquoted, untagged) scalar. */
export function plainScalar(text: string, origins: readonly Origin[] = []): ScalarNode {
  if (NULL.test(text)) return nullNode(origins);
  if (TRUE.test(text)) return scalar("bool", true, origins);
  if (FALSE.test(text)) return scalar("bool", false, origins);
  if (INT.test(text)) return yamlInt(text, origins) ?? stringNode(text, origins);
  if (FLOAT.test(text)) return scalar("float", yamlFloat(text), origins);
  return stringNode(text, origins);
}

/** The integer of YAML 1.1 digits: underscores, 0b, leading-zero octal, 0x, base 60. */
export function yamlInt(text: string, origins: readonly Origin[] = []): ScalarNode | undefined {
  const { negative, digits } = splitSign(text);
  let value: bigint;
  if (/^0[bx]/.test(digits)) {
    if (digits.length === 2) return undefined;
    value = BigInt(digits);
  } else if (digits.includes(":")) {
    value = digits.split(":").reduce((sum, part) => sum * 60n + BigInt(part), 0n);
  } else if (/^0[0-7]+$/.test(digits)) {
    value = BigInt(`0o${digits}`);
  } else if (/^[0-9]+$/.test(digits)) {
    value = BigInt(digits);
  } else {
    return undefined;
  }
  return intNode(negative ? -value : value, origins);
}

/** The float of YAML 1.1 digits: underscores, `.inf`, `.nan`, base 60. */
export function yamlFloat(text: string): number {
  const { negative, digits } = splitSign(text.toLowerCase());
  let value: number;
  if (digits === ".inf") value = Number.POSITIVE_INFINITY;
  else if (digits === ".nan") value = Number.NaN;
  else if (digits.includes(":")) value = digits.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  else value = Number(digits);
  return negative ? -value : value;
}

function splitSign(text: string): { negative: boolean; digits: string } {
  const negative = text.startsWith("-");
  return { negative, digits: text.replace(/^[-+]/, "").replaceAll("_", "") };
}

/** Whether a plain scalar of this text would be read as something else than a string, the merge key or a date. */
export function needsQuotes(text: string): boolean {
  return (
    NULL.test(text) ||
    TRUE.test(text) ||
    FALSE.test(text) ||
    INT.test(text) ||
    FLOAT.test(text) ||
    /^[yYnN]$/.test(text) ||
    text === "<<" ||
    text === "=" ||
    PYTHON_NUMBER.test(text) ||
    TIMESTAMP.test(text)
  );
}

const PYTHON_NUMBER =
  /^\s*[-+]?(?:[0-9](?:_?[0-9])*|(?:[0-9](?:_?[0-9])*\.?|(?:[0-9](?:_?[0-9])*)?\.[0-9](?:_?[0-9])*)(?:[eE][-+]?[0-9](?:_?[0-9])*)?|[iI][nN][fF](?:[iI][nN][iI][tT][yY])?|[nN][aA][nN])\s*$/;
const TIMESTAMP =
  /^[0-9]{4}-[0-9]{2}-[0-9]{2}$|^[0-9]{4}-[0-9][0-9]?-[0-9][0-9]?(?:[Tt]|[ \t]+)[0-9][0-9]?:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9][0-9]?(?::[0-9]{2})?))?$/;
