import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { pinnedPath } from '../../config/project-root.ts';
import { exitCode } from '../../error/exit-code.ts';
import { kernelError } from '../../error/kernel-codes.ts';
import { shortMessage } from '../../error/short-message.ts';
import { writePinnedSet } from '../../installation/change-packages.ts';
import { parsePinnedSet, pinnedSetOf, pinnedText, type PinnedSet } from '../../plugin/pinned-set.ts';
import type { Command } from '../command.ts';
import { counted } from '../format-text.ts';
import { openRevisionSet } from '../open-project.ts';
import { summarizePinned } from '../pinned-summary.ts';
import { usageOf } from '../signature.ts';

/** `kernel plugin:lock`. */
export const pluginLock: Command = {
  about:
    'Writes headwater.lock.json, which belongs in version control: the installed plugins that are active, with their versions ' +
    'and the hashes of their revisions. An update of a package is then a difference that people can review. If the file ' +
    'exists, a start with NODE_ENV=production refuses other plugins and other revisions, and any other start warns of them. ' +
    'plugin:add, plugin:update and plugin:remove write it too.\n\n' +
    'With --summary it writes nothing, and prints what changed since a commit, in Markdown for a pull request.',
  options: [
    { flag: 'check', about: 'write nothing; exit with 3 if the file is out of date' },
    { flag: 'summary', value: 'commit', about: 'summarize the changes since this commit of git' },
  ],
  examples: [
    { line: 'kernel plugin:lock', about: 'after npm install' },
    { line: 'kernel plugin:lock --check', about: 'in continuous integration' },
    { line: 'kernel plugin:lock --summary origin/main', about: 'for the text of a pull request' },
  ],
  exits: [
    { code: 3, about: 'with --check: the file is out of date' },
    { code: 10, about: 'the file cannot be written, or that of the commit is damaged' },
    { code: 12, about: 'an active plugin is not installed' },
  ],
  async run({ switches, values }, context) {
    const { config, revisionSet } = await openRevisionSet(context);
    const set = pinnedSetOf(revisionSet.pluginSet);
    const file = pinnedPath(config.root);
    const commit = values.get('summary');
    if (commit !== undefined) {
      const breaking = [...revisionSet.revisions.values()].flatMap((one) => (one.breaking ? [one.id] : []));
      const summary = summarizePinned(await pinnedAt(commit, config.root), set, new Set(breaking));
      return { json: { file, summary }, text: () => summary };
    }
    const text = pinnedText(set);
    const exists = existsSync(file);
    const changed = !exists || readFileSync(file, 'utf8') !== text;
    const check = switches.has('check');
    if (changed && !check) writePinnedSet(config, text);
    const plugins = Object.keys(set);
    return {
      exit: check && changed ? exitCode.pending : exitCode.done,
      json: { file, plugins, changed },
      text() {
        if (!changed) return `${file} is up to date.`;
        if (!check) return `written: ${file}, ${counted(plugins.length, 'plugin')}`;
        return `${file} ${exists ? 'is out of date' : 'does not exist'}. To write it: npx kernel plugin:lock`;
      },
    };
  },
};

/** Reads the file of a commit; a commit without it has an empty set. Throws USAGE for an unknown commit. */
async function pinnedAt(commit: string, root: string): Promise<PinnedSet> {
  const git = async (...args: readonly string[]): Promise<string> =>
    (await promisify(execFile)('git', args, { cwd: root, maxBuffer: 2 ** 26 })).stdout;
  const name = basename(pinnedPath(root));
  try {
    // What begins with a dash would be an option.
    await git('rev-parse', '--verify', '--quiet', '--end-of-options', `${commit}^{commit}`);
  } catch (error) {
    const what = `kernel plugin:lock: git knows no commit ${JSON.stringify(commit)} in ${root} (${shortMessage(error)}).`;
    throw kernelError('USAGE', { what, usage: usageOf('plugin:lock', pluginLock), command: 'plugin:lock' });
  }
  const known = await git('ls-tree', '--name-only', commit, '--', name);
  if (known.trim() === '') return {};
  return parsePinnedSet(await git('show', `${commit}:./${name}`), `${name} of ${commit}`);
}
