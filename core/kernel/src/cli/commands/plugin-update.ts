import { dirname } from 'node:path';
import type { Config } from '../../config/config.ts';
import { exitCode } from '../../error/exit-code.ts';
import { kernelError } from '../../error/kernel-codes.ts';
import { nearestName } from '../../error/nearest-name.ts';
import { installPlugins } from '../../installation/change-packages.ts';
import { downloadPlugin, type DownloadedPlugin } from '../../installation/downloaded-plugin.ts';
import { packageManagerOf } from '../../installation/package-manager.ts';
import { installedPackage, planPackage, type PackagePlan } from '../../installation/package-plan.ts';
import { isRegistrySpec } from '../../installation/registry-spec.ts';
import { isRecord, openPackages } from '../../plugin/packages.ts';
import { pinnedSetOf, type PinnedSet } from '../../plugin/pinned-set.ts';
import { colorsIf, wantsColor } from '../colors.ts';
import type { Command, Context } from '../command.ts';
import { isConfirmed } from '../confirm.ts';
import { openRevisionSet } from '../open-project.ts';
import { explainPackagePlan, lintDownloaded, type LintFinding } from '../package-change.ts';
import { openProgress } from '../progress.ts';
import { usageOf } from '../signature.ts';

/** A plugin for which another version was found. */
interface Update {
  readonly plan: PackagePlan;
  readonly lint: readonly LintFinding[] | null;
}

/** A plugin, and the versions of it that are wanted. */
interface Wanted {
  readonly name: string;
  readonly range: string;
}

/** `kernel plugin:update [plugin]`. */
export const pluginUpdate: Command = {
  about:
    'Installs the newest version of one installed plugin, or of each, with the package manager of the project (npm or pnpm), ' +
    'and records it in headwater.lock.json. First shows what each will do, like plugin:add. A version after the name ' +
    'chooses another one, which may be older: the database keeps revisions that the older code does not know. Leaves ' +
    'plugins that came from a tarball, a folder or git; plugin:add installs another one.\n\n' +
    'On a terminal it asks. Otherwise it installs nothing without --yes. If anything fails, package.json, the lock file and ' +
    'config.json stay as they were. The database changes with the next start.',
  arguments: [
    {
      name: 'plugin',
      about:
        'a plugin, or its package, with a version or range after an @; default: every plugin that package.json lists with a version',
      complete: 'active plugin',
    },
  ],
  options: [{ flag: 'yes', about: 'do not ask' }],
  examples: [
    { line: 'kernel plugin:update', about: 'see what is new, and install it after asking' },
    { line: 'kernel plugin:update likes@1.4.0 --yes', about: 'exactly this version' },
  ],
  exits: [
    { code: 3, about: 'there are other versions, and nobody confirmed to install them' },
    { code: 11, about: 'the package manager failed' },
    { code: 12, about: 'no such plugin is installed, or npm does not find that version' },
    { code: 14, about: 'it does not fit the installed packages' },
  ],
  runsPlugins: true,
  async run(input, context) {
    const { config, revisionSet } = await openRevisionSet(context);
    const manager = packageManagerOf(config.root);
    const installed = listedPlugins(config.root, pinnedSetOf(revisionSet.pluginSet));
    const names = Object.keys(installed);
    const unpublished = names.filter((name) => !isRegistrySpec(installed[name] ?? ''));
    const [given] = input.operands;
    const wanted =
      given === undefined
        ? names.flatMap((name) => (unpublished.includes(name) ? [] : [{ name, range: 'latest' }]))
        : [wantedIn(given, config, installed)];
    const left = given === undefined ? unpublished : [];
    const leftText = left.map((name) => `\n${name} stays: it comes from ${installed[name]}.`).join('');
    using stack = new DisposableStack();
    const downloads: DownloadedPlugin[] = [];
    for (const one of wanted) {
      const downloaded = stack.use(await download(one, config, context));
      if (downloaded.file.version !== installedPackage(config, one.name)?.version) downloads.push(downloaded);
    }
    const found: Update[] = [];
    for (const downloaded of downloads) {
      const others = downloads.filter((other) => other !== downloaded);
      const plan = await planPackage(config, downloaded, others);
      found.push({ plan, lint: await lintDownloaded(config, downloaded, plan, context, others) });
    }
    const text = (update: readonly Update[], colors: Parameters<typeof explainPackagePlan>[2]): string =>
      update.map(({ plan, lint }) => explainPackagePlan(plan, lint, colors)).join('\n\n');
    const preview = text(found, colorsIf(context.progress.isTerminal && wantsColor(true, context.env)));
    const confirmed = found.length > 0 && (await isConfirmed(preview, `Install with ${manager.name}?`, input, context));
    if (confirmed) {
      // The options of an active plugin are what its application chose.
      const plugins = found.map(({ plan: { plugin, package: from, version } }) => {
        return { name: plugin, package: from, spec: `${from}@${version}`, options: {} };
      });
      await installPlugins({ config, env: context.env, manager }, plugins);
    }
    return {
      exit: found.length > 0 && !confirmed ? exitCode.pending : exitCode.done,
      json: { installed: confirmed, manager: manager.name, updates: found, left },
      text: (colors) => {
        if (wanted.length === 0) return `There is nothing to update.${leftText}`;
        if (found.length === 0) return `Every plugin has that version already.${leftText}`;
        if (confirmed)
          return (
            [
              ...found.map(({ plan }) => `${plan.plugin} ${plan.from ?? ''} → ${plan.version}`),
              'Preview the next start: npx kernel migrate:plan',
            ].join('\n') + leftText
          );
        const command = ['npx kernel plugin:update', ...input.operands, '--yes'].join(' ');
        return `${text(found, colors)}${leftText}\nNothing was installed. To install: ${command}`;
      },
    };
  },
};

