import { defineError } from '../define-error.ts';
import { joinNames } from '../join-names.ts';
import { exitCode } from '../exit-code.ts';

/** The kind of an edge between revisions, named like the field that declares it. */
export type EdgeKind = 'revises' | 'dependsOn';

/** Errors of the revision graph, of targets and of plans: `graph/` and `plan/`. */
export const graphCodes = {
  REVISION_DUPLICATE: defineError({
    exit: exitCode.revisionInvalid,
    message: (d: { id: string; files: readonly string[] }) =>
      `Two revisions have the id "${d.id}"${d.files.length > 0 ? `: ${joinNames(d.files)}` : ''}.`,
    hint: () => 'An id names one revision forever. Give the newer revision another id, and rename its file to match.',
  }),
  DEPENDENCY_UNKNOWN: defineError({
    exit: exitCode.incompatible,
    message: (d: {
      revision: string;
      edge: EdgeKind;
      missing: string;
      reason: 'unknown' | 'plugin not active' | 'plugin too old';
      plugin: string;
      package: string | null;
      found: string | null;
      since: string | null;
      nearest: string | null;
    }) => {
      const head = `Revision "${d.revision}" ${d.edge === 'revises' ? 'revises' : 'depends on'} "${d.missing}", `;
      const end = d.nearest === null ? '.' : `; did you mean "${d.nearest}"?`;
      if (d.reason === 'plugin not active') return `${head}but the plugin "${d.plugin}" is not active${end}`;
      if (d.reason === 'plugin too old') {
        const has = d.found === null ? 'the installed version' : `version ${d.found}`;
        const needs = d.since === null ? '' : `; it first shipped in ${d.since}`;
        return `${head}which ${has} of ${d.package ?? `the plugin "${d.plugin}"`} does not have${needs}.`;
      }
      return `${head}which does not exist${end}`;
    },
    hint: (d) => {
      if (d.reason === 'plugin not active') return `Activate it: npx kernel plugin:enable ${d.plugin}`;
      if (d.reason === 'plugin too old') {
        return `Upgrade it: npm install ${d.package ?? d.plugin}${d.since === null ? '@latest' : `@^${d.since}`}`;
      }
      return `Correct \`${d.edge}\` of "${d.revision}". List the revisions: npx kernel migrate:history ${d.plugin}`;
    },
  }),
  SQUASH_INVALID: defineError({
    exit: exitCode.revisionInvalid,
    message: (d: { revision: string; file: string; problem: string }) =>
      `The squash "${d.revision}" is not possible (${d.file}): ${d.problem}.`,
    hint: () =>
      'A squash replaces a part of its own branch without forks and merges, and revises what the first of these revisions ' +
      'revises. Have it written and proven: npx kernel migrate:squash --help',
  }),
  REVISION_CYCLE: defineError({
    exit: exitCode.incompatible,
    message: (d: { path: readonly string[] }) => `The revisions form a cycle: ${d.path.join(' -> ')}.`,
    hint: () => 'Each arrow means "needs". Remove one of these edges; the newest dependsOn is usually the wrong one.',
  }),
  REQUIRES_CYCLE: defineError({
    exit: exitCode.incompatible,
    message: (d: { path: readonly string[] }) => `The plugins require each other in a cycle: ${d.path.join(' -> ')}.`,
    hint: () =>
      'Each arrow means "requires" (every plugin requires core). Make one of these requirements optional ' +
      '(peerDependenciesMeta), or move the code that both need into a separate plugin.',
  }),
  SEVERAL_HEADS: defineError({
    exit: exitCode.severalHeads,
    message: (d: { plugin: string; heads: readonly string[] }) =>
      `The branch "${d.plugin}" has ${d.heads.length} heads: ${joinNames(d.heads)}.`,
    hint: (d) =>
      'Two people may have added a revision after the same parent. Merge the heads with a revision that revises both ' +
      `(npx kernel migrate:merge ${d.plugin}). If one of them has not been released, make it revise the other instead.`,
  }),
  SEVERAL_BASES: defineError({
    exit: exitCode.revisionInvalid,
    message: (d: { plugin: string; bases: readonly string[] }) =>
      `The branch "${d.plugin}" has ${d.bases.length} bases: ${joinNames(d.bases)}.`,
    hint: () => 'Only the first revision of a branch has `revises: null`. Make the later one revise its predecessor.',
  }),
  TARGET_UNKNOWN: defineError({
    exit: exitCode.usage,
    message: (d: { target: string; reason: string; nearest: string | null }) =>
      `Unknown target "${d.target}": ${d.reason}${d.nearest === null ? '.' : `; did you mean "${d.nearest}"?`}`,
    hint: () =>
      'A target is heads, likes, likes@head, likes@base, likes@0002 (a unique prefix), likes@+1 or likes@-2. ' +
      'List all revisions, with the runs that applied them: npx kernel migrate:history --verbose',
  }),
  PLUGIN_UNKNOWN: defineError({
    exit: exitCode.usage,
    message: (d: { plugin: string; reason: string; nearest: string | null }) =>
      `Unknown plugin "${d.plugin}": ${d.reason}${d.nearest === null ? '.' : `; did you mean "${d.nearest}"?`}`,
    hint: () => 'List the plugins, also those that have left something in the database: npx kernel plugin:list',
  }),
  RUN_UNKNOWN: defineError({
    exit: exitCode.usage,
    message: (d: { run: string }) => `No run "${d.run}" has applied a revision that is still applied.`,
    hint: () =>
      'The beginning of an id suffices. List the revisions with the runs that applied them: ' +
      'npx kernel migrate:history --verbose',
  }),
  TARGET_AMBIGUOUS: defineError({
    exit: exitCode.usage,
    message: (d: { target: string; candidates: readonly string[] }) =>
      `The target "${d.target}" is ambiguous. Candidates: ${joinNames(d.candidates)}.`,
    hint: (d) => `Write more of the name, for example ${d.candidates[0] ?? 'the full id'}.`,
  }),
  TARGET_ILLEGAL: defineError({
    exit: exitCode.usage,
    message: (d: { target: string; direction: 'up' | 'down'; reason: string }) =>
      `"${d.target}" is not a valid target for ${d.direction === 'up' ? 'an upgrade' : 'a downgrade'}: ${d.reason}.`,
    hint: (d) => {
      const inactive = /"([^"]+)" is not active/.exec(d.reason)?.[1];
      if (inactive !== undefined) return `Activate it: npx kernel plugin:enable ${inactive}`;
      return d.direction === 'up'
        ? 'Upgrade to heads, likes, likes@0002 or likes@+1.'
        : 'Downgrade to likes@base, likes@0002 or likes@-1; the named revision stays.';
    },
  }),
  DOWNGRADE_BLOCKED: defineError({
    exit: exitCode.incompatible,
    message: (d: {
      target: string;
      run: string | null;
      plugins: readonly string[];
      dependents: readonly { id: string; needs: string }[];
    }) =>
      `${goalOf(d)} would remove revisions that ${joinNames(d.plugins)} still ` +
      `${d.plugins.length > 1 ? 'need' : 'needs'}: ` +
      `${firstFew(d.dependents.map(({ id, needs }) => `${id} needs ${needs}`))}.`,
    hint: (d) =>
      `Downgrade ${joinNames(d.plugins)} first, or include ${d.plugins.length > 1 ? 'them' : 'it'}: ` +
      `npx kernel migrate:down ${d.target} --cascade`,
  }),
  DOWN_MISSING: defineError({
    exit: exitCode.incompatible,
    message: (d: { target: string; run: string | null; revisions: readonly string[] }) =>
      `${goalOf(d)} is not possible: ${joinNames(d.revisions)} ` +
      `${d.revisions.length > 1 ? 'have' : 'has'} no \`down\`.`,
    hint: () => 'Add a `down`, or restore a backup from before the revision ran.',
  }),
  PLAN_NOT_SQL: defineError({
    exit: exitCode.incompatible,
    message: (d: { revisions: readonly string[] }) =>
      `No script can be written: ${firstFew(d.revisions)} ${d.revisions.length > 1 ? 'are' : 'is'} code, which only the ` +
      'kernel can run.',
    hint: (d) =>
      `Write the part before, let the kernel run the code, then write the rest: npx kernel migrate:up ${d.revisions[0]}`,
  }),
  STAMP_INCOMPLETE: defineError({
    exit: exitCode.incompatible,
    message: (d: { targets: readonly string[]; gaps: readonly { id: string; missing: string }[] }) =>
      'Nothing is stamped: ' +
      `${firstFew(d.gaps.map(({ id, missing }) => `${id} depends on ${missing}, which is not applied`))}.`,
    hint: (d) => {
      const missing = [...new Set(d.gaps.map((gap) => gap.missing))].join(' ');
      return (
        `If it is not in the database, apply it: npx kernel migrate:up ${missing}. ` +
        `If it is, stamp it too: npx kernel migrate:stamp ${missing} ${d.targets.join(' ')}`
      );
    },
  }),
  HISTORY_INCONSISTENT: defineError({
    exit: exitCode.integrity,
    message: (d: { gaps: readonly { id: string; edge: EdgeKind; missing: string }[] }) => {
      const gaps = d.gaps.map(
        (gap) =>
          `${gap.id} is applied and ${gap.edge === 'revises' ? 'revises' : 'depends on'} ${gap.missing}, ` +
          'which is not applied',
      );
      return `The ledger is inconsistent: ${firstFew(gaps)}.`;
    },
    hint: () =>
      'The ledger may have been edited by hand or partially restored. Inspect it (npx kernel migrate:status), ' +
      'then restore the missing rows from a backup.',
  }),
};

/** Joins the first eight sentences, which suffice to fix the problem. `details` contains all of them. */
function firstFew(sentences: readonly string[]): string {
  const shown = sentences.slice(0, 8).join('; ');
  return sentences.length > 8 ? `${shown}; and ${sentences.length - 8} more` : shown;
}

function goalOf({ target, run }: { readonly target: string; readonly run: string | null }): string {
  return run === null ? `Downgrading to "${target}"` : `Undoing the run ${run}`;
}
