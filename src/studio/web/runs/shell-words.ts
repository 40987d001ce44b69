// Words as a shell tells them apart: blanks part them, quotes keep them together.

const WORD = /(?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*"|['"\\])+/g;
const PIECE = /\\(.)|'([^']*)'|"((?:[^"\\]|\\.)*)"/g;

/** `a='b c' "d e"` is `a=b c` and `d e`. A quote that nothing closes stands for itself. */
export function shellWords(text: string): string[] {
  return Array.from(text.matchAll(WORD), ([word]) =>
    word.replaceAll(PIECE, (_, escaped?: string, single?: string, double?: string) => {
      return escaped ?? single ?? double!.replaceAll(/\\(["\\$`])/g, "$1");
    }),
  );
}
