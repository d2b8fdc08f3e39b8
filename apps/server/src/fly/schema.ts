/**
 * The part of Fly's GraphQL schema that stock flyctl asks for, in SDL. Fields that cannot exist here are nullable and
 * answer null or an empty list; objects that are looked up are never null without an error, because flyctl follows
 * them blindly.
 */
export const SDL = `
scalar JSON
scalar AddOnType

type Query {
  viewer: Principal!
  organizations(admin: Boolean): OrganizationConnection!
  organization(slug: String, id: ID): Organization!
  app(name: String): App!
  apps(type: String, first: Int, after: String, organizationId: ID): AppConnection!
  machine(machineId: String!): Machine!
  latestImageDetails(image: String!, flyVersion: String): ImageVersion!
}

type Mutation {
  createLimitedAccessToken(input: CreateLimitedAccessTokenInput!): CreateLimitedAccessTokenPayload!
  deleteLimitedAccessToken(input: DeleteLimitedAccessTokenInput!): DeleteLimitedAccessTokenPayload!
  logOut(input: LogOutInput!): LogOutPayload!
}

union Principal = User | Macaroon
type User { id: ID! name: String email: String! enablePaidHobby: Boolean! }
type Macaroon { email: String! }

type PageInfo { hasNextPage: Boolean! endCursor: String }
type OrganizationConnection { nodes: [Organization!]! }
type Organization {
  id: ID! slug: String! rawSlug: String! name: String! type: String! paidPlan: Boolean! billable: Boolean!
  viewerRole: String! internalNumericId: String! remoteBuilderImage: String! remoteBuilderApp: App
  members: MemberConnection! limitedAccessTokens: LimitedAccessTokenConnection!
  addOns(type: AddOnType): AddOnConnection!
}
type AddOnConnection { nodes: [AddOn!]! }
type AddOn {
  id: ID name: String addOnPlan: AddOnPlan privateIp: String primaryRegion: String readRegions: [String!] options: JSON
  metadata: JSON
}
type AddOnPlan { displayName: String description: String }
type MemberConnection { edges: [MemberEdge!]! }
type MemberEdge { cursor: String! node: User! joinedAt: String role: String! }

type AppConnection { pageInfo: PageInfo! nodes: [App!]! }
type App {
  id: ID! internalNumericId: Int! name: String! hostname: String! cnameTarget: String deployed: Boolean! network: String
  status: String! appUrl: String platformVersion: String! version: Int! organization: Organization! role: AppRole
  currentRelease: Release currentReleaseUnprocessed: Release hostIssues: HostIssueConnection! config: AppConfig!
  services: [Service!]! ipAddresses: IPAddressConnection! sharedIpAddress: String imageDetails: ImageVersion
  machines: MachineConnection! limitedAccessTokens: LimitedAccessTokenConnection!
}
type AppRole { name: String! }
type AppConfig { definition: JSON }
type Release { id: ID version: Int status: String createdAt: String evaluationId: String inProgress: Boolean }
type HostIssueConnection { nodes: [HostIssue!]! }
type HostIssue { internalId: String message: String createdAt: String updatedAt: String }
type Service { description: String protocol: String internalPort: Int ports: [ServicePort!] }
type ServicePort { port: Int handlers: [String!] }
type IPAddressConnection { nodes: [IPAddress!]! }
type IPAddress {
  id: ID address: String type: String createdAt: String region: String serviceName: String network: Network
}
type Network { name: String organization: Organization }
type ImageVersion { registry: String repository: String tag: String version: String digest: String }

type MachineConnection { nodes: [Machine!]! }
type Machine {
  id: ID! name: String! state: String! region: String! createdAt: String! config: JSON app: App! host: Host
  ips: MachineIPConnection!
}
type MachineIPConnection { nodes: [MachineIP!]! }
type MachineIP { family: String kind: String ip: String maskSize: Int }
type Host { id: ID }

type LimitedAccessTokenConnection { nodes: [LimitedAccessToken!]! }
type LimitedAccessToken {
  id: ID! name: String! token: String expiresAt: String revokedAt: String user: User tokenHeader: String
}
input CreateLimitedAccessTokenInput {
  clientMutationId: String name: String! organizationId: ID! profile: String! profileParams: JSON expiry: String!
  optInThirdParties: [ID!] optOutThirdParties: [ID!]
}
type CreateLimitedAccessTokenPayload { limitedAccessToken: LimitedAccessToken! }
input DeleteLimitedAccessTokenInput { clientMutationId: String id: ID token: String revokedBy: String }
type DeleteLimitedAccessTokenPayload { token: String }
input LogOutInput { clientMutationId: String }
type LogOutPayload { ok: Boolean! }
`;
