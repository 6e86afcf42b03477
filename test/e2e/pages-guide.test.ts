import { mkdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { openBrowserSession } from '../helper/browser-session.ts';
import { startKernel, type KernelProcess } from '../helper/kernel-process.ts';
import { followPage, installIn, shellIn } from '../helper/page.ts';

const workspace = join(import.meta.dirname, '../..');
const page = join(workspace, 'docs/guide/pages.md');

/** Follows the page in a separate application, and requests everything that it serves. */
describe('the guide to routes and pages', () => {
  let server: KernelProcess;
  let address: string;
  beforeAll(async () => {
    const cwd = join(realpathSync(inject('scratch')), 'pages-guide');
    mkdirSync(cwd);
    const install = (): void => {
      installIn(cwd, { workspaces: { 'headwater-plugin-rivers': 'plugins/rivers' } });
      const ours = join(cwd, 'node_modules/@headwater');
      // The plugins are those of this workspace, and must find the same kernel.
      rmSync(join(ours, 'kernel'));
      for (const [name, folder] of [
        ['kernel', 'core/kernel'],
        ['plugin-http', 'plugins/http'],
        ['plugin-site', 'plugins/site'],
      ] as const) {
        symlinkSync(join(workspace, folder), join(ours, name));
      }
    };
    const { documented, printed } = await followPage({ page, cwd, run: shellIn(cwd), install });
    expect(printed).toEqual(documented);
    server = startKernel(['start'], { cwd, env: { PORT: '0' } });
    await server.says('ready in');
    address = /http:\/\/127\.0\.0\.1:\d+/.exec(server.output())?.[0] ?? '';
    return async () => {
      server.child.kill('SIGTERM');
      expect(await server.finished).toMatchObject({ code: 0 });
    };
  });

  it('serves the route, validated', async () => {
    const { api } = openBrowserSession(address);
    expect((await api('/lengths/Elbe?unit=mi')).json()).toEqual({ length: 679 });
    expect((await api('/lengths/Elbe?unit=ft')).json()).toMatchObject({ errors: [{ pointer: '/query/unit' }] });
    expect((await api('/lengths/Oder')).json()).toMatchObject({ status: 404, detail: 'there is no river "Oder"' });
    expect((await api('/openapi.json')).json()).toMatchObject({
      paths: { '/lengths/{river}': {}, '/api/rivers': {}, '/api': {} },
    });
  });

  it('serves the page, the form and the part', async () => {
    const { open, submit, api } = openBrowserSession(address);
    expect((await open('/')).text).toMatch(/All rivers[\s\S]*<li>Elbe, 1094 km<\/li>/);
    const added = await submit('/', '/rivers', { name: '<b>Oder</b>', length: '866' });
    expect([added.status, added.headers.get('location')]).toEqual([303, '/']);
    expect((await open('/')).text).toContain('<li>&lt;b>Oder&lt;/b>, 866 km</li>');
    expect((await api('/api/rivers', { name: 'Rhine', length: 1233 })).json()).toEqual({ added: 'Rhine' });
    expect((await api('/api')).json()).toHaveLength(3);
  });
});
