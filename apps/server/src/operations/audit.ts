import { requireAdmin } from '@postern/authority';
import { PosternError } from '@postern/contract';
import type { AuditQuery } from '@postern/store';
import type { Handlers } from '../http/routes.ts';
import { findOrganization } from './find.ts';
import { firstEntryAt } from './first-entry-at.ts';
import { presentAudit } from './present.ts';

const POLL_MS = 100;

export const auditHandlers: Pick<Handlers, 'listAudit' | 'verifyAudit'> = {
  async listAudit({ params, query }, { person, signal }, services) {
    const { organization } = await findOrganization(params.org, person, services);
    const apps = await services.store.listApps(organization.id);
    const app = query.app === undefined ? undefined : apps.find(({ name }) => name === query.app);
    if (query.app !== undefined && app === undefined) {
      throw new PosternError('app_not_found', `${organization.slug} has no app ${query.app}`);
    }
    const cursor = query.cursor === undefined ? undefined : Number(query.cursor);
    if (cursor !== undefined && !Number.isSafeInteger(cursor))
      throw new PosternError('bad_request', 'the cursor is not one of ours');
    const placeOf = async (at: string | undefined): Promise<number | undefined> =>
      at === undefined ? undefined : firstEntryAt(services.store, organization.id, Date.parse(at));
    const from = await placeOf(query.since);
    const end = await placeOf(query.until);
    const before = cursor === undefined || end === undefined ? (cursor ?? end) : Math.min(cursor, end);
    const filter: AuditQuery = {
      organizationId: organization.id,
      ...(query.after === undefined ? {} : { after: query.after }),
      ...(before === undefined ? {} : { before }),
      ...(from === undefined ? {} : { from }),
      ...(query.action === undefined ? {} : { action: query.action }),
      ...(query.outcome === undefined ? {} : { outcome: query.outcome }),
      ...(query.actor === undefined ? {} : { actor: query.actor }),
      ...(app === undefined ? {} : { appId: app.id }),
      ...(query.token === undefined ? {} : { tokenId: query.token }),
      ...(query.exec === undefined ? {} : { execId: query.exec }),
      ...(query.search === undefined ? {} : { search: query.search }),
      limit: query.limit,
    };
    const until = performance.now() + (query.after === undefined ? 0 : (query.wait ?? 0) * 1000);
    let entries = await services.store.listAudit(filter);
    while (entries.length === 0 && performance.now() < until && !signal.aborted) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      entries = await services.store.listAudit(filter);
    }
    const names = new Map(apps.map(({ id, name }) => [id, name]));
    const last = entries.at(-1);
    return {
      entries: entries.map((entry) => presentAudit(entry, organization.slug, names)),
      next_cursor:
        query.after === undefined && entries.length === query.limit && last !== undefined
          ? String(last.seq)
          : null,
    };
  },

  async verifyAudit(_input, { person }, { authority, store }) {
    const memberships = await store.listMemberships(person.userId);
    const admin = memberships.find(({ role }) => role === 'admin');
    const [any] = memberships;
    if (admin === undefined && any !== undefined) await requireAdmin(store, person, any.organization);
    const check = await authority.verifyAudit();
    return {
      ok: check.firstBroken === null,
      entries: check.entries,
      head_hash: check.headHash,
      first_broken: check.firstBroken === null ? null : { ...check.firstBroken },
    };
  },
};
