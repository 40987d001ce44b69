// The adapter that a person means by a part of its name.
import { ClassifierTrainingError } from "../../core/index.ts";

/**
 * The one of `names` that contains `wanted`, of whatever case; one that is equal is meant before longer ones.
 * @throws ClassifierTrainingError kind "usage" `RUNTIME_ADAPTER`, with the names that there are, where it is none or several
 */
export function chooseAdapter(wanted: string, names: readonly string[]): string {
  const word = wanted.toLowerCase();
  const found = names.filter((name) => name.toLowerCase().includes(word));
  const equal = found.find((name) => name.toLowerCase() === word);
  const [first] = found;
  if (equal !== undefined) return equal;
  if (first !== undefined && found.length === 1) return first;
  const all = (which: readonly string[]): string => which.map((name) => `"${name}"`).join(", ");
  const there =
    names.length < 2 ? `there is ${names.length === 0 ? "none" : all(names)}` : `there are ${all(names)}`;
  const problem =
    first === undefined
      ? `no adapter is called "${wanted}": ${there}`
      : `"${wanted}" is several adapters: ${all(found)}`;
  throw new ClassifierTrainingError("usage", "RUNTIME_ADAPTER", problem, {
    where: "runtime.adapter",
    hint:
      names.length === 0
        ? "install the driver of your graphics card"
        : "give a part of one name; classifier-training doctor says what each can do",
  });
}
