import type { ConstrType, Node } from 'libpg-query';
import { namedObject } from './named-object.ts';
import { outputNames } from './output-names.ts';
import { needType, noScope, readQuery, tableScope } from './query.ts';
import { readSequenceOwner } from './sequence-owner.ts';
import { schemaObject, tablePart, type SqlObject } from './sql-object.ts';
import { sqlType } from './sql-type.ts';
import { needRelation, type EffectsDraft } from './statement-effects.ts';
import { nameFromNodes, optionValues, relationName, relationNames, stringsIn } from './syntax-tree.ts';

/** Whether a constraint of a domain rejects values. The others are `null` and `default`. */
function isCheck(type: ConstrType | undefined): boolean {
  return type === 'CONSTR_CHECK' || type === 'CONSTR_NOTNULL';
}

/** Reads a `create` of anything but a table, an index or a function. Returns whether the statement is one. */
export function readCreateOther(node: Node, draft: EffectsDraft): boolean {
  const create = (object: SqlObject, ifExists: EffectsDraft['ifExists'] = 'fails'): void => {
    draft.creates.push(object);
    draft.ifExists = ifExists;
  };
  const keeps = (flag: boolean | undefined): EffectsDraft['ifExists'] => (flag === true ? 'keeps' : 'fails');
  const replaces = (flag: boolean | undefined): EffectsDraft['ifExists'] => (flag === true ? 'replaces' : 'fails');
  if ('CreateTableAsStmt' in node) {
    const { query, into, objtype, if_not_exists: lenient } = node.CreateTableAsStmt;
    readQuery(query, noScope, draft);
    const kind = objtype === 'OBJECT_MATVIEW' ? 'view' : 'table';
    if (into?.rel === undefined) return true;
    const made = schemaObject(kind, relationName(into.rel));
    const outputs = outputNames(query, stringsIn(into.colNames));
    create(kind === 'view' ? { ...made, outputs, populated: into.skipData !== true } : made, keeps(lenient));
  } else if ('ViewStmt' in node) {
    const { view, query, aliases, replace } = node.ViewStmt;
    readQuery(query, noScope, draft);
    const outputs = outputNames(query, stringsIn(aliases));
    if (view !== undefined) create({ ...schemaObject('view', relationName(view)), outputs }, replaces(replace));
  } else if ('RuleStmt' in node) {
    const { relation, rulename = '', whereClause, actions, replace } = node.RuleStmt;
    const table = needRelation(relation, draft);
    readQuery([whereClause, actions], tableScope(table, 'old', 'new'), draft);
    draft.writes.clear();
    create(tablePart('rule', table, rulename), replaces(replace));
  } else if ('CreateTrigStmt' in node) {
    const { relation, trigname = '', funcname, columns, whenClause, constrrel, replace } = node.CreateTrigStmt;
    const table = needRelation(relation, draft);
    if (constrrel !== undefined) needRelation(constrrel, draft);
    draft.needs.push(schemaObject('function', nameFromNodes(funcname)));
    for (const column of stringsIn(columns)) draft.needs.push(tablePart('column', table, column));
    readQuery(whenClause, tableScope(table, 'old', 'new'), draft);
    create(tablePart('trigger', table, trigname), replaces(replace));
  } else if ('CreatePolicyStmt' in node) {
    const { table: relation, policy_name: name = '', qual, with_check: check } = node.CreatePolicyStmt;
    const table = needRelation(relation, draft);
    readQuery([qual, check], tableScope(table), draft);
    create(tablePart('policy', table, name));
  } else if ('CreateSeqStmt' in node) {
    const { sequence, options, if_not_exists: lenient } = node.CreateSeqStmt;
    const name = sequence === undefined ? '' : relationName(sequence);
    create({ ...schemaObject('sequence', name), ...readSequenceOwner(options, draft) }, keeps(lenient));
  } else if ('CreateEnumStmt' in node) {
    create({
      ...schemaObject('type', nameFromNodes(node.CreateEnumStmt.typeName)),
      values: stringsIn(node.CreateEnumStmt.vals),
    });
  } else if ('CompositeTypeStmt' in node) {
    const { typevar, coldeflist } = node.CompositeTypeStmt;
    readQuery(coldeflist, noScope, draft);
    if (typevar !== undefined) create(schemaObject('type', relationName(typevar)));
  } else if ('CreateRangeStmt' in node) {
    readQuery(optionValues(node.CreateRangeStmt.params, ['subtype']), noScope, draft);
    create(schemaObject('type', nameFromNodes(node.CreateRangeStmt.typeName)));
  } else if ('CreateDomainStmt' in node) {
    const { domainname, typeName, constraints } = node.CreateDomainStmt;
    if (typeName !== undefined) needType(typeName, draft);
    readQuery(constraints, noScope, draft);
    create({
      ...schemaObject('type', nameFromNodes(domainname)),
      ...(typeName !== undefined && { type: sqlType(typeName) }),
      constrained: (constraints ?? []).some((one) => 'Constraint' in one && isCheck(one.Constraint.contype)),
    });
  } else if ('CreateExtensionStmt' in node) {
    const { extname = '', if_not_exists: lenient } = node.CreateExtensionStmt;
    create(schemaObject('extension', extname), keeps(lenient));
  } else if ('CreateStatsStmt' in node) {
    const { defnames, relations = [], exprs = [], if_not_exists: lenient } = node.CreateStatsStmt;
    const [table = ''] = relationNames(relations);
    draft.needs.push(schemaObject('table', table));
    const columns = exprs.flatMap((one) =>
      'StatsElem' in one && one.StatsElem.name !== undefined ? [one.StatsElem.name] : [],
    );
    for (const column of columns) draft.needs.push(tablePart('column', table, column));
    readQuery(exprs, tableScope(table), draft);
    create({ ...schemaObject('statistics', nameFromNodes(defnames)), table, columns }, keeps(lenient));
  } else if ('DefineStmt' in node) {
    const { kind, defnames, definition, args, replace, if_not_exists: lenient } = node.DefineStmt;
    readQuery([args, optionValues(definition, ['stype', 'mstype', 'leftarg', 'rightarg'])], noScope, draft);
    const functions = ['sfunc', 'finalfunc', 'procedure', 'function', 'input', 'output', 'receive', 'send'];
    for (const one of optionValues(definition, functions)) {
      if ('TypeName' in one) draft.needs.push(schemaObject('function', nameFromNodes(one.TypeName.names)));
    }
    const made = namedObject(kind, { List: { items: [...(defnames ?? [])] } });
    create(made, replace === true ? 'replaces' : keeps(lenient));
  } else return false;
  return true;
}
