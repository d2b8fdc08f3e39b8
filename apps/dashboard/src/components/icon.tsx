/** The few signs of the dashboard, drawn with the colour of the text around them. */
const PATHS = {
  key: 'M14.5 9.5a4 4 0 1 0-3.7 4l1.2 1.2h2v2h2v2h3v-3l-4.9-4.9c.3-.4.4-.8.4-1.3ZM9.5 9h.01',
  machine: 'M4 5h16v6H4zM4 13h16v6H4zM7.5 8h.01M7.5 16h.01M11 8h6M11 16h6',
  exec: 'M4 5h16v14H4zM8 9l3 3-3 3M13 15h3',
  run: 'M8 5.5v13l10-6.5z',
  audit: 'M7 4h10v16H7zM10 8h4M10 12h4M10 16h2',
  settings: 'M4 7h10M18 7h2M4 17h2M10 17h10M14 4.8v4.4M10 14.8v4.4',
  search: 'M11 5a6 6 0 1 1 0 12 6 6 0 0 1 0-12ZM15.5 15.5 20 20',
  app: 'M5 5h6v6H5zM13 5h6v6h-6zM5 13h6v6H5zM13 13h6v6h-6z',
  menu: 'M4 7h16M4 12h16M4 17h16',
  close: 'M6 6l12 12M18 6 6 18',
  copy: 'M9 9h10v10H9zM5 15V5h10',
  check: 'M5 12.5 10 17 19 7',
  warn: 'M12 4 21 19.5H3zM12 10v4.5M12 17h.01',
  info: 'M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16ZM12 11v5M12 8h.01',
  danger: 'M8.5 4h7L20 8.5v7L15.5 20h-7L4 15.5v-7zM12 8v5M12 16h.01',
  sun: 'M12 8.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7ZM12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M5.6 18.4 7 17M17 7l1.4-1.4',
  moon: 'M19 14.5A7.5 7.5 0 0 1 9.5 5 7.5 7.5 0 1 0 19 14.5Z',
  system: 'M4 5h16v11H4zM9 20h6M12 16v4',
  leave: 'M14 5H6v14h8M11 12h9M17 9l3 3-3 3',
  left: 'M14.5 6 9 12l5.5 6',
  right: 'M9.5 6 15 12l-5.5 6',
  plus: 'M12 5v14M5 12h14',
  refresh: 'M19 12a7 7 0 1 1-2-4.9M19 4v4h-4',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
