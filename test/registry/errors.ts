/** The registry's error codes and words, as Confluent's answers them. */
export class RegistryProblem extends Error {
  readonly status: number
  readonly code: number
  constructor(status: number, code: number, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}
export const problems = {
  subjectNotFound: (subject: string) => new RegistryProblem(404, 40401, `Subject '${subject}' not found.`),
  versionNotFound: (version: number | string) => new RegistryProblem(404, 40402, `Version ${version} not found.`),
  schemaNotFound: () => new RegistryProblem(404, 40403, 'Schema not found'),
  schemaIdNotFound: (id: number) => new RegistryProblem(404, 40403, `Schema ${id} not found`),
  subjectSoftDeleted: (subject: string) => new RegistryProblem(404, 40404, `Subject '${subject}' was soft deleted.Set permanent=true to delete permanently`),
  subjectNotSoftDeleted: (subject: string) => new RegistryProblem(404, 40405, `Subject '${subject}' was not deleted first before being permanently deleted`),
  versionNotSoftDeleted: (subject: string, version: number) => new RegistryProblem(404, 40407, `Subject '${subject}' Version ${version} was not deleted first before being permanently deleted`),
  noSubjectCompatibility: (subject: string) => new RegistryProblem(404, 40408, `Subject '${subject}' does not have subject-level compatibility configured`),
  noSubjectMode: (subject: string) => new RegistryProblem(404, 40409, `Subject '${subject}' does not have subject-level mode configured`),
  incompatible: (subject: string, reasons: readonly string[]) =>
    new RegistryProblem(409, 40901, `Schema being registered is incompatible with an earlier schema for subject "${subject}", details: [${reasons.join(', ')}]`),
  invalidSchema: (why: string) => new RegistryProblem(422, 42201, `Invalid schema, details: ${why}`),
  invalidVersion: (version: string) => new RegistryProblem(422, 42202, `The specified version '${version}' is not a valid version id. Allowed values are between [1, 2^31-1] and the string "latest"`),
  invalidCompatibility: () => new RegistryProblem(422, 42203, 'Invalid compatibility level. Valid values are none, backward, forward, full, backward_transitive, forward_transitive, and full_transitive'),
  invalidMode: () => new RegistryProblem(422, 42204, 'Invalid mode. Valid values are READWRITE, READONLY and IMPORT'),
  notPermitted: (subject: string, mode: string) => new RegistryProblem(422, 42205, `Subject ${subject} is in ${mode} mode`),
  referenceExists: (who: string) => new RegistryProblem(422, 42206, `One or more references exist to the schema ${who}.`),
  unauthorized: () => new RegistryProblem(401, 401, 'Unauthorized'),
  notFound: () => new RegistryProblem(404, 404, 'HTTP 404 Not Found'),
} as const
