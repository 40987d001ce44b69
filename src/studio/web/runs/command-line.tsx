// A command as a shell takes it, with a button that copies it.
import { useState } from "preact/hooks";

interface CommandLineProps {
  readonly title: string;
  readonly command: string;
}

/** Stands as text too, for browsers that let nothing be copied. */
export function CommandLine({ title, command }: CommandLineProps) {
  const [copied, setCopied] = useState<string>();
  const copy = (): void => {
    navigator.clipboard.writeText(command).then(
      () => setCopied(command),
      () => undefined,
    );
  };
  return (
    <div class="card command">
      <div class="command-head">
        <h3>{title}</h3>
        <button type="button" class="btn" onClick={copy}>
          {copied === command ? "Copied" : "Copy"}
        </button>
      </div>
      <pre>{command}</pre>
    </div>
  );
}
