import { hashSecret } from '@postern/authority';
import { LIMITS, PosternError } from '@postern/contract';
import { createEventStream } from '../events/event-stream.ts';
import type { Handlers } from '../http/routes.ts';
import { findOrganization } from './find.ts';

export const eventHandlers: Pick<Handlers, 'followEvents'> = {
  async followEvents({ params }, { caller, person }, services) {
    const { authority, events } = services;
    const { organization } = await findOrganization(params.org, person, services);
    const token = caller.kind === 'person' ? caller.sessionToken : '';
    const session = Buffer.from(hashSecret(token)).toString('hex');
    if (events.streamsOf(session) >= LIMITS.eventStreamsPerSession) {
      throw new PosternError(
        'rate_limited',
        `this session follows events ${LIMITS.eventStreamsPerSession} times already`,
        { hint: 'close a window of the dashboard' },
      );
    }
    /** Sessions expire, and what another server of the same database writes is seen nowhere else. */
    const stillMay = async (): Promise<void> => {
      await findOrganization(organization.publicId, await authority.verifySession(token), services);
    };
    const stop: (() => void)[] = [];
    const { readable, tell, beat, end } = createEventStream(
      () => performance.now(),
      () => stop.forEach((act) => act()),
    );
    const heart = setInterval(() => void stillMay().then(beat, end), LIMITS.eventHeartbeatSeconds * 1000);
    stop.push(() => clearInterval(heart));
    stop.push(events.follow({ organizationId: organization.id, userId: person.userId, session, tell, end }));
    return new Response(readable, {
      headers: {
        'content-type': 'text/event-stream',
        // A proxy that collects an answer before it passes it on would keep every event.
        'x-accel-buffering': 'no',
      },
    });
  },
};
