import type { Profile } from '@postern/contract';
import { parseGoDuration } from '@postern/contract/go-duration';
import { PosternError } from '@postern/contract/errors';
import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS, text } from '../../core/flags.ts';
import { wordAt } from '../../core/words.ts';
import { printJson, say } from '../../output/print.ts';
import { connect } from '../../settings/connect.ts';

export const command = defineCommand({
  description:
    'Rename an organization, or set how long its new tokens may live at most and what its members may mint.',
  words: '<org>',
  count: [1, 1],
  flags: {
    name: text('NAME', 'New name', { short: 'n' }),
    slug: text('SLUG', 'New slug', {}),
    maxTokenLifetime: text('DURATION', 'Longest life of new tokens, such as 720h; 0 is no maximum', {}),
    membersMint: text(
      'PROFILES',
      'What members may mint: profiles between commas, all or none; admins may mint everything',
      {},
    ),
    json: SHARED_FLAGS.json,
  },
  examples: [
    {
      does: 'Refuse tokens that live longer than 30 days',
      line: 'postern orgs update acme --max-token-lifetime 720h',
    },
    {
      does: 'Members mint tokens for single commands only',
      line: 'postern orgs update acme --members-mint machine_exec',
    },
  ],
  json: { version: '1', organization: 'the organization as it is now' },
  run: async (io, input) => {
    const { flags } = input;
    const { name, slug, maxTokenLifetime } = flags;
    const profiles = flags.membersMint === undefined ? undefined : readProfiles(flags.membersMint);
    if (
      name === undefined &&
      slug === undefined &&
      maxTokenLifetime === undefined &&
      profiles === undefined
    ) {
      throw new PosternError('bad_request', 'nothing to change', {
        hint: 'say --name, --slug, --max-token-lifetime or --members-mint',
      });
    }
    const lifetime =
      maxTokenLifetime === undefined ? undefined : Math.trunc(parseGoDuration(maxTokenLifetime) / 1000);
    const { client, operations } = await connect(io, flags);
    const organization = await client.call(operations.updateOrganization, {
      params: { org: wordAt(input, 0) },
      body: {
        ...(name === undefined ? {} : { name }),
        ...(slug === undefined ? {} : { slug }),
        ...(profiles === undefined ? {} : { member_profiles: profiles }),
        ...(lifetime === undefined ? {} : { max_token_lifetime_seconds: lifetime === 0 ? null : lifetime }),
      },
    });
    if (flags.json) printJson(io, { version: 1, organization });
    else say(io, `updated ${organization.slug}`);
  },
});

const PROFILES: readonly Profile[] = ['machine_exec', 'deploy', 'deploy_organization', 'readonly'];

function readProfiles(text: string): Profile[] {
  if (text === 'all') return [...PROFILES];
  if (text === 'none') return [];
  return text.split(',').map((word) => {
    const found = PROFILES.find((profile) => profile === word.trim());
    if (found === undefined) {
      throw new PosternError('bad_request', `${JSON.stringify(word)} is no profile`, {
        hint: `say ${PROFILES.join(', ')}, all or none`,
      });
    }
    return found;
  });
}
