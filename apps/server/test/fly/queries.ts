/** GraphQL operations word for word as flyctl sends them (recorded from the binary docs/flyctl.md names). */

export const VIEWER =
  'query { viewer { ... on User { id email enablePaidHobby } ... on Macaroon { email } } }';
export const ORGANIZATIONS =
  'query($admin: Boolean!) { organizations(admin: $admin) { nodes { id slug rawSlug name type paidPlan billable viewerRole internalNumericId } } }';
export const ORGANIZATION =
  'query($slug: String!) { organization(slug: $slug) { id internalNumericId slug rawSlug name type billable } }';
export const ORGANIZATION_DETAILS =
  'query($slug: String!) { organizationdetails: organization(slug: $slug) { id slug rawSlug name type viewerRole internalNumericId remoteBuilderImage remoteBuilderApp { name } members { edges { cursor node { id name email } joinedAt role } } } }';

export const APPS =
  'query($org: ID, $after: String) { apps(type: "container", first: 200, after: $after, organizationId: $org) { pageInfo { hasNextPage endCursor } nodes { id name deployed hostname platformVersion network organization { slug name } currentRelease { createdAt status } status } } }';
export const APP_COMPACT =
  'query ($appName: String!) { appcompact:app(name: $appName) { id internalNumericId name hostname cnameTarget deployed network status appUrl platformVersion organization { id internalNumericId slug paidPlan } postgresAppRole: role { name } } }';
export const APP_BASIC =
  'query ($appName: String!) { appbasic:app(name: $appName) { id name platformVersion organization { id internalNumericId slug rawSlug paidPlan } } }';
/** `apps create --json` and `apps destroy`. */
export const APP_FULL =
  'query ($appName: String!) { app(name: $appName) { id internalNumericId name hostname deployed status version appUrl platformVersion currentRelease { evaluationId status inProgress version } config { definition } organization { id slug paidPlan } services { description protocol internalPort ports { port handlers } } ipAddresses { nodes { id address type createdAt } } sharedIpAddress cnameTarget imageDetails { registry repository tag digest version } machines{ nodes { id name config state region createdAt app { name } ips { nodes { family kind ip maskSize } } host { id } } } postgresAppRole: role { name } } }';
export const APP_NETWORK = 'query ($appName: String!) { app(name: $appName) { network } }';
export const APP_RELEASE =
  'query ($appName: String!) { app(name:$appName) { currentRelease:currentReleaseUnprocessed { version } } }';
export const APP_HOST_ISSUES =
  'query($appName: String!) { apphostissues:app(name: $appName) { hostIssues { nodes { internalId message createdAt updatedAt } } } }';
export const APP_ADDRESSES =
  'query ($appName: String!) { app(name: $appName) { ipAddresses { nodes { id address type region createdAt network { name organization { slug } } serviceName } } sharedIpAddress } }';
export const IMAGE =
  'query($image: String!, $flyVersion: String) { latestImageDetails(image: $image, flyVersion: $flyVersion) { registry repository tag version digest } }';
export const MACHINE =
  'query ($machineId: String!) { gqlmachine:machine(machineId: $machineId) { id name app { name organization { id slug } } } }';
/** Before an app is destroyed. A generated operation, with the name and the white space of its source. */
export const ORGANIZATION_ADD_ONS = `
query ListOrganizationAddOns ($orgSlug: String!, $addOnType: AddOnType) {
	organization(slug: $orgSlug) {
		addOns(type: $addOnType) {
			nodes {
				id
				name
				addOnPlan {
					displayName
					description
				}
				privateIp
				primaryRegion
				readRegions
				options
				metadata
			}
		}
	}
}
`;

export const CREATE_TOKEN = `
mutation CreateLimitedAccessToken ($name: String!, $organizationId: ID!, $profile: String!, $profileParams: JSON, $expiry: String!) {
	createLimitedAccessToken(input: {name:$name,organizationId:$organizationId,profile:$profile,profileParams:$profileParams,expiry:$expiry}) {
		limitedAccessToken {
			tokenHeader
		}
	}
}
`;
export const APP_TOKENS =
  'query ($appName: String!) { appLimitedAccessTokens: app(name: $appName) { limitedAccessTokens { nodes { id name token expiresAt revokedAt user { email } } } } }';
export const ORGANIZATION_TOKENS =
  'query ($slug: String!) { orgLimitedAccessTokens: organization(slug: $slug) { limitedAccessTokens { nodes { id name expiresAt revokedAt user { email } } } } }';
export const REVOKE_TOKEN =
  'mutation($input:DeleteLimitedAccessTokenInput!) { deleteLimitedAccessToken(input: $input) { token } }';
export const LOG_OUT = '\nmutation LogOut {\n\tlogOut(input: {}) {\n\t\tok\n\t}\n}\n';
