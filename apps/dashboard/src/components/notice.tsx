import type { PosternError } from '@postern/contract';
import type { ReactNode } from 'react';
import { Icon, type IconName } from './icon.tsx';
import { visibleText } from './text.tsx';

export type NoticeKind = 'info' | 'good' | 'warn' | 'danger';

const ICONS: Readonly<Record<NoticeKind, IconName>> = {
  info: 'info',
  good: 'check',
  warn: 'warn',
  danger: 'danger',
};

export interface NoticeProps {
  readonly kind: NoticeKind;
  readonly title?: ReactNode;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
  /** Read aloud when it appears: `alert` at once, `status` at the next pause. */
  readonly role?: 'alert' | 'status';
}

export function Notice({ kind, title, children, actions, role }: NoticeProps) {
  return (
    <div className={`notice notice-${kind}`} role={role}>
      <Icon name={ICONS[kind]} />
      <div className="notice-text">
        {title !== undefined && <p className="notice-title">{title}</p>}
        {children}
      </div>
      {actions}
    </div>
  );
}

export interface ErrorNoticeProps {
  readonly error: PosternError;
  readonly title?: string;
  readonly actions?: ReactNode;
}

/** What the server said, and what it says to do about it. */
export function ErrorNotice({ error, title, actions }: ErrorNoticeProps) {
  const requestId = error.details['request_id'];
  return (
    <Notice kind="danger" role="alert" title={title ?? 'That did not work'} actions={actions}>
      <p>{visibleText(error.message)}</p>
      {error.hint !== undefined && <p className="hint">{visibleText(error.hint)}</p>}
      {error.code === 'internal' && typeof requestId === 'string' && (
        <p className="hint">Request {requestId}</p>
      )}
    </Notice>
  );
}
