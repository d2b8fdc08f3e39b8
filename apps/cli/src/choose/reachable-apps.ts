/** The apps somebody can mean: those of the signed-in person, or those the presented token reaches. */
import type { Session } from '../settings/connect.ts';

export interface ReachableApp {
  readonly name: string;
  readonly organization: string;
}

export async function reachableApps({ client, operations, settings }: Session): Promise<ReachableApp[]> {
  if (settings.token?.startsWith('fo1_') === true) {
    const { apps } = await client.call(operations.listApps, {});
    return apps.map(({ name, organization }) => ({ name, organization: organization.slug }));
  }
  // A scoped token lists nothing, but the server says what it reaches.
  const { tokens } = await client.call(operations.currentTokens, {});
  const found = new Map<string, ReachableApp>();
  for (const { apps, org_slug } of tokens) {
    for (const name of apps ?? []) found.set(name, { name, organization: org_slug });
  }
  return [...found.values()];
}
