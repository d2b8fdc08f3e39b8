import { useEffect, useRef, useState } from 'react';
import { isAbort } from '../api/client.ts';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { readExport, saveFile } from './export.ts';
import type { Filter } from './query.ts';

export interface ExportDialogProps {
  readonly organization: string;
  readonly filter: Filter;
  readonly onClose: () => void;
}

const number = new Intl.NumberFormat('en');

export function ExportDialog({ organization, filter, onClose }: ExportDialogProps) {
  const [count, setCount] = useState<number>();
  const gone = useRef<AbortController>(undefined);
  useEffect(() => () => gone.current?.abort(), []);
  const save = async (): Promise<void> => {
    gone.current = new AbortController();
    const { signal } = gone.current;
    try {
      const file = await readExport(organization, filter, signal, setCount);
      if (signal.aborted) return;
      saveFile(file, `audit-${organization}-${new Date().toISOString().slice(0, 10)}.ndjson`);
      onClose();
    } catch (thrown) {
      // Closed by the reader.
      if (!signal.aborted && !isAbort(thrown)) throw thrown;
    }
  };
  return (
    <ConfirmDialog title="Export the audit log" act="Export" onClose={onClose} onConfirm={save}>
      <p>
        {Object.keys(filter).length === 0 ? 'Every entry' : 'Every entry that fits the filters'} is written to
        a file: one JSON object a line, oldest first, with the hashes of the chain. It holds what{' '}
        <code>postern audit export</code> prints.
      </p>
      {count !== undefined && <p role="status">{number.format(count)} entries so far.</p>}
    </ConfirmDialog>
  );
}
