import { PosternError } from '@postern/contract/errors';

export interface LoginLink {
  readonly server: string;
  readonly secret: string;
}

/** Secret and server of a one-time link: `https://server/login#secret`, or with `?secret=`. */
export function readLoginLink(text: string): LoginLink {
  const url = URL.parse(text.trim());
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) {
    const fragment = url.hash.slice(1);
    const inFragment = new URLSearchParams(fragment).get('secret') ?? fragment;
    const secret = inFragment === '' ? (url.searchParams.get('secret') ?? '') : inFragment;
    const base = url.pathname.replace(/\/login\/?$/, '').replace(/\/+$/, '');
    if (secret !== '') return { server: `${url.origin}${base}`, secret };
  }
  throw new PosternError('bad_request', 'this is not a login link', {
    hint: 'give all of it in quotes, with what follows the #',
  });
}
