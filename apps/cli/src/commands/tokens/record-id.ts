/**
 * The id of a token's record, from what people have at hand: the id, or the uuid that `tokens debug --full` and the
 * audit log name the token by. The text of a token is neither, and is not sent as one.
 */
import { PosternError } from '@postern/contract/errors';
import type { Session } from '../../settings/connect.ts';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** @throws PosternError `bad_request` for the text of a token, `token_not_found` for a uuid that no record has. */
export async function recordId(session: Session, text: string): Promise<string> {
  if (/\b(?:fm2|fm1[ra])_/.test(text)) {
    throw new PosternError('bad_request', 'this is the text of a token, not the id of its record', {
      hint: 'give the id of `postern tokens list`, or the uuid of `postern tokens debug --full`',
    });
  }
  return UUID.test(text) ? idOfUuid(session, text) : text;
}

async function idOfUuid({ client, operations }: Session, uuid: string): Promise<string> {
  const { organizations } = await client.call(operations.listOrganizations, {});
  for (const { slug } of organizations) {
    let cursor: string | null = null;
    do {
      const page: { tokens: Array<{ id: string; uuid: string }>; next_cursor: string | null } =
        await client.call(operations.listOrganizationTokens, {
          params: { org: slug },
          query: { limit: 500, ...(cursor === null ? {} : { cursor }) },
        });
      const found = page.tokens.find((token) => token.uuid === uuid);
      if (found !== undefined) return found.id;
      cursor = page.next_cursor;
    } while (cursor !== null);
  }
  throw new PosternError('token_not_found', `no token of your organizations has the uuid ${uuid}`, {
    hint: 'list ids: postern tokens list -s org',
  });
}
