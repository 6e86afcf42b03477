import { describe, expect, it } from 'vitest';
import { databaseKinds, serverUrl } from '../../../test/helper/database.ts';
import { startTestKernel } from '../../src/testing.ts';

describe.each(databaseKinds)('a test kernel on %s', (kind) => {
  const database = kind === 'postgres' ? serverUrl('postgres') : 'pglite://';

  it('runs the listed plugins and plugin zero, at their heads', async () => {
    await using app = await startTestKernel({ plugins: ['likes'], database });
    expect(app.report.plugins.map(({ name }) => name)).toEqual(['core', 'likes']);
    const rows = await app.run(() => app.database.em.execute('select likes_count from core_object'));
    expect(rows).toEqual([]);
  });
});
