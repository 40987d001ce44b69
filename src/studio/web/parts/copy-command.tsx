// A command line to be copied into a shell.
import { useRef, useState } from "preact/hooks";

/** Where the browser does not let pages copy, the text is selected instead. */
export function CopyCommand({ command }: { readonly command: string }) {
  const text = useRef<HTMLPreElement>(null);
  const [said, setSaid] = useState("Copy");
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(command);
      setSaid("Copied");
    } catch {
      getSelection()?.selectAllChildren(text.current!);
      setSaid("Selected");
    }
    setTimeout(() => setSaid("Copy"), 2000);
  };
  return (
    <div class="command copy-command">
      <pre ref={text}>
        <code>{command}</code>
      </pre>
      <button type="button" class="btn" onClick={copy} aria-label="Copy the command">
        {said}
      </button>
    </div>
  );
}
