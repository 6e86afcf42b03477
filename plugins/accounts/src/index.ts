import { Users } from '@headwater/plugin-core';
import { Guards } from '@headwater/plugin-http';
import { Actions, FormFields, Identities, Pages, Slots } from '@headwater/plugin-site';
import { Commands, Database, definePlugin } from '@headwater/kernel/plugin';
import { Accounts, accountsIn, addMissingNameKeys, withNameRules } from './accounts.ts';
import { Account, Attempt, NameKey, Session } from './entities.ts';
import { changeLimit, forgeryGuard, formTokenField, sessionIdentity } from './identity.ts';
import { accountsOptions } from './options.ts';
import { accountNavigation, profilePage, sessionActions, signInLink, signInPage, signUpPage } from './pages.ts';
import { RateLimits, rateLimitsIn } from './rate-limits.ts';
import { Sessions, sessionsIn } from './sessions.ts';

export { Accounts } from './accounts.ts';
export type { Credentials } from './accounts.ts';
export { Account, Attempt, NameKey, Session } from './entities.ts';
export { Permissions } from './permissions.ts';
export type { Permission, Role } from './permissions.ts';
export { RateLimits } from './rate-limits.ts';
export type { RateLimit } from './rate-limits.ts';
export { Sessions } from './sessions.ts';
export type { SessionUser } from './sessions.ts';

/** Lets users create accounts and sign in, and gives them roles and permissions. */
export default definePlugin({
  name: 'accounts',
  config: accountsOptions,
  entities: [Account, NameKey, Session, Attempt],
  bind({ bind, contribute, decorate, config }) {
    bind(Accounts).toDynamicValue(({ get }) => accountsIn(get(Database), get(Users)));
    bind(Sessions).toDynamicValue(({ get }) => sessionsIn(get(Database), { days: config.sessionDays }));
    bind(RateLimits).toDynamicValue(({ get }) => rateLimitsIn(get(Database)));
    decorate(Users, (users, { get }) => withNameRules(users, () => get(Database)));
    contribute(Identities, ({ get }) => sessionIdentity(get));
    contribute(FormFields, formTokenField);
    contribute(Guards, forgeryGuard);
    contribute(Guards, ({ get }) => changeLimit(get, sessionIdentity(get), config));
    for (const page of [signInPage, signUpPage, profilePage]) contribute(Pages, page);
    for (const action of sessionActions(config)) contribute(Actions, action);
    contribute(Slots, accountNavigation);
    contribute(Slots, signInLink);
    contribute(Commands, {
      name: 'accounts:role',
      about: 'Sets the role of a user: member, moderator or admin.',
      arguments: [
        { name: 'user', about: 'the name of the user', required: true },
        { name: 'role', about: 'member, moderator or admin', required: true },
      ],
      load: () => import('./role-command.ts'),
    });
  },
  start: ({ get }) => addMissingNameKeys(get(Database)),
});
