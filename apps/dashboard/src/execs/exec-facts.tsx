/** Facts of an exec that lists and its page show alike. */
import type { ExecResource } from '@postern/contract';
import { Name, visibleText } from '../components/text.tsx';
import { useNow } from '../components/time.tsx';
import { Link } from '../router/link.tsx';
import { shortCommand } from './clip.ts';
import { durationText } from './measures.ts';

/** The person, or the token. */
export function ExecBy({ exec }: { readonly exec: ExecResource }) {
  if (exec.token === null) return <Name>{exec.user ?? 'nobody'}</Name>;
  return (
    <Link to={`/tokens/${encodeURIComponent(exec.token)}`}>
      <Name>{exec.token_name ?? exec.token}</Name>
    </Link>
  );
}

/** How long it took, or has been running. */
export function ExecDuration({ exec }: { readonly exec: ExecResource }) {
  const now = useNow();
  const end = exec.ended_at === null ? now : Date.parse(exec.ended_at);
  const text = durationText(Math.max(0, end - Date.parse(exec.started_at)));
  return <span className="duration">{exec.ended_at === null ? `${text} so far` : text}</span>;
}

export function sourceText(source: string | null): string {
  return source === null ? 'not known' : visibleText(source);
}

/** The command, as the way to the page of its exec. */
export function ExecLink({ exec }: { readonly exec: ExecResource }) {
  return (
    <Link to={`/execs/${encodeURIComponent(exec.id)}`} className="exec-link">
      <code className="command" dir="ltr">
        {shortCommand(exec.command)}
      </code>
    </Link>
  );
}
