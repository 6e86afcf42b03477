import { startTestKernel, type TestKernel } from '@headwater/dev/testing';
import { afterAll, beforeAll, describe } from 'vitest';
import { testListeners } from '../../plugins/core/test/listener-tests.ts';
import { testDatabase } from '../helper/database.ts';
import { serviceTests } from './service-tests.ts';

// The packages of the plugins run these tests on PGlite. The tested plugin is the first of each set.
const pluginSets: readonly (readonly string[])[] = [
  ['core'],
  ['comments'],
  ['likes'],
  ['messages'],
  ['accounts'],
  ['moderation'],
  ['./app'],
  ['./app', 'likes'],
  ['./app', 'comments'],
  ['./app', 'likes', 'comments'],
];

const needsServer = new Set(['accounts', 'moderation']);

describe.each(pluginSets.map((plugins) => ({ plugins })))('on PostgreSQL, the tests of $plugins', ({ plugins }) => {
  let kernel: TestKernel;
  beforeAll(async () => {
    const config = needsServer.has(plugins[0] ?? '') ? { http: { listen: false } } : {};
    kernel = await startTestKernel({ plugins, config, database: testDatabase('postgres') });
  });
  afterAll(() => kernel.stop());

  const [tested = ''] = plugins;
  serviceTests[tested.replace('./', '')]?.(() => kernel);
  if (tested === 'core') testListeners(() => kernel);
});
