/** A field to open a CSV file. If the file cannot be used, the reason is shown below the field. */
import { useState } from 'react';
import { useMessages } from '../language.js';
import { messages } from './messages.js';
import styles from './data-panel.module.css';

/** Maximum size of a file in bytes. */
const maxFileSize = 5e6;

interface Props {
  readonly label: string;
  /** Takes the bytes of the file. Returns a message if the file cannot be used, else undefined. */
  readonly read: (bytes: Uint8Array) => Promise<string | undefined>;
}

export function TableFile({ label, read }: Props) {
  const say = useMessages(messages);
  const [problem, setProblem] = useState<string>();
  const open = async (file: File) => {
    if (file.size > maxFileSize) {
      setProblem(say.fileTooLarge);
      return;
    }
    try {
      setProblem(await read(new Uint8Array(await file.arrayBuffer())));
    } catch {
      setProblem(say.fileUnreadable);
    }
  };
  return (
    <>
      <label className={styles.file}>
        {label}{' '}
        <input
          type="file"
          accept=".csv,.tsv,.txt,text/csv"
          onChange={(event) => {
            const file = event.target.files?.[0];
            if (file) void open(file);
          }}
        />
      </label>
      {problem !== undefined && (
        <p role="alert" className="problem">
          {problem}
        </p>
      )}
    </>
  );
}
