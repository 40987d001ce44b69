// A command as a shell takes it, with a button that copies it.
import { useEffect, useRef, useState } from "preact/hooks";

interface CommandProps {
  readonly title: string;
  readonly command: string;
}

/** Milliseconds for which the button says what it did. */
const SAID_MS = 2000;

/** Where the browser lets pages copy nothing (it does at addresses of this machine alone), the text is selected instead. */
export function Command({ title, command }: CommandProps) {
  const text = useRef<HTMLPreElement>(null);
  const [said, setSaid] = useState("Copy");
  useEffect(() => {
    const timer = setTimeout(() => setSaid("Copy"), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(command);
      setSaid("Copied");
    } catch {
      getSelection()?.selectAllChildren(text.current!);
      setSaid("Selected");
    }
  };
  return (
    <div class="card command">
      <div class="command-head">
        <strong>{title}</strong>
        <button type="button" class="btn" onClick={copy} aria-label={`${said}: ${title}`}>
          {said}
        </button>
      </div>
      <pre ref={text}>{command}</pre>
    </div>
  );
}
