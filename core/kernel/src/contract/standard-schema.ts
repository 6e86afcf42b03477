/**
 * A validator that implements Standard Schema v1 (https://standardschema.dev), such as a zod, valibot or ArkType
 * schema. The type has only the part of the interface that the kernel uses.
 */
export interface StandardSchema<Output = unknown> {
  /** The entry point that the specification defines. */
  readonly '~standard': {
    /** The version of the specification. */
    readonly version: 1;
    /** The name of the library: `zod`. */
    readonly vendor: string;
    /** Validates a value and returns the output or the issues. */
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    /** The input and output types. They exist for the compiler only. */
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
    /**
     * Returns the JSON Schema of the accepted input, if the library supports it. The kernel uses it to reject unknown
     * options and to write the JSON Schema of config.json.
     */
    readonly jsonSchema?: { readonly input: (options: { readonly target: string }) => Record<string, unknown> };
  };
}

/** The result of a validation: the output value, or the issues. */
export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

/** One problem that a validation found. */
export interface StandardIssue {
  /** A description for people. */
  readonly message: string;
  /** The path to the invalid value. Default: the value itself is invalid. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}
