// What is typed into the form of a training, as the address of its page.
import type { FormRequest, FormSetting } from "../../runs/api.ts";
import { shellWords } from "./shell-words.ts";

/** The query's name of words as on the command line: no key of a configuration begins so. */
export const FURTHER = "~";

/** What the query of the address asks for. */
export function requestOf(query: string): FormRequest {
  const typed: readonly FormSetting[] = [...new URLSearchParams(query)];
  return {
    settings: typed.filter(([key]) => key !== FURTHER),
    words: typed.flatMap(([key, text]) => (key === FURTHER ? shellWords(text) : [])),
  };
}

/** @param further words as a shell takes them; default none */
export function trainAddress(settings: readonly FormSetting[], further = ""): string {
  const query = new URLSearchParams(settings.map(([key, text]) => [key, text]));
  if (further !== "") query.append(FURTHER, further);
  return query.size === 0 ? "/train" : `/train?${query}`;
}
