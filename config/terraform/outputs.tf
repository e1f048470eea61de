# Made by `orgtrail config member-role --format terraform`; change it there, not here.

output "role_arn" {
  description = "What stands under accounts as role in orgtrail's configuration, where no organization is named"
  value       = aws_iam_role.reader.arn
}
