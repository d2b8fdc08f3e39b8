import { auditEntry, commitAudited, newId } from '@postern/authority';
import { PosternError } from '@postern/contract';
import type { MemberRecord } from '@postern/store';
import type { Handlers } from '../http/routes.ts';
import type { Services } from '../services.ts';
import { findOrganization, findOwnedOrganization, requireOperator } from './find.ts';
import { presentOrganization, time } from './present.ts';

type Keys =
  | 'listOrganizations'
  | 'createOrganization'
  | 'showOrganization'
  | 'updateOrganization'
  | 'deleteOrganization'
  | 'listMembers'
  | 'addMember'
  | 'updateMember'
  | 'removeMember';

export const organizationHandlers: Pick<Handlers, Keys> = {
  async listOrganizations(_input, { person }, { store }) {
    const memberships = await store.listMemberships(person.userId);
    return {
      organizations: memberships.map(({ organization, role }) => presentOrganization(organization, role)),
    };
  },

  async createOrganization({ body }, { person, source }, { store, now }) {
    const at = now();
    await commitAudited(store, [
      auditEntry({
        at,
        action: 'org.create',
        outcome: 'done',
        actor: `user:${person.email}`,
        source,
        details: { slug: body.slug },
      }),
      {
        kind: 'organization.insert',
        publicId: newId('org'),
        slug: body.slug,
        name: body.name ?? body.slug,
        at,
      },
      { kind: 'member.put-by-slug', slug: body.slug, userId: person.userId, role: 'admin', at },
    ]);
    const organization = await store.findOrganization(body.slug);
    if (organization === undefined) throw new PosternError('internal', 'the organization was not stored');
    return presentOrganization(organization, 'admin');
  },

  async showOrganization({ params }, { person }, services) {
    const { organization, role } = await findOrganization(params.org, person, services);
    return presentOrganization(organization, role);
  },

  async updateOrganization({ params, body }, { person, source }, services) {
    const before = await findOwnedOrganization(params.org, person, services);
    const lifetime = body.max_token_lifetime_seconds;
    const after = {
      ...before,
      name: body.name ?? before.name,
      slug: body.slug ?? before.slug,
      maxTokenLifetimeMs:
        lifetime === undefined ? before.maxTokenLifetimeMs : lifetime === null ? null : lifetime * 1000,
      memberProfiles: body.member_profiles ?? before.memberProfiles,
    };
    await commitAudited(services.store, [
      auditEntry({
        at: services.now(),
        action: 'org.update',
        outcome: 'done',
        actor: `user:${person.email}`,
        organizationId: before.id,
        source,
        details: {
          slug: after.slug,
          name: after.name,
          max_token_lifetime_ms: after.maxTokenLifetimeMs,
          member_profiles: after.memberProfiles.join(' '),
        },
      }),
      {
        kind: 'organization.update',
        organizationId: before.id,
        name: after.name,
        slug: after.slug,
        maxTokenLifetimeMs: after.maxTokenLifetimeMs,
        memberProfiles: after.memberProfiles,
      },
    ]);
    return presentOrganization(after, 'admin');
  },

  async deleteOrganization({ params }, { person, source }, services) {
    const organization = await findOwnedOrganization(params.org, person, services);
    if ((await services.store.listApps(organization.id)).length > 0) {
      throw new PosternError('conflict', `organization ${organization.slug} still has apps`, {
        hint: 'destroy its apps first with `postern apps destroy`',
      });
    }
    const at = services.now();
    await commitAudited(services.store, [
      auditEntry({
        at,
        action: 'org.delete',
        outcome: 'done',
        actor: `user:${person.email}`,
        organizationId: organization.id,
        source,
      }),
      { kind: 'organization.delete', organizationId: organization.id, at },
    ]);
    return { ok: true };
  },

  async listMembers({ params }, { person }, services) {
    const { organization } = await findOrganization(params.org, person, services);
    return { members: (await services.store.listMembers(organization.id)).map(presentMember) };
  },

  async addMember({ params, body }, { person, source }, services) {
    const { store, authority, publicUrl } = services;
    const organization = await findOwnedOrganization(params.org, person, services);
    const at = services.now();
    const known = await store.findUserByEmail(body.email);
    if (known === undefined) {
      // Whoever brings a person in is given their first link. Were that anybody, they could take somebody's address
      // before another organization gives that address rights.
      await requireOperator(person, services);
      await store.commit([{ kind: 'user.insert', publicId: newId('usr'), email: body.email, at }]);
    }
    const user = await store.findUserByEmail(body.email);
    if (user === undefined) throw new PosternError('internal', 'the user was not stored');
    await commitAudited(store, [
      auditEntry({
        at,
        action: 'member.add',
        outcome: 'done',
        actor: `user:${person.email}`,
        organizationId: organization.id,
        source,
        details: { email: body.email, role: body.role },
      }),
      { kind: 'member.put', organizationId: organization.id, userId: user.id, role: body.role, at },
    ]);
    // Only who is new needs a way in; nobody gets a link to sign in as somebody who is here already.
    const login =
      known === undefined
        ? await authority.createLogin(
            { userId: user.id, publicId: user.publicId, email: user.email },
            `user:${person.email}`,
            { source },
          )
        : undefined;
    return {
      ...presentMember({ user, role: body.role, joinedAt: at }),
      login_url: login === undefined ? null : `${publicUrl()}/login#${login.secret}`,
      login_expires_at: login === undefined ? null : time(login.expiresAt),
    };
  },

  async updateMember({ params, body }, { person, source }, services) {
    const organization = await findOwnedOrganization(params.org, person, services);
    const member = await findMember(organization.id, params.user, services);
    if (body.role === 'member') await requireAnotherAdmin(organization.id, member, services);
    await commitAudited(services.store, [
      auditEntry({
        at: services.now(),
        action: 'member.update',
        outcome: 'done',
        actor: `user:${person.email}`,
        organizationId: organization.id,
        source,
        details: { email: member.user.email, role: body.role },
      }),
      {
        kind: 'member.put',
        organizationId: organization.id,
        userId: member.user.id,
        role: body.role,
        at: services.now(),
      },
    ]);
    return presentMember({ ...member, role: body.role });
  },

  async removeMember({ params }, { person, source }, services) {
    const organization = await findOwnedOrganization(params.org, person, services);
    const member = await findMember(organization.id, params.user, services);
    await requireAnotherAdmin(organization.id, member, services);
    await commitAudited(services.store, [
      auditEntry({
        at: services.now(),
        action: 'member.remove',
        outcome: 'done',
        actor: `user:${person.email}`,
        organizationId: organization.id,
        source,
        details: { email: member.user.email },
      }),
      { kind: 'member.delete', organizationId: organization.id, userId: member.user.id },
    ]);
    return { ok: true };
  },
};

function presentMember({ user, role, joinedAt }: MemberRecord) {
  return { user: { id: user.publicId, email: user.email }, role, joined_at: time(joinedAt) };
}

/** By id or email. */
async function findMember(
  organizationId: number,
  reference: string,
  { store }: Services,
): Promise<MemberRecord> {
  const members = await store.listMembers(organizationId);
  const found = members.find(({ user }) => user.publicId === reference || user.email === reference);
  if (found === undefined) throw new PosternError('user_not_found', `there is no member ${reference} here`);
  return found;
}

/** An organization nobody may manage would be lost. */
async function requireAnotherAdmin(
  organizationId: number,
  member: MemberRecord,
  { store }: Services,
): Promise<void> {
  const admins = (await store.listMembers(organizationId)).filter(({ role }) => role === 'admin');
  if (admins.every(({ user }) => user.id === member.user.id)) {
    throw new PosternError('conflict', 'an organization keeps at least one admin', {
      hint: 'make somebody else an admin first',
    });
  }
}
