import type { DefElem, Node, RangeVar } from 'libpg-query';
import { readAlter, readRename, readSchemaMove } from './alter.ts';
import { standing, within, type Draft } from './facts.ts';
import { readFunction } from './function.ts';
import { namedObject } from './named-object.ts';
import { nameOf, relationName, stringsIn, tagOf } from './name.ts';
import { needType, noScope, readQuery, tableScope } from './query.ts';
import type { SqlObject } from './sql-object.ts';
import { readCreateTable, readIndex } from './table.ts';

/** Notes what one statement says. What is not known here says nothing. */
export function readStatement(node: Node, draft: Draft): void {
  if ('CreateStmt' in node) readCreateTable(node.CreateStmt, draft);
  else if ('CreateForeignTableStmt' in node) readCreateTable(node.CreateForeignTableStmt.base ?? {}, draft);
  else if ('AlterTableStmt' in node) readAlter(node.AlterTableStmt, draft);
  else if ('RenameStmt' in node) readRename(node.RenameStmt, draft);
  else if ('AlterObjectSchemaStmt' in node) readSchemaMove(node.AlterObjectSchemaStmt, draft);
  else if ('IndexStmt' in node) readIndex(node.IndexStmt, draft);
  else if ('CreateFunctionStmt' in node) readFunction(node.CreateFunctionStmt, draft);
  else if ('DropStmt' in node) {
    const { objects = [], removeType, behavior, missing_ok: lenient } = node.DropStmt;
    draft.cascade = behavior === 'DROP_CASCADE';
    for (const one of objects) {
      const dropped = namedObject(removeType, one);
      draft.drops.push(dropped);
      if (lenient !== true) draft.needs.push(dropped);
    }
  } else if (!readOpaque(node, draft) && !readRows(node, draft) && !readCreate(node, draft)) readChange(node, draft);
}

/** What only running it can tell. */
function readOpaque(node: Node, draft: Draft): boolean {
  if ('DoStmt' in node) draft.opaque = 'a DO block runs code that only the server reads';
  else if ('CallStmt' in node) {
    readQuery(node.CallStmt.funccall?.args, noScope, draft);
    draft.needs.push(standing('function', nameOf(node.CallStmt.funccall?.funcname)));
    draft.opaque = `the procedure ${nameOf(node.CallStmt.funccall?.funcname)} may do anything`;
  } else if ('ExecuteStmt' in node) draft.opaque = 'EXECUTE runs a statement that was prepared elsewhere';
  else if ('VariableSetStmt' in node && node.VariableSetStmt.name === 'search_path') {
    draft.opaque = 'search_path decides where the names after it are looked up';
  } else if ('ImportForeignSchemaStmt' in node) draft.opaque = 'IMPORT FOREIGN SCHEMA makes what another server has';
  else return false;
  return true;
}

/** Queries, and what changes rows. */
function readRows(node: Node, draft: Draft): boolean {
  if ('SelectStmt' in node) {
    const { intoClause, ...select } = node.SelectStmt;
    const called = readQuery({ SelectStmt: select }, noScope, draft);
    if (intoClause?.rel !== undefined) draft.creates.push(standing('table', relationName(intoClause.rel)));
    const [first] = called;
    if (first !== undefined) draft.opaque = `the function ${first} may do anything`;
  } else if ('InsertStmt' in node || 'UpdateStmt' in node || 'DeleteStmt' in node || 'MergeStmt' in node) {
    readQuery(node, noScope, draft);
  } else if ('TruncateStmt' in node) {
    draft.cascade = node.TruncateStmt.behavior === 'DROP_CASCADE';
    for (const table of relationsIn(node.TruncateStmt.relations)) {
      draft.needs.push(standing('table', table));
      draft.writes.add(table);
    }
  } else if ('CopyStmt' in node) {
    const { relation, attlist, is_from: isFrom, query, whereClause } = node.CopyStmt;
    readQuery(query, noScope, draft);
    if (relation === undefined) return true;
    const table = needed(relation, draft);
    for (const column of stringsIn(attlist)) draft.needs.push(within('column', table, column));
    readQuery(whereClause, tableScope(table), draft);
    if (isFrom === true) draft.writes.add(table);
  } else if ('ExplainStmt' in node) {
    const { query, options = [] } = node.ExplainStmt;
    const runs = options.some((option) => 'DefElem' in option && option.DefElem.defname === 'analyze');
    const writes = new Set(draft.writes);
    if (query !== undefined) readStatement(query, draft);
    if (!runs) for (const table of draft.writes) if (!writes.has(table)) draft.writes.delete(table);
  } else if ('PrepareStmt' in node) readQuery(node.PrepareStmt.query, noScope, draft);
  else return false;
  return true;
}

