import { auditEntry, commitAudited, newId } from '@postern/authority';
import { PosternError } from '@postern/contract';
import type { AppRecord, OrganizationRecord } from '@postern/store';
import { requirePerson } from '../http/caller.ts';
import type { Handlers } from '../http/routes.ts';
import { findApp, findForAction, findOrganization } from './find.ts';
import { presentApp } from './present.ts';

export const appHandlers: Pick<Handlers, 'listApps' | 'createApp' | 'showApp' | 'updateApp' | 'deleteApp'> = {
  async listApps({ query }, { caller }, services) {
    const person = requirePerson(caller);
    const organizations: OrganizationRecord[] =
      query.org_slug === undefined
        ? (await services.store.listMemberships(person.userId)).map(({ organization }) => organization)
        : [(await findOrganization(query.org_slug, person, services)).organization];
    const apps: ReturnType<typeof presentApp>[] = [];
    for (const organization of organizations) {
      const found: readonly AppRecord[] = await services.store.listApps(organization.id);
      apps.push(...found.map((app) => presentApp(app, organization)));
    }
    return { total_apps: apps.length, apps };
  },

  async createApp({ body }, { person, source }, services) {
    const { organization } = await findOrganization(body.org_slug, person, services);
    const at = services.now();
    await commitAudited(services.store, [
      auditEntry({
        at,
        action: 'app.create',
        outcome: 'done',
        actor: `user:${person.email}`,
        organizationId: organization.id,
        source,
        details: { name: body.name },
      }),
      { kind: 'app.insert', publicId: newId('app'), organizationId: organization.id, name: body.name, at },
    ]);
    const app = await services.store.findApp(body.name);
    if (app === undefined) throw new PosternError('internal', 'the app was not stored');
    return presentApp(app, organization);
  },

  async showApp({ params }, facts, services) {
    const { app, organization } = await findForAction(
      params.app,
      undefined,
      'r',
      'app.read',
      facts,
      services,
    );
    return presentApp(app, organization);
  },

  async updateApp({ params, body }, { person, source }, services) {
    const { app, organization } = await findApp(params.app, person, services);
    const after = { ...app, name: body.name ?? app.name, record: body.record ?? app.record };
    await commitAudited(services.store, [
      auditEntry({
        at: services.now(),
        action: 'app.update',
        outcome: 'done',
        actor: `user:${person.email}`,
        organizationId: organization.id,
        appId: app.id,
        source,
        details: { name: after.name, record: after.record },
      }),
      {
        kind: 'app.update',
        organizationId: organization.id,
        appId: app.id,
        name: after.name,
        record: after.record,
      },
    ]);
    return presentApp(after, organization);
  },

  async deleteApp({ params }, { person, source }, services) {
    const { app, organization } = await findApp(params.app, person, services);
    const machines = await services.store.listMachines(organization.id, app.id);
    const at = services.now();
    await commitAudited(services.store, [
      auditEntry({
        at,
        action: 'app.delete',
        outcome: 'done',
        actor: `user:${person.email}`,
        organizationId: organization.id,
        appId: app.id,
        source,
        details: { name: app.name },
      }),
      { kind: 'app.delete', organizationId: organization.id, appId: app.id, at },
    ]);
    services.gateway.endWhere((plan) => plan.appId === app.id, 'machine-removed');
    for (const { agentId } of machines) if (agentId !== null) await services.gateway.refresh(agentId);
    return { ok: true };
  },
};