/**
 * Returns the plugins that the package.json of the project lists, and what it lists for them, such as `^1.0.0`. The others
 * come with some other package.
 */
function listedPlugins(root: string, installed: PinnedSet): Readonly<Record<string, string>> {
  const { fields } = openPackages().read(root);
  const listed = Object.assign({}, ...[fields['dependencies'], fields['devDependencies']].filter(isRecord)) as object;
  return Object.fromEntries(
    Object.entries(installed).flatMap(([name, { package: from }]) =>
      Object.hasOwn(listed, from) ? [[name, String(Reflect.get(listed, from))]] : [],
    ),
  );
}

/** Splits `likes@1.0.0` or `@acme/plugin-likes@^1`. Throws PLUGIN_NOT_LISTED and USAGE. */
function wantedIn(given: string, config: Config, installed: Readonly<Record<string, string>>): Wanted {
  const [, named = given, range] = /^(.+?)(?:@([^@/]+))?$/.exec(given) ?? [];
  const names = Object.keys(installed);
  const name = names.find((one) => one === named || installedPackage(config, one)?.name === named);
  if (name === undefined) {
    throw kernelError('PLUGIN_NOT_LISTED', { plugin: named, file: config.file, nearest: nearestName(named, names) });
  }
  const from = installed[name] ?? '';
  if (range === undefined && !isRegistrySpec(from)) {
    const what = `kernel plugin:update: ${name} comes from ${from}. Install another one with plugin:add, or name a version of a registry, like ${name}@1.0.0.`;
    throw kernelError('USAGE', { what, usage: usageOf('plugin:update', pluginUpdate), command: 'plugin:update' });
  }
  return { name, range: range ?? 'latest' };
}

async function download({ name, range }: Wanted, config: Config, context: Context): Promise<DownloadedPlugin> {
  const spec = `${installedPackage(config, name)?.name ?? name}@${range}`;
  const progress = openProgress(context);
  progress.stage(`downloading ${spec}`);
  return downloadPlugin(spec, config.root, dirname(config.file)).finally(progress.end);
}
