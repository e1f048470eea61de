# Made by `orgtrail config member-role --format terraform`; change it there, not here.

locals {
  reader_statements = [
    {
      Sid      = "ListTheTrailBucket"
      Effect   = "Allow"
      Action   = ["s3:ListBucket"]
      Resource = ["arn:${local.partition}:s3:::${var.bucket_name}"]
      Condition = {
        StringLikeIfExists = {
          "s3:prefix" = "${var.trail_prefix}AWSLogs/*"
        }
      }
    },
    {
      Sid      = "ReadTheTrailFiles"
      Effect   = "Allow"
      Action   = ["s3:GetObject"]
      Resource = ["arn:${local.partition}:s3:::${var.bucket_name}/${var.trail_prefix}AWSLogs/*"]
    },
    {
      Sid    = "AskCloudTrail"
      Effect = "Allow"
      Action = [
        "cloudtrail:ListTrails",
        "cloudtrail:DescribeTrails",
        "cloudtrail:GetTrailStatus",
        "cloudtrail:ListPublicKeys",
        "organizations:DescribeOrganization",
      ]
      Resource = "*"
    },
    {
      Sid    = "KnowWhatOughtToBeThere"
      Effect = "Allow"
      Action = [
        "account:ListRegions",
        "cloudtrail:GetEventSelectors",
        "cloudtrail:LookupEvents",
      ]
      Resource = "*"
    },
  ]

  key_statements = [
    {
      Sid      = "DecryptTheTrailFiles"
      Effect   = "Allow"
      Action   = ["kms:Decrypt"]
      Resource = var.key_arns
      Condition = {
        StringLike = {
          "kms:ViaService" = "s3.*"
        }
      }
    },
  ]

  reader_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = concat(local.reader_statements, length(var.key_arns) == 0 ? [] : local.key_statements)
  })

  trust_conditions = merge(
    { "sts:ExternalId" = var.external_id },
    var.organization_id == "" ? {} : { "aws:PrincipalOrgID" = var.organization_id }
  )

  trust_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "LetOrgtrailIn"
        Effect = "Allow"
        Principal = {
          AWS = var.orgtrail_principal_arn
        }
        Action = "sts:AssumeRole"
        Condition = {
          StringEquals = local.trust_conditions
        }
      },
    ]
  })
}
