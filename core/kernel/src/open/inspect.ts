import type { KernelBind, RunningApp } from '../boot/running-app.ts';
import { checked } from './call-options.ts';
import { Inspection } from './inspection.ts';
import type { LintFinding } from './lint.ts';
import type { Project } from './project.ts';
import { readStatus } from './status.ts';

/**
 * Returns the functions that only read a project. Each but `status` imports its code when it is called, because V8
 * compiles the whole text of what a host imports. `running` returns its application, or `null` if none has
 * started.
 */
export function inspectionOf(project: Project, running: () => RunningApp | null): Inspection {
  // The revisions of a project do not change while it is open.
  let findings: Promise<readonly LintFinding[] | null> | null = null;
  return Object.freeze<Inspection>({
    database: project.config.database.shown,
    status: checked('status', (options) => readStatus(project, options)),
    plan: checked('plan', async (options) => {
      const { readPlan } = await import('./plan.ts');
      return readPlan(project, options);
    }),
    sql: checked('sql', async (options) => {
      const { readScript } = await import('./sql.ts');
      return readScript(project, options);
    }),
    history: checked('history', async (options) => {
      const { entriesOf, readHistory } = await import('./history.ts');
      return entriesOf(await readHistory(project, options));
    }),
    branches: checked('branches', async (options) => {
      const { readBranchShapes } = await import('./branches.ts');
      return readBranchShapes(project, options);
    }),
    current: checked('current', async (options) => {
      const { readCurrent } = await import('./branches.ts');
      return readCurrent(project, options);
    }),
    graph: checked('graph', async (options) => {
      const { readGraph } = await import('./graph.ts');
      return readGraph(project, options);
    }),
    show: checked('show', async (revision, options) => {
      const { readRevision } = await import('./show.ts');
      return (await readRevision(project, revision, options)).shown;
    }),
    why: checked('why', async (revision, options) => {
      const { readReason } = await import('./why.ts');
      return readReason(project, revision, options);
    }),
    whyNot: checked('whyNot', async (revision, options) => {
      const { readWhyNot } = await import('./why-not.ts');
      return readWhyNot(project, revision, options);
    }),
    plugins: checked('plugins', async (options) => {
      const { readPlugins } = await import('./plugins.ts');
      return readPlugins(project, running(), options);
    }),
    objects: checked('objects', async (options) => {
      const { readObjects } = await import('./objects.ts');
      return readObjects(project, options);
    }),
    footprint: checked('footprint', async (plugin, options) => {
      const { readFootprint } = await import('./footprint.ts');
      return readFootprint(project, plugin, options);
    }),
    drift: checked('drift', async (options) => {
      const { readProjectDrift } = await import('./drift.ts');
      return readProjectDrift(project, options);
    }),
    diagnose: checked('diagnose', async (options) => {
      const { readDiagnosis } = await import('./diagnosis.ts');
      return readDiagnosis(project, options, 'only read');
    }),
    async rehearsals() {
      const { readRehearsals } = await import('./rehearsals.ts');
      return readRehearsals(project.config.root);
    },
    runs: checked('runs', async (options) => {
      const { readProjectRuns } = await import('./runs.ts');
      return readProjectRuns(project, options);
    }),
    async lint() {
      const { lintProject } = await import('./lint.ts');
      return (findings ??= lintProject(project));
    },
    activity: checked('activity', async (options) => {
      const { readActivity } = await import('./runs.ts');
      return readActivity(project, options);
    }),
  });
}

/** Binds {@link Inspection} in an application, to the application itself. */
export const bindInspection: KernelBind = ({ bind }, running) => {
  bind(Inspection).toDynamicValue(() => {
    const app = running();
    const { config, connections, revisionSet } = app;
    const project: Project = {
      config,
      connections,
      pluginSet: async () => revisionSet.pluginSet,
      revisionSet: async () => revisionSet,
    };
    return inspectionOf(project, () => app);
  });
};
