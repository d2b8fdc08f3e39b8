/**
 * What Fly has and Postern cannot have. flyctl prints whatever an answer says: it shall say in words what is not there,
 * not name a field of a schema or a path.
 */
import { PosternError } from '@postern/contract';
import { GraphQLError, Kind } from 'graphql';

/** By the names that requests use: fields, types, arguments, last parts of paths. The first that fits is said. */
const ABSENT: readonly (readonly [names: RegExp, what: string])[] = [
  [/wire_?guard|nearestRegion/i, 'there is no WireGuard network here'],
  [/certificate/i, 'there is no certificate authority here'],
  [/volume/i, 'there are no volumes here'],
  [/add_?on|litefs|postgres|^role$/i, 'there are no add-ons and no managed databases here'],
  [/secret/i, 'there are no secrets of apps here'],
  [/ip_?address|ip_?assignment|egress/i, 'apps have no addresses here'],
  [/release|deploy|image|build/i, 'there are no images, builds or deployments here'],
  [/region|placement|platform/i, 'there are no regions here'],
];

const WHY = 'Postern runs commands on machines that are there already';
const HINT = 'run a command with `fly machine exec`';

function find(name: string): PosternError | undefined {
  const what = ABSENT.find(([names]) => names.test(name))?.[1];
  if (what !== undefined) return new PosternError('feature_unsupported', `${what}: ${WHY}`, { hint: HINT });
  return /organization/i.test(name)
    ? new PosternError('feature_unsupported', 'people and organizations are looked after with `postern orgs`')
    : undefined;
}

/** The same errors; where one names something that cannot be here, in a sentence about that. */
export function explainAbsence(problems: readonly GraphQLError[]): readonly GraphQLError[] {
  for (const problem of problems) {
    const name = nameOf(problem);
    const absent = name === undefined ? undefined : find(name);
    if (absent !== undefined) return [new GraphQLError(absent.message, { originalError: absent })];
  }
  return problems;
}

function nameOf({ nodes }: GraphQLError): string | undefined {
  const node = nodes?.[0];
  return node?.kind === Kind.FIELD || node?.kind === Kind.NAMED_TYPE || node?.kind === Kind.ARGUMENT
    ? node.name.value
    : undefined;
}

const MACHINE = /^\/v1\/apps\/[^/]+\/machines\/[^/]+(?:\/(?:suspend|cordon|uncordon))?$/;

/** @returns what to say about a path of Fly's machines API that cannot be here. */
export function explainAbsentPath(path: string): PosternError | undefined {
  if (MACHINE.test(path)) {
    return new PosternError(
      'feature_unsupported',
      'what a machine is, is up to who runs it: it is not configured, suspended or cordoned here',
      { hint: HINT },
    );
  }
  // The name of an app may be any word.
  const rest = /^\/v1\/(?:apps\/[^/]+\/)?(.+)$/.exec(path)?.[1];
  return rest === undefined ? undefined : find(rest);
}

/** What flyctl asks of Fly's third service when it builds and deploys. It prints the body of the answer as it is. */
export const NO_DEPLOYMENTS = `there are no images, builds or deployments here: ${WHY} (${HINT})`;
