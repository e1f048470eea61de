# Made by `orgtrail config member-role --format terraform`; change it there, not here.

variable "orgtrail_principal_arn" {
  description = "The role that orgtrail runs as, in the payer account. It must be there first."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/[A-Za-z0-9_+=,.@/-]{1,576}$", var.orgtrail_principal_arn))
    error_message = "It must be the ARN of one role or user, such as arn:aws:iam::111111111111:role/orgtrail."
  }
}

variable "external_id" {
  description = "The externalId of orgtrail's configuration. It is no secret, and tells one payer's orgtrail from another's."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_+=,.@:/-]{2,}$", var.external_id))
    error_message = "It must be 2 to 1224 of A-Z a-z 0-9 _ + = , . @ : / -."
  }
}

variable "role_name" {
  description = "The role's name: the same in every account, as in orgtrail's configuration."
  type        = string
  default     = "orgtrail-reader"

  validation {
    condition     = can(regex("^[A-Za-z0-9_+=,.@-]{1,64}$", var.role_name))
    error_message = "It must be 1 to 64 of A-Z a-z 0-9 _ + = , . @ -."
  }
}

variable "bucket_name" {
  description = "The trail's bucket. The default reads below AWSLogs/ in every bucket that lets the role in."
  type        = string
  default     = "*"

  validation {
    condition     = can(regex("^[a-z0-9.*?-]{1,63}$", var.bucket_name))
    error_message = "It must be a bucket's name; * and ? stand for what differs between accounts, as in trail-*."
  }
}

variable "trail_prefix" {
  description = "What stands before AWSLogs/ in the bucket: the trail's prefix with a slash behind it, or nothing."
  type        = string
  default     = "*"

  validation {
    condition     = can(regex("^(\\*|([^*?$/][^*?$]{0,198})?/)?$", var.trail_prefix))
    error_message = "It must be empty, a prefix ending in /, or * for whatever it is."
  }
}

variable "key_arns" {
  description = "ARNs of the KMS keys that trails encrypt with; none: S3's own. The key's policy must let the role decrypt too."
  type        = list(string)
  default     = []
}

variable "organization_id" {
  description = "Where the payer account is in the same organization: only who belongs to it may enter. Empty: wherever it is."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^(o-[a-z0-9]{10,32})?$", var.organization_id))
    error_message = "It must be empty, or an id such as o-exampleorgid."
  }
}
