import { expect, describe, it } from 'vitest';
import { explainUnread, unreadObjects } from '../../src/authoring/unread-objects.ts';
import { serverUrl } from '../../../../test/helper/database.ts';
import { makeProject } from '../../../../test/helper/project.ts';

describe('objects that a proof does not compare', () => {
  it('are counted', () => {
    const unread = new Map([
      ['cast', 1],
      ['operator class', 2],
      ['operator family', 3],
    ]);
    expect(unreadObjects({ unread })).toEqual(['1 cast', '2 operator classes', '3 operator families']);
    expect(unreadObjects({ unread: new Map() })).toEqual([]);
    expect(explainUnread([])).toEqual([]);
  });

  it('are named by migrate:create and migrate:verify', { timeout: 60_000 }, async () => {
    const project = await makeProject({
      plugins: {
        core: {
          revisions: {
            '0001_operators': `create operator === (leftarg = int, rightarg = int, procedure = int4eq);
              create operator !== (leftarg = int, rightarg = int, procedure = int4ne);`,
          },
        },
      },
    });
    const named = 'Cannot tell: 2 operators. The proof does not compare them.';
    const verified = await project.kernel('migrate:verify', 'core', '--shadow', serverUrl('postgres'));
    expect(verified.stdout).toContain(`proven: 1 revision of core.\n${named}`);
    project.write('more.sql', 'create table core_more (id int);');
    const args = ['core', '--sql', 'more.sql', '--name', 'more', '--shadow', serverUrl('postgres')];
    const created = await project.kernel('migrate:create', ...args);
    expect(created.stdout).toContain(named);
  });
});
