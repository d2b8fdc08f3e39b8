import type { ReactNode } from 'react';

export interface Column<Row> {
  /** Unique, and the class `cell-<key>` of its cells. */
  readonly key: string;
  readonly title: ReactNode;
  /** What the cell is called on a phone, where there are no column heads; `''` for none. */
  readonly label?: string;
  readonly cell: (row: Row) => ReactNode;
}

export interface TableProps<Row> {
  /** What the table holds, for those who do not see it. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  readonly rowClass?: (row: Row) => string;
  /** Rows are being asked for anew; those before stay. */
  readonly stale?: boolean;
}

/** Rows and columns; on a phone each row becomes a card. */
export function Table<Row>({ caption, columns, rows, rowKey, rowClass, stale }: TableProps<Row>) {
  return (
    <div className="table-frame" aria-busy={stale}>
      <table className="table">
        <caption className="off-screen">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ key, title }) => (
              <th key={key} scope="col" className={`cell-${key}`}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)} className={rowClass?.(row)}>
              {columns.map(({ key, label, title, cell }) => (
                <td
                  key={key}
                  className={`cell-${key}`}
                  data-label={label ?? (typeof title === 'string' ? title : '')}
                >
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
