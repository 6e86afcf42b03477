import type { TestKernel } from '@headwater/dev/testing';
import { testApp } from '../../app/test/service-tests.ts';
import { testAccounts } from '../../plugins/accounts/test/service-tests.ts';
import { testComments } from '../../plugins/comments/test/service-tests.ts';
import { testCore } from '../../plugins/core/test/service-tests.ts';
import { testLikes } from '../../plugins/likes/test/service-tests.ts';
import { testMessages } from '../../plugins/messages/test/service-tests.ts';
import { testModeration } from '../../plugins/moderation/test/service-tests.ts';

/** The part of a running application that the service tests use. */
export type RunningKernel = Pick<TestKernel, 'get' | 'run' | 'database'>;

/** Registers the service tests of the plugin with this name, which its own package contains. */
export const serviceTests: Readonly<Record<string, (kernel: () => RunningKernel) => void>> = {
  core: testCore,
  accounts: testAccounts,
  app: testApp,
  comments: testComments,
  likes: testLikes,
  messages: testMessages,
  moderation: testModeration,
};
