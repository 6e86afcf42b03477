import { readDetails, type LedgerDetails } from '../../db/ledger.ts';
import { readState, type Blueprint } from '../../kernel/state.ts';
import type { RevisionGraph } from '../../graph/revision-graph.ts';
import type { RevisionBody } from '../../plugin/revision.ts';
import { resolveTarget } from '../../plan/resolve-target.ts';
import type { Invocation } from '../command.ts';
import { openBlueprint, withSession } from '../open-kernel.ts';

/** `kernel migrate:show <revision>`. */
export async function run(invocation: Invocation): Promise<number> {
  const [target = ''] = invocation.args;
  if (invocation.flag('offline')) {
    const { blueprint } = await openBlueprint(invocation);
    return show(invocation, blueprint, blueprint.graph, idOf(blueprint.graph, new Set(), target), null);
  }
  return withSession(invocation, async ({ blueprint, session }) => {
    const { graph, history } = await readState(session, blueprint);
    const id = idOf(graph, history.applied, target);
    const [details] = history.applied.has(id) ? await readDetails(session, [id]) : [];
    return show(invocation, blueprint, graph, id, details ?? null);
  });
}

/** Any way to name a revision that a downgrade accepts: dormant ones included. */
function idOf(graph: RevisionGraph, applied: ReadonlySet<string>, target: string): string {
  const resolved = resolveTarget(graph, applied, target, 'down');
  return resolved.kind === 'revisions' ? (resolved.ids[0] ?? target) : target;
}

function show(
  { io, json, flag }: Invocation,
  { revisions, packages }: Blueprint,
  graph: RevisionGraph,
  id: string,
  applied: LedgerDetails | null,
): number {
  const node = graph.byId.get(id);
  const revision = revisions.get(id);
  const fromLedger = revision === undefined || flag('applied');
  const up = fromLedger ? (applied?.up ?? null) : textOf(revision.up);
  const down = fromLedger ? (applied?.down ?? null) : textOf(revision.down);
  const facts = {
    id,
    plugin: node?.plugin ?? null,
    revises: node?.revises ?? [],
    dependsOn: node?.dependsOn ?? [],
    breaking: node?.breaking ?? false,
    transaction: revision?.transaction ?? null,
    state: node?.dormant === true ? 'dormant' : applied === null ? 'pending' : 'applied',
    file: revision?.file ?? null,
    package: applied?.package ?? packages.get(node?.plugin ?? '') ?? null,
    packageVersion: applied?.packageVersion ?? null,
    appliedAt: applied?.appliedAt ?? null,
    durationMs: applied?.durationMs ?? null,
    up,
    down,
  };
  if (json) {
    io.json(facts);
    return 0;
  }
  io.line(io.style('bold', id));
  const lines: readonly (readonly [string, string])[] = [
    ['revises', facts.revises.join(', ') || 'nothing: the base of its branch'],
    ['depends on', facts.dependsOn.join(', ') || 'nothing'],
    ['state', applied === null ? facts.state : `${facts.state} at ${applied.appliedAt.toISOString()}`],
    ['package', [facts.package, facts.packageVersion].filter((part) => part !== null).join(' ')],
    ['file', facts.file ?? 'only in the ledger'],
    [
      'marks',
      [facts.breaking ? 'breaking' : '', facts.transaction === false ? 'outside a transaction' : '']
        .filter((mark) => mark !== '')
        .join(', ') || 'none',
    ],
  ];
  for (const [name, value] of lines) io.line(`  ${name.padEnd(11)} ${value}`);
  io.line(`\n-- up${fromLedger ? ', as it was run' : ''}\n${up ?? '-- code'}`);
  io.line(`\n-- down\n${down ?? '-- none'}`);
  return 0;
}

function textOf(body: RevisionBody | null): string | null {
  if (body === null) return null;
  return body.kind === 'sql' ? body.text : `-- code, version ${body.version}`;
}
