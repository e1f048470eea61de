/** `config/terraform/`: the reader role as a Terraform module. */
import type { Json } from '../core/json.ts';
import { patternPolicy, trustPolicy } from '../core/plan/reader-role.ts';
import { aligned, hcl } from './member-hcl.ts';
import { PARAMETERS, type MemberParameter } from './member-parameters.ts';

const HEAD = `# Made by \`orgtrail config member-role --format terraform\`; change it there, not here.
`;
const KEY_STATEMENT = 'DecryptTheTrailFiles';

/** The module's files by their names; one behind the other they make one file that does the same. */
export function terraformModule(): ReadonlyMap<string, string> {
  return new Map([
    ['main.tf', `${HEAD}${MAIN}`],
    ['policies.tf', `${HEAD}${policies()}`],
    ['variables.tf', `${HEAD}${PARAMETERS.map(variable).join('')}`],
    ['outputs.tf', `${HEAD}${OUTPUTS}`],
    ['versions.tf', `${HEAD}${VERSIONS}`],
  ]);
}

const MAIN = `
# Once in every account that orgtrail reads, by that account's own provider:
#
#   module "orgtrail_reader" {
#     source                 = "./config/terraform"
#     orgtrail_principal_arn = "arn:aws:iam::111111111111:role/orgtrail"
#     external_id            = "example-external-id"
#   }
#
# The role that orgtrail_principal_arn names must be there first, and this trust ends when it is deleted and made anew:
# IAM keeps its unique id. \`orgtrail plan\` tries every permission in every account and names what is missing.

data "aws_partition" "current" {}

locals {
  partition = data.aws_partition.current.partition
}

# The role through which orgtrail reads this account: the trail's bucket and what CloudTrail says, no more.
resource "aws_iam_role" "reader" {
  name               = var.role_name
  description        = "Read by orgtrail: the trail's bucket and what CloudTrail says"
  assume_role_policy = local.trust_policy
}

resource "aws_iam_role_policy" "reader" {
  name   = "orgtrail-reader"
  role   = aws_iam_role.reader.id
  policy = local.reader_policy
}
`;

const OUTPUTS = `
output "role_arn" {
  description = "What stands under accounts as role in orgtrail's configuration, where no organization is named"
  value       = aws_iam_role.reader.arn
}
`;

const VERSIONS = `
terraform {
  required_version = ">= 1.3"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 4.0"
    }
  }
}
`;

function policies(): string {
  const patterns = [{ name: '${var.bucket_name}', prefix: '${var.trail_prefix}' }];
  const keys = ['${var.key_arns}'];
  const { Version, Statement } = patternPolicy({ partition: '${local.partition}', patterns, keys });
  const always = Statement.filter(({ Sid }) => Sid !== KEY_STATEMENT);
  // A list where a list's only element is a list itself: the variable holds all keys.
  const withKeys = Statement.filter(({ Sid }) => Sid === KEY_STATEMENT).map((one) => ({
    ...one,
    Resource: keys[0] ?? '',
  }));
  return `
locals {
  reader_statements = ${hcl(always, '  ')}

  key_statements = ${hcl(withKeys, '  ')}

  reader_policy = jsonencode({
    Version   = ${hcl(Version)}
    Statement = concat(local.reader_statements, length(var.key_arns) == 0 ? [] : local.key_statements)
  })

  trust_conditions = merge(
    { "sts:ExternalId" = var.external_id },
    var.organization_id == "" ? {} : { "aws:PrincipalOrgID" = var.organization_id }
  )

  trust_policy = jsonencode(${hcl(trust(), '  ')})
}
`;
}

/** HCL has no conditional field: what the organization adds is merged into the one map. */
function trust(): Json {
  const { Version, Statement } = trustPolicy({ writer: '${var.orgtrail_principal_arn}', externalId: null });
  const Condition = { StringEquals: '${local.trust_conditions}' };
  return { Version, Statement: Statement.map((one) => ({ ...one, Condition })) };
}

function variable({ module, list, fallback, pattern, rule, about }: MemberParameter): string {
  const rows: (readonly [string, string])[] = [
    ['description', JSON.stringify(about)],
    ['type', list ? 'list(string)' : 'string'],
  ];
  if (fallback !== null) rows.push(['default', list ? '[]' : JSON.stringify(fallback)]);
  const check: readonly (readonly [string, string])[] = [
    ['condition', `can(regex(${JSON.stringify(pattern)}, var.${module}))`],
    ['error_message', JSON.stringify(`It must be ${rule}.`)],
  ];
  const validation = pattern === null ? '' : `\n  validation {\n${aligned(check, '    ')}  }\n`;
  return `\nvariable "${module}" {\n${aligned(rows, '  ')}${validation}}\n`;
}
