/**
 * Addresses of object stores and HDFS: respark reads files, and says the one command that copies
 * these.
 */
import { exitCode } from "./exit-code.ts";
import { UserError } from "./user-error.ts";

const COPIES: readonly { readonly scheme: RegExp; copy(address: string): string }[] = [
  {
    scheme: /^s3[an]?:\/\//,
    copy: (at) => `aws s3 cp --recursive ${at.replace(/^s3[an]?:/, "s3:")} logs/`,
  },
  { scheme: /^gs:\/\//, copy: (at) => `gcloud storage cp -r ${at} logs/` },
  { scheme: /^(?:abfss?|wasbs?):\/\//, copy: (at) => azureCopy(at) },
  {
    scheme: /^(?:hdfs|viewfs|maprfs|webhdfs|swebhdfs|o3fs|ofs):\/\//,
    copy: (at) => `hdfs dfs -get ${at} logs/`,
  },
  { scheme: /^dbfs:\//, copy: (at) => `databricks fs cp -r ${at} logs/` },
];

/** Throws a UserError (exit 2) for an address of a store; anything else is a path. */
export function refuseRemote(path: string): void {
  const known = COPIES.find(({ scheme }) => scheme.test(path));
  if (known === undefined) return;
  throw new UserError(
    `${path} is not on this machine: copy it, then replay the copy\n  ${known.copy(path)}\n  respark replay logs/`,
    exitCode.askedWrongly,
  );
}

/** `abfss://container@account.dfs.core.windows.net/path`, as azcopy wants it. */
function azureCopy(address: string): string {
  const parts = /^(?:abfss?|wasbs?):\/\/([^@/]+)@([^/]+)(\/.*)?$/.exec(address);
  if (parts === null) return `azcopy copy --recursive '${address}' logs/`;
  const [, container = "", account = "", path = ""] = parts;
  return `azcopy copy --recursive 'https://${account}/${container}${path}' logs/`;
}
