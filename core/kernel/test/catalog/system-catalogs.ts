/** The treatment of the columns of one system catalog. Each field lists columns, separated by spaces. */
export interface SystemCatalog {
  /** Columns that a query of the catalog reader names. */
  readonly read?: string;
  /** Columns that a function prints, like `pg_get_constraintdef`, or that follow from columns that are read. */
  readonly derived?: string;
  /** Columns that are not compared, by the reason. `*` means every column that is not listed elsewhere. */
  readonly ignored?: Readonly<Record<string, string>>;
}

const server = 'it belongs to the server, not to one database';
const counted = 'objects of this kind are counted as not read';
const owner = 'the owners of objects are not compared';
const data = 'it is data, not a definition';

const everythingCounted: SystemCatalog = { ignored: { [counted]: '*' } };
const everythingOfServer: SystemCatalog = { ignored: { [server]: '*' } };

/** Every column of every system catalog of PostgreSQL 15 to 18. `oid` identifies a row only within one database. */
export const systemCatalogs: Readonly<Record<string, SystemCatalog>> = {
  pg_aggregate: {
    read: `aggfnoid aggkind aggtransfn aggfinalfn aggcombinefn aggserialfn aggdeserialfn aggmtransfn aggminvtransfn
      aggmfinalfn aggfinalextra aggmfinalextra aggfinalmodify aggmfinalmodify aggsortop aggtranstype aggtransspace
      aggmtranstype aggmtransspace agginitval aggminitval`,
    derived: 'aggnumdirectargs',
  },
  pg_am: { read: 'amname', ignored: { [counted]: 'amhandler amtype' } },
  pg_amop: { ignored: { 'it is a part of an operator family, which is counted': '*' } },
  pg_amproc: { ignored: { 'it is a part of an operator family, which is counted': '*' } },
  pg_attrdef: { read: 'adrelid adnum adbin' },
  pg_attribute: {
    read: `attrelid attname atttypid attlen attnum atttypmod attstorage attcompression attnotnull atthasdef attidentity
      attgenerated attisdropped attislocal attinhcount attcollation attstattarget attacl attoptions attfdwoptions`,
    ignored: {
      'it is a copy of a property of the type': 'attbyval attalign',
      'PostgreSQL does not enforce the number of dimensions': 'attndims',
      'it is the value of rows that are older than the column': 'atthasmissing attmissingval',
      'it is only used in memory': 'attcacheoff',
    },
  },
  pg_auth_members: everythingOfServer,
  pg_authid: everythingOfServer,
  pg_cast: everythingCounted,
  pg_class: {
    read: `relname relnamespace reltype reloftype relowner relam reltablespace reltoastrelid relpersistence relkind
      relrowsecurity relforcerowsecurity relispopulated relreplident relispartition relacl reloptions relpartbound`,
    derived: 'relhasindex relnatts relchecks relhasrules relhastriggers relhassubclass',
    ignored: {
      'it describes files':
        'relfilenode relpages reltuples relallvisible relallfrozen relfrozenxid relminmxid relrewrite',
      'only system catalogs are shared': 'relisshared',
    },
  },
  pg_collation: {
    read: `collname collnamespace collprovider collisdeterministic collcollate collctype colllocale colliculocale collicurules`,
    ignored: {
      [owner]: 'collowner',
      'it is the encoding of the database': 'collencoding',
      'it is the version of a library of the operating system': 'collversion',
    },
  },
  pg_constraint: {
    read: `conname contype convalidated conrelid contypid conindid conparentid confrelid conislocal coninhcount
      connoinherit conkey confkey`,
    derived: `connamespace condeferrable condeferred conenforced confupdtype confdeltype confmatchtype conperiod conpfeqop
      conppeqop conffeqop confdelsetcols conexclop conbin`,
  },
  pg_conversion: everythingCounted,
  pg_database: { read: 'datname', ignored: { [server]: '*' } },
  pg_db_role_setting: everythingOfServer,
  pg_default_acl: { read: 'defaclrole defaclnamespace defaclobjtype defaclacl' },
  pg_depend: {
    read: 'classid objid refclassid refobjid refobjsubid deptype',
    ignored: { 'it is enough to know which object depends on another': 'objsubid' },
  },
  pg_description: { read: 'objoid classoid objsubid description' },
  pg_enum: { read: 'enumtypid enumsortorder enumlabel' },
  pg_event_trigger: { read: 'evtname evtevent evtfoid evtenabled evttags', ignored: { [owner]: 'evtowner' } },
  pg_extension: {
    read: 'extname extnamespace extversion',
    ignored: { [owner]: 'extowner', 'the files of the extension set it': 'extrelocatable extconfig extcondition' },
  },
  pg_foreign_data_wrapper: { read: 'fdwname fdwowner fdwhandler fdwvalidator fdwacl fdwoptions' },
  pg_foreign_server: { read: 'srvname srvowner srvfdw srvtype srvversion srvacl srvoptions' },
  pg_foreign_table: { read: 'ftrelid ftserver ftoptions' },
  pg_index: {
    read: `indexrelid indrelid indnatts indnkeyatts indisunique indnullsnotdistinct indisclustered indisvalid indisreplident
      indkey indcollation indclass indoption indexprs indpred`,
    derived: 'indisprimary indisexclusion indimmediate',
    ignored: { 'it is a state of a concurrent build that has not ended': 'indcheckxmin indisready indislive' },
  },
  pg_inherits: {
    read: 'inhrelid inhparent inhseqno',
    ignored: { 'it is a state of a concurrent detachment that has not ended': 'inhdetachpending' },
  },
  pg_init_privs: { ignored: { 'it repeats privileges at the creation of an object': '*' } },
  pg_language: everythingCounted,
  pg_largeobject: { ignored: { [data]: '*' } },
  pg_largeobject_metadata: { ignored: { [data]: '*' } },
  pg_namespace: { read: 'nspname nspowner nspacl' },
  pg_opclass: {
    read: 'opcname opcnamespace opcfamily opcdefault',
    ignored: { [counted]: 'opcmethod opcowner opcintype opckeytype' },
  },
  pg_operator: everythingCounted,
  pg_opfamily: everythingCounted,
  pg_parameter_acl: everythingOfServer,
  pg_partitioned_table: {
    derived: 'partrelid partstrat partnatts partdefid partattrs partclass partcollation partexprs',
  },
  pg_policy: { read: 'polname polrelid polcmd polpermissive polroles polqual polwithcheck' },
  pg_proc: {
    read: 'proname pronamespace proowner prokind proparallel pronargs proacl',
    derived: `prolang procost prorows provariadic prosupport prosecdef proleakproof proisstrict proretset provolatile
      pronargdefaults prorettype proargtypes proallargtypes proargmodes proargnames proargdefaults protrftypes prosrc
      probin prosqlbody proconfig`,
  },
  pg_publication: {
    read: 'pubname puballtables pubinsert pubupdate pubdelete pubtruncate pubviaroot pubgencols',
    ignored: { [owner]: 'pubowner' },
  },
  pg_publication_namespace: { read: 'pnpubid pnnspid' },
  pg_publication_rel: { read: 'prpubid prrelid prqual prattrs' },
  pg_range: { read: 'rngtypid rngsubtype rngmultitypid rngcollation rngsubopc rngcanonical rngsubdiff' },
  pg_replication_origin: everythingOfServer,
  pg_rewrite: { read: 'rulename ev_class ev_enabled', derived: 'ev_type is_instead ev_qual ev_action' },
  pg_seclabel: everythingCounted,
  pg_sequence: { read: 'seqrelid seqtypid seqstart seqincrement seqmax seqmin seqcache seqcycle' },
  pg_shdepend: everythingOfServer,
  pg_shdescription: everythingOfServer,
  pg_shseclabel: everythingOfServer,
  pg_statistic: { ignored: { [data]: '*' } },
  pg_statistic_ext: {
    read: 'stxname stxnamespace stxrelid stxkeys stxkind stxstattarget',
    derived: 'stxexprs',
    ignored: { [owner]: 'stxowner' },
  },
  pg_statistic_ext_data: { ignored: { [data]: '*' } },
  pg_subscription: { read: 'subdbid', ignored: { [counted]: '*' } },
  pg_subscription_rel: { ignored: { [data]: '*' } },
  pg_tablespace: { read: 'spcname', ignored: { [server]: 'spcowner spcacl spcoptions' } },
  pg_transform: everythingCounted,
  pg_trigger: {
    read: 'tgrelid tgparentid tgname tgenabled tgisinternal tgconstraint',
    derived: `tgfoid tgtype tgconstrrelid tgconstrindid tgdeferrable tginitdeferred tgnargs tgattr tgargs tgqual tgoldtable
      tgnewtable`,
  },
  pg_ts_config: everythingCounted,
  pg_ts_config_map: { ignored: { 'it is a part of a text search configuration, which is counted': '*' } },
  pg_ts_dict: everythingCounted,
  pg_ts_parser: everythingCounted,
  pg_ts_template: everythingCounted,
  pg_type: {
    read: `typname typnamespace typowner typtype typcategory typrelid typelem typarray typstorage typnotnull typbasetype
      typtypmod typcollation typdefault typacl`,
    derived: 'typndims typdefaultbin',
    ignored: {
      'only base types can differ in it, and these are counted': `typlen typbyval typispreferred typisdefined typdelim
        typsubscript typinput typoutput typreceive typsend typmodin typmodout typanalyze typalign`,
    },
  },
  pg_user_mapping: everythingCounted,
};
