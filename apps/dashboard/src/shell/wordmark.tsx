/** A postern is a small gate beside the big one. */
export function Wordmark() {
  return (
    <span className="wordmark">
      <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">
        <path d="M7 28V14a9 9 0 0 1 18 0v14" />
        <path d="M16 28V12" />
        <circle cx="20" cy="19" r="1.2" />
      </svg>
      Postern
    </span>
  );
}
