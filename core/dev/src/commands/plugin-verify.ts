import { resolve } from 'node:path';
import { counted, openProgress, usageOf, type Command } from '@headwater/kernel/internal/command';
import type { JsonObject } from '@headwater/kernel/internal/config';
import { kernelError } from '@headwater/kernel/internal/errors';
import { combinationText } from '../publish/combinations.ts';
import { verifyPlugin } from '../publish/verify-plugin.ts';

/** `kernel plugin:verify [folder]`. */
export const pluginVerify: Command = {
  about:
    'Checks a built plugin before it is published, and publishes nothing. The manifest must be what the sources make. npm ' +
    'packs the plugin; the tarball must have every file that package.json and the manifest name, and must pass publint and ' +
    'are-the-types-wrong. Peers must not be bundled, and their ranges must be right. The revisions must be those of the ' +
    'newest published version; without a registry, those in revisions.lock.json. All revisions are proven.\n\n' +
    'Then the packed plugin is enabled, disabled, uninstalled and installed again in an empty application with the plugins ' +
    'that it requires, on a temporary database. With --matrix, npm also installs it with the lowest and with the highest ' +
    'published version of the kernel and of the plugins that its peer ranges allow, without optional plugins, with each of ' +
    'them and with all, and each such application is started.',
  arguments: [{ name: 'folder', about: "the plugin's package; default: the working directory" }],
  options: [
    { flag: 'tarball', value: 'file', about: 'verify this tarball, which must have the files that npm packs now' },
    { flag: 'options', value: 'json', about: "the plugin's options in the empty application; default: {}" },
    { flag: 'shadow', value: 'url', about: 'use this PostgreSQL server, in temporary databases' },
    { flag: 'matrix', about: 'also start it with other versions of its peers' },
  ],
  examples: [
    { line: 'kernel plugin:verify', about: 'in the folder of the plugin, after npm run build' },
    { line: 'kernel plugin:verify plugins/likes --tarball likes-1.1.0.tgz', about: 'verify what will be uploaded' },
  ],
  exits: [
    { code: 11, about: 'publint or @arethetypeswrong/core is not installed, or npm cannot pack' },
    { code: 12, about: 'the plugin does not load, or fails in an application' },
    { code: 13, about: 'the manifest, a revision or the package is not right' },
    { code: 14, about: 'a peer is bundled, or its range is wrong' },
    { code: 15, about: 'a published revision was changed, or the tarball has other files' },
    { code: 40, about: 'entities and revisions differ' },
  ],
  runsPlugins: true,
  async run({ operands: [folder = '.'], values, switches }, context) {
    const tarball = values.get('tarball');
    const progress = openProgress(context);
    const verified = await verifyPlugin(resolve(context.cwd, folder), {
      shadow: values.get('shadow') ?? null,
      tarball: tarball === undefined ? undefined : resolve(context.cwd, tarball),
      options: optionsIn(values.get('options') ?? '{}'),
      matrix: switches.has('matrix'),
      onStage: progress.stage,
    }).finally(progress.end);
    const { plugin, version, revisions, files, compared, tried, combinations } = verified;
    return {
      json: verified,
      text: (colors) =>
        [
          `${colors.green('verified')}: ${colors.bold(plugin)} ${version}, ${counted(revisions.length, 'revision')}, ${counted(files.length, 'file')}`,
          compared.with === 'registry'
            ? `published: ${compared.version === null ? 'nothing so far' : `its revisions are those of ${compared.version} on the registry`}`
            : `published: its revisions are those in revisions.lock.json; the registry was not asked (${compared.reason})`,
          `tried: ${tried.join(', ')}`,
          ...combinations.map((combination) => `started: ${combinationText(combination)}`),
        ].join('\n'),
    };
  },
};

function optionsIn(text: string): JsonObject {
  try {
    const json: unknown = JSON.parse(text);
    // JSON.parse returns JSON.
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as JsonObject;
  } catch {
    // Reported below.
  }
  const what = `--options takes a JSON object, like '{ "key": "value" }', not ${JSON.stringify(text)}.`;
  throw kernelError('USAGE', { what, usage: usageOf('plugin:verify', pluginVerify), command: 'plugin:verify' });
}
