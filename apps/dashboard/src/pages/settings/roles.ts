import type { Role } from '@postern/contract';

/** What each role may do, as the server decides it. */
export const ROLES: Readonly<Record<Role, { readonly title: string; readonly may: string }>> = {
  admin: {
    title: 'Admin',
    may: 'Everything a member may. Besides: members and their roles, the name, the longest life of tokens, and adding machines that an agent reaches beside its own.',
  },
  member: {
    title: 'Member',
    may: 'Sees everything of the organization, runs commands, adds and removes apps and machines, creates and revokes any of its tokens.',
  },
};

export const isRole = (text: string): text is Role => Object.hasOwn(ROLES, text);
