# Made by `orgtrail config member-role --format terraform`; change it there, not here.

# Once in every account that orgtrail reads, by that account's own provider:
#
#   module "orgtrail_reader" {
#     source                 = "./config/terraform"
#     orgtrail_principal_arn = "arn:aws:iam::111111111111:role/orgtrail"
#     external_id            = "example-external-id"
#   }
#
# The role that orgtrail_principal_arn names must be there first, and this trust ends when it is deleted and made anew:
# IAM keeps its unique id. `orgtrail plan` tries every permission in every account and names what is missing.

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
