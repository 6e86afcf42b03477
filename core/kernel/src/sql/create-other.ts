import type { Node } from 'libpg-query';
import { standing, within, type Draft } from './statement-effects.ts';
import { namedObject } from './named-object.ts';
import { nameOf, relationName, stringsIn } from './qualified-name.ts';
import { needed, optionValues, ownerIn, relationsIn } from './node-parts.ts';
import { needType, noScope, readQuery, tableScope } from './query.ts';
import type { SqlObject } from './sql-object.ts';

/** Notes what makes something. Gives whether it is a statement of that sort. */
export function readCreate(node: Node, draft: Draft): boolean {
  const create = (object: SqlObject, ifThere: Draft['ifThere'] = 'fails'): void => {
    draft.creates.push(object);
    draft.ifThere = ifThere;
  };
  const keeps = (flag: boolean | undefined): Draft['ifThere'] => (flag === true ? 'keeps' : 'fails');
  const replaces = (flag: boolean | undefined): Draft['ifThere'] => (flag === true ? 'replaces' : 'fails');
  if ('CreateTableAsStmt' in node) {
    const { query, into, objtype, if_not_exists: lenient } = node.CreateTableAsStmt;
    readQuery(query, noScope, draft);
    const kind = objtype === 'OBJECT_MATVIEW' ? 'view' : 'table';
    if (into?.rel !== undefined) create(standing(kind, relationName(into.rel)), keeps(lenient));
  } else if ('ViewStmt' in node) {
    const { view, query, replace } = node.ViewStmt;
    readQuery(query, noScope, draft);
    if (view !== undefined) create(standing('view', relationName(view)), replaces(replace));
  } else if ('RuleStmt' in node) {
    const { relation, rulename = '', whereClause, actions, replace } = node.RuleStmt;
    const table = needed(relation, draft);
    readQuery([whereClause, actions], tableScope(table, 'old', 'new'), draft);
    draft.writes.clear();
    create(within('rule', table, rulename), replaces(replace));
  } else if ('CreateTrigStmt' in node) {
    const { relation, trigname = '', funcname, columns, whenClause, constrrel, replace } = node.CreateTrigStmt;
    const table = needed(relation, draft);
    if (constrrel !== undefined) needed(constrrel, draft);
    draft.needs.push(standing('function', nameOf(funcname)));
    for (const column of stringsIn(columns)) draft.needs.push(within('column', table, column));
    readQuery(whenClause, tableScope(table, 'old', 'new'), draft);
    create(within('trigger', table, trigname), replaces(replace));
  } else if ('CreatePolicyStmt' in node) {
    const { table: relation, policy_name: name = '', qual, with_check: check } = node.CreatePolicyStmt;
    const table = needed(relation, draft);
    readQuery([qual, check], tableScope(table), draft);
    create(within('policy', table, name));
  } else if ('CreateSeqStmt' in node) {
    const { sequence, options, if_not_exists: lenient } = node.CreateSeqStmt;
    const name = sequence === undefined ? '' : relationName(sequence);
    create({ ...standing('sequence', name), ...ownerIn(options, draft) }, keeps(lenient));
  } else if ('CreateEnumStmt' in node) {
    create({ ...standing('type', nameOf(node.CreateEnumStmt.typeName)), values: stringsIn(node.CreateEnumStmt.vals) });
  } else if ('CompositeTypeStmt' in node) {
    const { typevar, coldeflist } = node.CompositeTypeStmt;
    readQuery(coldeflist, noScope, draft);
    if (typevar !== undefined) create(standing('type', relationName(typevar)));
  } else if ('CreateRangeStmt' in node) {
    readQuery(optionValues(node.CreateRangeStmt.params, ['subtype']), noScope, draft);
    create(standing('type', nameOf(node.CreateRangeStmt.typeName)));
  } else if ('CreateDomainStmt' in node) {
    const { domainname, typeName, constraints } = node.CreateDomainStmt;
    if (typeName !== undefined) needType(typeName, draft);
    readQuery(constraints, noScope, draft);
    create(standing('type', nameOf(domainname)));
  } else if ('CreateExtensionStmt' in node) {
    const { extname = '', if_not_exists: lenient } = node.CreateExtensionStmt;
    create(standing('extension', extname), keeps(lenient));
  } else if ('CreateStatsStmt' in node) {
    const { defnames, relations = [], exprs = [], if_not_exists: lenient } = node.CreateStatsStmt;
    const [table = ''] = relationsIn(relations);
    draft.needs.push(standing('table', table));
    const columns = exprs.flatMap((one) =>
      'StatsElem' in one && one.StatsElem.name !== undefined ? [one.StatsElem.name] : [],
    );
    for (const column of columns) draft.needs.push(within('column', table, column));
    readQuery(exprs, tableScope(table), draft);
    create({ ...standing('statistics', nameOf(defnames)), table, columns }, keeps(lenient));
  } else if ('DefineStmt' in node) {
    const { kind, defnames, definition, args, replace, if_not_exists: lenient } = node.DefineStmt;
    readQuery([args, optionValues(definition, ['stype', 'mstype', 'leftarg', 'rightarg'])], noScope, draft);
    const functions = ['sfunc', 'finalfunc', 'procedure', 'function', 'input', 'output', 'receive', 'send'];
    for (const one of optionValues(definition, functions)) {
      if ('TypeName' in one) draft.needs.push(standing('function', nameOf(one.TypeName.names)));
    }
    const made = namedObject(kind, { List: { items: [...(defnames ?? [])] } });
    create(made, replace === true ? 'replaces' : keeps(lenient));
  } else return false;
  return true;
}
