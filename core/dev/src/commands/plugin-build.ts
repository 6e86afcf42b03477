import { resolve } from 'node:path';
import { counted, openProgress, type Command } from '@headwater/kernel/internal/command';
import { exitCode } from '@headwater/kernel/internal/errors';
import { buildPlugin } from '../build/build-plugin.ts';
import { declaredRecord, describeBuild, proveBuild } from '../build/prove-build.ts';

/** `kernel plugin:build [folder]`. */
export const pluginBuild: Command = {
  about:
    'Writes the manifest dist/headwater.json, which lets the kernel plan a published plugin without running its code, and ' +
    'revisions.lock.json, which belongs in version control: it records the published revisions, and changing one of them ' +
    'is refused. Run it after the compiler. The objects that the entities declare must be recorded there, which ' +
    'migrate:create does, or migrate:check --record.\n\n' +
    'It refuses a plugin that cannot work: one whose commands differ from those in package.json, whose entities no revision ' +
    'creates, or whose compiled files do not load or are not what the sources are. It proves new revisions as ' +
    'migrate:verify does. The manifest describes what the plugin owns, binds, contributes and takes as options, and the ' +
    'objects that each proven revision touches, so an upgrade need not observe it.',
  arguments: [{ name: 'folder', about: "the plugin's package; default: the working directory" }],
  options: [
    { flag: 'check', about: 'write nothing; exit with 3 if a file is out of date' },
    { flag: 'shadow', value: 'url', about: 'prove it on this PostgreSQL server, in a temporary database' },
  ],
  examples: [
    { line: 'kernel plugin:build plugins/likes', about: 'after adding a revision' },
    { line: 'kernel plugin:build --check', about: 'in continuous integration' },
  ],
  exits: [
    { code: 3, about: 'with --check: a file is out of date' },
    { code: 12, about: 'the plugin does not load, or its commands differ' },
    { code: 13, about: 'a revision is not valid or not proven, or the compiled files are stale' },
    { code: 15, about: 'a published revision was changed or removed' },
    { code: 40, about: 'entities and revisions differ' },
  ],
  runsPlugins: true,
  async run({ operands: [folder = '.'], switches, values }, context) {
    const check = switches.has('check');
    const directory = resolve(context.cwd, folder);
    const progress = openProgress(context);
    let proofs: Awaited<ReturnType<typeof proveBuild>>;
    let declared: readonly string[];
    let description: Awaited<ReturnType<typeof describeBuild>>;
    try {
      // Refuses what needs no proof first: it is quicker, and says more.
      const draft = await buildPlugin(directory, { check: true });
      declared = await declaredRecord(directory);
      progress.stage('loading the plugin');
      description = await describeBuild(directory, check);
      const shadow = values.get('shadow') ?? null;
      // Nothing is published by a check, and a new revision makes it fail anyway.
      proofs = await proveBuild(directory, {
        shadow,
        added: check ? [] : draft.added,
        check,
        onStage: progress.stage,
      });
    } finally {
      progress.end();
    }
    const { manifest, added, changed } = await buildPlugin(directory, { check, proofs, declared, description });
    const { plugin, version, revisions } = manifest;
    return {
      exit: check && changed.length > 0 ? exitCode.pending : exitCode.done,
      json: { plugin, version, revisions: revisions.length, added, changed },
      text: (colors) =>
        [
          `${colors.bold(plugin)} ${version}: ${counted(revisions.length, 'revision')}`,
          ...added.map((id) => `${colors.green('+')} ${id}`),
          ...changed.map((file) => `${check ? 'out of date' : 'written'}: ${file}`),
          ...(changed.length === 0 ? ['Everything is up to date.'] : []),
        ].join('\n'),
    };
  },
};
