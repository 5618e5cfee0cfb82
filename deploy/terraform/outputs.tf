output "function_name" {
  description = "The function, for `aws lambda invoke`."
  value       = aws_lambda_function.scan.function_name
}

output "function_role_arn" {
  description = "Whom the roles of other accounts are to trust."
  value       = aws_iam_role.function.arn
}

output "topic_arn" {
  description = "Where alerts and alarms are published."
  value       = aws_sns_topic.alerts.arn
}

output "report_bucket_name" {
  description = "Where reports and state lie."
  value       = aws_s3_bucket.reports.bucket
}

output "dead_letter_queue_url" {
  description = "Where what was given up lies."
  value       = aws_sqs_queue.dead_letters.url
}
