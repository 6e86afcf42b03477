import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { isKernelError } from '../../src/error/kernel-codes.ts';
import { boot } from '../../src/open/boot.ts';
import { Inspection } from '../../src/open/inspection.ts';
import { open, type Kernel } from '../../src/open/open.ts';
import { emptyUrl, openOn, shop } from './support.ts';

/** Nothing is sent before the options are checked. */
const connection = new pg.Pool({ connectionString: 'postgres://127.0.0.1:1/nowhere' });
const users = { revisions: [] };

/** Calls a function as a program without types does. Returns the code and the message of its error. */
async function refused(call: (...args: never[]) => Promise<unknown>, ...args: readonly unknown[]): Promise<string> {
  try {
    await (call as (...all: readonly unknown[]) => Promise<unknown>)(...args);
  } catch (error) {
    if (!isKernelError(error)) throw error;
    expect(['OPTION_UNKNOWN', 'OPTION_INVALID']).toContain(error.code);
    expect(error).toMatchObject({ exitCode: 2, written: 'Nothing was written.' });
    return `${error.code}: ${error.message}`;
  }
  return 'accepted';
}

const circular: Record<string, unknown> = {};
circular['self'] = circular;

describe('open', () => {
  const mistakes: readonly [unknown, string][] = [
    [null, 'OPTION_INVALID: "options" of open() is invalid: expected an object, found null.'],
    ['config.json', 'expected an object, found a string'],
    [
      { conection: connection },
      'open() has no option "conection"; expected one of config, plugins, connection, log, root and env; did you mean "connection"?',
    ],
    [
      { connection, config: 3 },
      '"config" of open() is invalid: expected the path of a config.json, or an object, found a number',
    ],
    [{ connection, config: null }, 'found null'],
    [
      { connection, plugins: ['@headwater/plugin-core'] },
      '"plugins" of open() is invalid: expected an object with a key for each plugin, found an array',
    ],
    [{ connection, plugins: { users: null } }, '"plugins.users" of open() is invalid: expected an object, found null'],
    [{ connection, plugins: { users: './users' } }, 'expected an object, found a string'],
    [
      { connection, plugins: { users: { packge: 'x' } } },
      'OPTION_UNKNOWN: open() has no option "plugins.users.packge"; expected one of package, options and startTimeout; did you mean "package"?',
    ],
    [
      { connection, plugins: { users: { package: 3 } } },
      '"plugins.users.package" of open() is invalid: expected a string, found a number',
    ],
    [{ connection, plugins: { users: { ...users, package: 'x' } } }, 'has no option "plugins.users.package"'],
    [
      { connection, plugins: { users: { load: () => ({}) } } },
      '"plugins.users.revisions" of open() is invalid: expected an array of revisions, created by defineRevision, found nothing',
    ],
    [{ connection, plugins: { users: { revisions: {} } } }, 'found an object'],
    [
      { connection, plugins: { users: { ...users, load: './users.js' } } },
      '"plugins.users.load" of open() is invalid: expected a function',
    ],
    [
      { connection, plugins: { users: { ...users, requires: 'core' } } },
      '"plugins.users.requires" of open() is invalid: expected an array of strings',
    ],
    [{ connection, plugins: { users: { ...users, openTables: [1] } } }, 'expected an array of strings'],
    [{ connection, plugins: { users: { ...users, version: 3 } } }, 'expected a string'],
    [
      { connection, plugins: { users: { ...users, startTimeout: '10' } } },
      '"plugins.users.startTimeout" of open() is invalid: expected a number of seconds',
    ],
    [{ connection, plugins: { users: { ...users, startTimeout: NaN } } }, 'found NaN'],
    [
      { connection, plugins: { users: { ...users, options: [1] } } },
      '"plugins.users.options" of open() is invalid: expected an object',
    ],
    [
      { connection, plugins: { users: { ...users, options: { a: [{ b() {} }] } } } },
      '"plugins.users.options.a.0.b" of open() is invalid: expected a value that JSON can represent, found a function',
    ],
    [{ connection, plugins: { users: { ...users, options: { at: new Date() } } } }, '"plugins.users.options.at"'],
    [{ connection, plugins: { users: { ...users, options: circular } } }, '"plugins.users.options.self"'],
    [
      { connection, log: {} },
      '"log" of open() is invalid: expected a function, or a logger with the methods debug, info, warn and error, found an object',
    ],
    [{ connection, root: 3 }, '"root" of open() is invalid'],
    [{ connection, env: null }, '"env" of open() is invalid'],
  ];

  it.each(mistakes.map(([options, message]) => [message, options] as const))(
    'refuses: %s',
    async (message, options) => {
      expect(await refused(open, options)).toContain(message);
    },
  );

  it('takes undefined for an option that is not given', async () => {
    const options = { limit: undefined };
    const plugins = { users: { ...users, options, load: undefined, startTimeout: undefined } };
    expect(await refused(open, { connection, plugins, config: undefined, log: undefined })).toBe('accepted');
  });
});

