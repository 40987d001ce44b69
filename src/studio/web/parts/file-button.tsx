// A button that lets a person choose files.
import { useRef } from "preact/hooks";

interface FileButtonProps {
  readonly label: string;
  /** As `<input accept>`. */
  readonly accept?: string;
  readonly multiple?: boolean;
  /** A folder with all that is in it, instead of files. */
  readonly folder?: boolean;
  readonly disabled?: boolean;
  readonly onFiles: (files: FileList) => void;
}

/** The same file may be chosen twice. */
export function FileButton({ label, accept, multiple, folder, disabled, onFiles }: FileButtonProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" class="btn" disabled={disabled} onClick={() => input.current?.click()}>
        {label}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={label}
        accept={accept}
        multiple={multiple}
        {...(folder === true ? { webkitdirectory: true } : {})}
        onChange={({ currentTarget }) => {
          if (currentTarget.files !== null && currentTarget.files.length > 0) onFiles(currentTarget.files);
          currentTarget.value = "";
        }}
      />
    </>
  );
}
