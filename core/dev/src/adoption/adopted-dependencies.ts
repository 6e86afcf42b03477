import { inferDependencies, schemaHistory } from '@headwater/kernel/internal/ownership';
import type { Revision } from '@headwater/kernel/internal/plugins';
import type { DraftDependency, RevisionDraft } from '../authoring/revision-source.ts';

/** Finds the revisions of other plugins that the SQL of a history depends on, among existing and adopted ones. */
export interface AdoptedDependencies {
  readonly find: (plugin: string, sql: string) => Promise<readonly DraftDependency[]>;
  /** Adds a draft. Later SQL of other plugins may depend on it. */
  readonly add: (draft: RevisionDraft) => Promise<void>;
}

/** Opens {@link AdoptedDependencies} after these revisions, which are in the order of a plan. */
export async function openDependencies(revisions: readonly Revision[]): Promise<AdoptedDependencies> {
  let history = await schemaHistory(revisions);
  return {
    async find(plugin, sql) {
      const dependsOn = await inferDependencies(plugin, sql, history);
      return dependsOn.map(({ revision, objects }) => ({ revision, why: objects.join(', ') }));
    },
    async add({ id, up }) {
      history = await history.with({ id, plugin: id.slice(0, id.indexOf('@')), up: { kind: 'sql', text: up } });
    },
  };
}
