import { expect, it } from 'vitest';
import { importTool } from '../../src/publish/check-package.ts';

it('a tool that is not installed is named, with the command that installs it', async () => {
  const missing = Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
  await expect(importTool('publint', () => Promise.reject(missing))).rejects.toMatchObject({
    code: 'PLUGIN_VERIFY_TOOL_MISSING',
    hint: "npm install --save-dev 'publint@^0.3.0'",
  });
  const broken = new Error('it throws when it is imported');
  await expect(importTool('publint', () => Promise.reject(broken))).rejects.toBe(broken);
});
