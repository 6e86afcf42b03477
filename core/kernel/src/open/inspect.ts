import type { KernelBind, RunningApp } from '../boot/running-app.ts';
import { readBranchShapes, readCurrent } from './branches.ts';
import { checked } from './call-options.ts';
import { readFootprint } from './footprint.ts';
import { readProjectDrift } from './drift.ts';
import { readGraph } from './graph.ts';
import { entriesOf, readHistory } from './history.ts';
import { Inspection } from './inspection.ts';
import { lintProject, type LintFinding } from './lint.ts';
import { readObjects } from './objects.ts';
import { readPlan } from './plan.ts';
import { readPlugins } from './plugins.ts';
import type { Project } from './project.ts';
import { readActivity, readProjectRuns } from './runs.ts';
import { readRevision } from './show.ts';
import { readScript } from './sql.ts';
import { readStatus } from './status.ts';
import { readWhyNot } from './why-not.ts';
import { readReason } from './why.ts';

/** Returns the functions that only read a project. `running` returns its application, or `null` if none has started. */
export function inspectionOf(project: Project, running: () => RunningApp | null): Inspection {
  // The revisions of a project do not change while it is open.
  let findings: Promise<readonly LintFinding[] | null> | null = null;
  return Object.freeze<Inspection>({
    database: project.config.database.shown,
    status: checked('status', (options) => readStatus(project, options)),
    plan: checked('plan', (options) => readPlan(project, options)),
    sql: checked('sql', (options) => readScript(project, options)),
    history: checked('history', async (options) => entriesOf(await readHistory(project, options))),
    branches: checked('branches', (options) => readBranchShapes(project, options)),
    current: checked('current', (options) => readCurrent(project, options)),
    graph: checked('graph', (options) => readGraph(project, options)),
    show: checked('show', async (revision, options) => (await readRevision(project, revision, options)).shown),
    why: checked('why', (revision, options) => readReason(project, revision, options)),
    whyNot: checked('whyNot', (revision, options) => readWhyNot(project, revision, options)),
    plugins: checked('plugins', (options) => readPlugins(project, running(), options)),
    objects: checked('objects', (options) => readObjects(project, options)),
    footprint: checked('footprint', (plugin, options) => readFootprint(project, plugin, options)),
    drift: checked('drift', (options) => readProjectDrift(project, options)),
    runs: checked('runs', (options) => readProjectRuns(project, options)),
    lint: () => (findings ??= lintProject(project)),
    activity: checked('activity', (options) => readActivity(project, options)),
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
