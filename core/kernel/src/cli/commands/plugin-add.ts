import { exitCode } from '../../error/exit-code.ts';
import { installPlugins } from '../../installation/change-packages.ts';
import { downloadPlugin } from '../../installation/downloaded-plugin.ts';
import { packageManagerOf } from '../../installation/package-manager.ts';
import { isRegistrySpec } from '../../installation/registry-spec.ts';
import { planPackage } from '../../installation/package-plan.ts';
import { colorsIf, wantsColor } from '../colors.ts';
import type { Command } from '../command.ts';
import { isConfirmed } from '../confirm.ts';
import { openConfig } from '../open-project.ts';
import { explainPackagePlan, lintDownloaded, packageSpec } from '../package-change.ts';
import { openProgress } from '../progress.ts';

/** `kernel plugin:add <package>`. */
export const pluginAdd: Command = {
  about:
    'Installs a plugin with the package manager of the project (npm or pnpm), activates it in config.json with its options ' +
    'and their defaults, and records it in headwater.lock.json. First downloads it, and shows what it will do: its revisions, ' +
    'the objects that they touch, whether they are breaking, and what migrate:lint finds if @headwater/dev is installed. ' +
    'None of its code runs before it is installed.\n\n' +
    'On a terminal it asks. Otherwise it installs nothing without --yes. If anything fails, package.json, the lock file and ' +
    'config.json stay as they were. The database changes with the next start.',
  arguments: [{ name: 'package', about: 'a package with a version or range, a tarball or a folder', required: true }],
  options: [{ flag: 'yes', about: 'do not ask' }],
  examples: [
    { line: 'kernel plugin:add @headwater/plugin-likes', about: 'the newest version, after asking' },
    { line: 'kernel plugin:add @acme/plugin-mail@^2.1 --yes', about: 'in a script' },
  ],
  exits: [
    { code: 3, about: 'nothing was installed, since nobody confirmed it' },
    { code: 10, about: 'its options are not valid, or config.json cannot be written' },
    { code: 11, about: 'the package manager failed' },
    { code: 12, about: 'there is no such package, or it is no plugin, or does not load' },
    { code: 14, about: 'it does not fit the installed packages, or its name or a table is taken' },
  ],
  runsPlugins: true,
  async run(input, context) {
    const [given = ''] = input.operands;
    const config = openConfig(context);
    const manager = packageManagerOf(config.root);
    const spec = packageSpec(given, context.cwd);
    const progress = openProgress(context);
    progress.stage(`downloading ${given}`);
    using downloaded = await downloadPlugin(spec, config.root, config.root).finally(progress.end);
    const plan = await planPackage(config, downloaded);
    const lint = await lintDownloaded(config, downloaded, plan, context);
    const { name, file } = downloaded;
    const colors = colorsIf(context.progress.isTerminal && wantsColor(true, context.env));
    const preview = explainPackagePlan(plan, lint, colors);
    const installed = await isConfirmed(preview, `Install it with ${manager.name} and activate it?`, input, context);
    if (installed) {
      // A registry keeps the version that was shown. Anything else is installed from the same place.
      const exact = isRegistrySpec(spec) ? `${file.name}@${file.version}` : spec;
      await installPlugins({ config, env: context.env, manager }, [
        { name, package: file.name, spec: exact, options: plan.options },
      ]);
    }
    return {
      exit: installed ? exitCode.done : exitCode.pending,
      json: { installed, manager: manager.name, plan, lint },
      text: (shown) =>
        installed
          ? [
              `${shown.green(name)} (${file.name} ${file.version}) is installed, and active in ${config.file}.`,
              'The next start applies its pending revisions. Preview them: npx kernel migrate:plan',
            ].join('\n')
          : [
              explainPackagePlan(plan, lint, shown),
              `Nothing was installed. To install it: npx kernel plugin:add ${given} --yes`,
            ].join('\n'),
    };
  },
};
