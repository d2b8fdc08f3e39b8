import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { Link } from '../router/link.tsx';
import { Spinner } from './spinner.tsx';

type Kind = 'primary' | 'plain' | 'danger' | 'quiet';

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly kind?: Kind;
  readonly small?: boolean;
  /** At work: the button stays where it is and does nothing more. */
  readonly busy?: boolean;
  readonly children: ReactNode;
}

export function Button({ kind = 'plain', small, busy, children, onClick, className, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={classOf(kind, small, className)}
      aria-busy={busy === true ? true : undefined}
      aria-disabled={busy === true ? true : undefined}
      onClick={(event) => {
        if (busy === true) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {busy === true && <Spinner />}
      {children}
    </button>
  );
}

export interface ButtonLinkProps {
  readonly to: string;
  readonly kind?: Kind;
  readonly small?: boolean;
  readonly children: ReactNode;
}

/** A link that looks like a button: it goes somewhere, and changes nothing. */
export function ButtonLink({ to, kind = 'plain', small, children }: ButtonLinkProps) {
  return (
    <Link to={to} className={classOf(kind, small)}>
      {children}
    </Link>
  );
}

function classOf(kind: Kind, small: boolean | undefined, more = ''): string {
  return ['button', `button-${kind}`, small === true ? 'button-small' : '', more].filter(Boolean).join(' ');
}