/** What makes something. */
function readCreate(node: Node, draft: Draft): boolean {
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
  } else if ('CreateSchemaStmt' in node) {
    const { schemaname = '', schemaElts = [], if_not_exists: lenient } = node.CreateSchemaStmt;
    for (const element of schemaElts) readStatement(element, draft);
    create(standing('schema', schemaname), keeps(lenient));
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

/** What changes something that is there, or only reads it. */
function readChange(node: Node, draft: Draft): void {
  const change = (object: SqlObject): void => {
    draft.needs.push(object);
    draft.changes.push(object);
  };
  if ('AlterEnumStmt' in node) change(standing('type', nameOf(node.AlterEnumStmt.typeName)));
  else if ('AlterTypeStmt' in node) change(standing('type', nameOf(node.AlterTypeStmt.typeName)));
  else if ('AlterDomainStmt' in node) {
    readQuery(node.AlterDomainStmt.def, noScope, draft);
    change(standing('type', nameOf(node.AlterDomainStmt.typeName)));
  } else if ('AlterSeqStmt' in node) {
    const { sequence, options } = node.AlterSeqStmt;
    const name = sequence === undefined ? '' : relationName(sequence);
    change({ ...standing('sequence', name), ...ownerIn(options, draft) });
  } else if ('AlterFunctionStmt' in node) change(standing('function', nameOf(node.AlterFunctionStmt.func?.objname)));
  else if ('AlterPolicyStmt' in node) {
    const { table: relation, policy_name: name = '', qual, with_check: check } = node.AlterPolicyStmt;
    const table = needed(relation, draft);
    readQuery([qual, check], tableScope(table), draft);
    change(within('policy', table, name));
  } else if ('AlterOwnerStmt' in node) {
    const { objectType, object, relation } = node.AlterOwnerStmt;
    change(relation === undefined ? namedObject(objectType, object) : standing('table', relationName(relation)));
  } else if ('AlterExtensionStmt' in node) change(standing('extension', node.AlterExtensionStmt.extname ?? ''));
  else if ('AlterStatsStmt' in node) change(standing('statistics', nameOf(node.AlterStatsStmt.defnames)));
  else if ('CommentStmt' in node) draft.needs.push(namedObject(node.CommentStmt.objtype, node.CommentStmt.object));
  else if ('GrantStmt' in node) {
    for (const one of node.GrantStmt.objects ?? []) {
      if ('RangeVar' in one) needed(one.RangeVar, draft);
      else draft.needs.push(namedObject(node.GrantStmt.objtype, one));
    }
  } else if ('RefreshMatViewStmt' in node) needed(node.RefreshMatViewStmt.relation, draft, 'view');
  else if ('LockStmt' in node) for (const one of node.LockStmt.relations ?? []) readQuery(one, noScope, draft);
  else readNamed(node, draft);
}

/** What does no more than work on a relation. */
function readNamed(node: Node, draft: Draft): void {
  if ('ReindexStmt' in node) {
    const { kind, relation } = node.ReindexStmt;
    if (relation !== undefined) needed(relation, draft, kind === 'REINDEX_OBJECT_INDEX' ? 'index' : 'table');
  } else if ('ClusterStmt' in node) {
    if (node.ClusterStmt.relation !== undefined) needed(node.ClusterStmt.relation, draft);
  } else if ('VacuumStmt' in node) {
    for (const one of node.VacuumStmt.rels ?? []) {
      if ('VacuumRelation' in one && one.VacuumRelation.relation !== undefined)
        needed(one.VacuumRelation.relation, draft);
    }
  } else if (tagOf(node).startsWith('Create') || tagOf(node).startsWith('Alter')) {
    readQuery(node, noScope, draft);
  }
}

function needed(relation: RangeVar | undefined, draft: Draft, kind: SqlObject['kind'] = 'table'): string {
  const name = relation === undefined ? '' : relationName(relation);
  draft.needs.push(standing(kind, name));
  return name;
}

function relationsIn(nodes: readonly Node[] | undefined): readonly string[] {
  return (nodes ?? []).flatMap((node) => ('RangeVar' in node ? [relationName(node.RangeVar)] : []));
}

/** The column that a sequence goes with, by `owned by`. */
function ownerIn(options: readonly Node[] | undefined, draft: Draft): Partial<SqlObject> {
  for (const { defname, arg } of elements(options)) {
    if (defname !== 'owned_by' || arg === undefined || !('List' in arg)) continue;
    const parts = arg.List.items ?? [];
    if (parts.length < 2) continue;
    const [table, column] = [nameOf(parts.slice(0, -1)), stringsIn(parts).at(-1) ?? ''];
    draft.needs.push(standing('table', table), within('column', table, column));
    return { table, ownedBy: column };
  }
  return {};
}

function elements(options: readonly Node[] | undefined): readonly DefElem[] {
  return (options ?? []).flatMap((option) => ('DefElem' in option ? [option.DefElem] : []));
}

function optionValues(options: readonly Node[] | undefined, names: readonly string[]): readonly Node[] {
  return elements(options).flatMap(({ defname = '', arg }) =>
    arg !== undefined && names.includes(defname) ? [arg] : [],
  );
}
