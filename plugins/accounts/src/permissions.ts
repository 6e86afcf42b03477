import { contributionPoint } from '@headwater/kernel/plugin';

/** The roles of users. Each has the permissions of those before it. */
export const roles = ['member', 'moderator', 'admin'] as const;

/** A role. */
export type Role = (typeof roles)[number];

/** Something that not every user may do. */
export interface Permission {
  /** `plugin.action`: `moderation.hide`. */
  readonly name: string;
  /** A short description. */
  readonly about: string;
  /** The lowest role that has the permission. */
  readonly role: Role;
}

/**
 * The contribution point for permissions. A plugin declares its permissions here and checks them where it acts:
 * `request.permitted('moderation.hide')` in a page or an action.
 */
export const Permissions = contributionPoint<Permission>('accounts.permissions', { key: ({ name }) => name });

/** Whether a value is the name of a role. */
export function isRole(value: string): value is Role {
  return (roles as readonly string[]).includes(value);
}

/** Returns the names of the permissions that a role has. */
export function permissionsOf(role: Role, all: readonly Permission[]): ReadonlySet<string> {
  const granted = all.filter((permission) => roles.indexOf(permission.role) <= roles.indexOf(role));
  return new Set(granted.map(({ name }) => name));
}