describe('a function of a kernel', () => {
  it('refuses options and arguments that it does not have, before it connects', async () => {
    const kernel = await open({ connection, plugins: shop });
    const calls: readonly [keyof Kernel & string, readonly unknown[], string][] = [
      ['status', [null], '"options" of status() is invalid: expected an object, found null'],
      ['status', [{ sginal: 1 }], 'status() has no option "sginal"; expected one of signal; did you mean "signal"?'],
      ['status', [{ signal: {} }], '"signal" of status() is invalid: expected an AbortSignal'],
      ['upgrade', [{ signal: new AbortController() }], 'like the `signal` of an AbortController'],
      ['upgrade', ['shop'], '"options" of upgrade() is invalid: expected an object, found a string'],
      ['upgrade', [{ target: 'shop' }], 'upgrade() has no option "target"'],
      [
        'upgrade',
        [{ to: 3 }],
        '"to" of upgrade() is invalid: expected a target like "likes@0002", or an array of them',
      ],
      ['upgrade', [{ to: null }], 'found null'],
      ['upgrade', [{ observer: () => {} }], '"observer" of upgrade() is invalid'],
      [
        'upgrade',
        [{ observer: { begin() {} } }],
        '"observer" of upgrade() is invalid: expected an object with functions of these names: plans, begins, waits,',
      ],
      ['upgrade', [{ observer: { begins: 'x' } }], '"observer" of upgrade()'],
      ['downgrade', [], '"target" of downgrade() is invalid: expected a target like "likes@0002", found nothing'],
      ['downgrade', [{ to: 'shop@base' }], 'found an object'],
      ['downgrade', ['shop@base', { cascade: 'yes' }], '"cascade" of downgrade() is invalid: expected true or false'],
      ['undo', [], '"run" of undo()'],
      ['stamp', [], '"targets" of stamp()'],
      ['why', [3], '"revision" of why()'],
      ['show', [], '"revision" of show()'],
      ['history', [{ plugin: 3 }], '"plugin" of history()'],
      [
        'runs',
        [{ limit: -1 }],
        '"limit" of runs() is invalid: expected a whole number from 1, found a negative number',
      ],
      ['plan', [{ to: [1] }], '"to" of plan()'],
      ['footprint', [], '"plugin" of footprint()'],
      ['exportData', ['shop'], '"folder" of exportData()'],
      ['start', [{ bind: {} }], '"bind" of start() is invalid: expected a function, found an object'],
      [
        'start',
        [{ purpose: 'test' }],
        '"purpose" of start() is invalid: expected "serve" or "command", found a string',
      ],
    ];
    for (const [name, args, message] of calls) {
      const call = kernel[name] as (...args: never[]) => Promise<unknown>;
      expect(await refused(call, ...args), name).toContain(message);
    }
    await kernel.close();
  });

  it('is checked in the same way if a plugin calls it', async () => {
    const kernel = await openOn('pglite', { plugins: {} });
    const app = await kernel.start();
    expect(await refused(app.get(Inspection).why)).toContain('"revision" of why() is invalid');
    await expect(app.run(undefined as never)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });
});

describe('boot', () => {
  it('refuses options that it does not have', async () => {
    expect(await refused(boot, { configFile: 'config.json' })).toContain('boot() has no option "configFile"');
    expect(await refused(boot, { observer: 3 })).toContain('"observer" of boot() is invalid');
  });
});

it('a mistake inside the config of open is not one of a file', async () => {
  const failed = open({ config: { database: await emptyUrl(), pool: { max: 0 } } });
  await expect(failed).rejects.toMatchObject({ hint: 'Correct /pool/max in the `config` of open().' });
});
